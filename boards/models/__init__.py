"""Define the tables of boards. `personal` and `suggestion` are imported from their own files."""

from boards.models.core import Audience as Audience
from boards.models.core import BigId as BigId
from boards.models.core import Board as Board
from boards.models.core import BoardTemplate as BoardTemplate
from boards.models.core import Card as Card
from boards.models.core import Change as Change
from boards.models.core import Column as Column
from boards.models.core import Kind as Kind
from boards.models.core import Person as Person
from boards.models.core import Photo as Photo
from boards.models.core import Record as Record
from boards.models.core import Role as Role
from boards.models.core import Service as Service
from boards.models.core import Status as Status
from boards.models.core import Suggestion as Suggestion
from boards.models.core import memberships as memberships

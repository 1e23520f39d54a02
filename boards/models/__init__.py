"""Define the tables of boards. Import them from here; `personal` and `suggestion` are separate files."""

from boards.models.core import (
    Audience,
    BigId,
    Board,
    BoardTemplate,
    Card,
    Change,
    Column,
    Kind,
    Person,
    Photo,
    Record,
    Role,
    Service,
    Status,
    Suggestion,
    memberships,
)

__all__ = [
    "Audience",
    "BigId",
    "Board",
    "BoardTemplate",
    "Card",
    "Change",
    "Column",
    "Kind",
    "Person",
    "Photo",
    "Record",
    "Role",
    "Service",
    "Status",
    "Suggestion",
    "memberships",
]

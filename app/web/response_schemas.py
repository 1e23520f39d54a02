"""Define the JSON answers as types: mypy checks what is built, and app/api/openapi.py describes them.

A key that is not always there is NotRequired; a program must not mind one that it does not know.
"""

from __future__ import annotations

from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,  # pydantic reads those of the standard library from Python 3.12 on
)

from pydantic import Field
from typing_extensions import TypedDict

from app.web.problems import DETAILS
from boards.card_fields import CardContentAnswer
from boards.field_types import DayText, Hue, Id
from boards.freshness import Freshness
from boards.models import Kind, Status, Suggestion
from boards.rights import LEVELS

MomentText = Annotated[str, Field(json_schema_extra={"format": "date-time"}, description="ISO 8601, in UTC.")]
Rank = Annotated[
    str, Field(json_schema_extra={"pattern": "^[0-9A-Za-z]+$"}, description="Orders as ASCII strings do, byte by byte.")
]
Count = Annotated[int, Field(ge=0)]
Seq = Annotated[int, Field(ge=0, description="The number of a change of the board.")]
LevelName = Annotated[str, Field(json_schema_extra={"enum": list(LEVELS)})]
Code = Annotated[str, Field(json_schema_extra={"enum": sorted(DETAILS)}, description="What programs go by.")]


class ColumnAnswer(TypedDict):
    id: Id
    title: str
    kind: Kind
    rank: Rank
    hue: Hue
    service: Id | None
    version: Id
    check_after: Annotated[int, Field(ge=0, description="Days after which a card asks to be checked; 0: never.")]
    level: Annotated[LevelName, Field(description="What this person holds in the column.")]


class LabelAnswer(TypedDict):
    id: Id
    name: str
    hue: Hue


class SuggestionAnswer(TypedDict):
    kind: Suggestion
    asked: Annotated[Id | None, Field(description="The service that a request asks.")]
    status: Status
    note: str
    votes: Count
    replies: Count


class CardAnswer(CardContentAnswer):
    id: Id
    column: Id
    rank: Rank
    version: Annotated[Id, Field(description="What an edit must name.")]
    confirmed_at: MomentText
    labels: list[Id]
    author: str | None
    created_at: MomentText
    edited_at: MomentText | None
    suggestion: Annotated[SuggestionAnswer | None, Field(description="Of a card in a column of suggestions.")]
    unread: Annotated[bool, Field(description="Whether it has news that this person has not read.")]


class BoardAnswer(TypedDict):
    """The board as this person may read it, in its own order; catching up from its `seq` loses nothing."""

    id: Id
    slug: str
    title: str
    seq: Seq
    columns: list[ColumnAnswer]
    labels: list[LabelAnswer]
    cards: list[CardAnswer]


class FoundCard(TypedDict):
    card: Id
    title: str
    title_html: Annotated[str, Field(description="Escaped but for `<mark>`.")]
    excerpt_html: Annotated[str, Field(description="Escaped but for `<mark>`.")]
    column: Id
    column_title: str
    service: Id | None
    board: str
    freshness: Freshness
    valid_until: DayText | None
    confirmed_at: MomentText
    tellable: bool
    labels: list[Id]
    archived: bool


class FoundService(TypedDict):
    service: Id
    name: str
    contact: str
    hours: str


class SearchAnswer(TypedDict):
    """At most 50 cards, best first, and the services named by the query whose sheet answers all of it."""

    results: list[FoundCard]
    services: list[FoundService]


class PersonAnswer(TypedDict):
    id: Id
    name: str
    initials: str
    hue: Hue
    photo: Annotated[str | None, Field(description="The address of their photo.")]


class ChangedCard(TypedDict):
    column: Id
    rank: Rank
    version: Id
    title: str
    html: Annotated[str, Field(description="The fragment that goes into the page.")]


class ChangedColumn(TypedDict):
    level: LevelName
    rank: Rank
    kind: Kind
    title: str
    hue: Hue
    version: Id
    html: Annotated[str, Field(description="The fragment that goes into the page, without its cards.")]


class ChangedBoard(TypedDict):
    title: str
    archived: bool


class ChangeAnswer(TypedDict):
    """Describe a change by the current state of what it touched, so that it may be applied twice or late.

    Null: gone, or not readable.
    """

    seq: Seq
    type: Annotated[
        str, Field(description="What happened, such as `card_moved`; `unseen`: nothing that this person may know.")
    ]
    actor: PersonAnswer | None
    at: MomentText
    cards: Annotated[dict[str, ChangedCard | None], Field(description="By id.")]
    columns: Annotated[dict[str, ChangedColumn | None], Field(description="By id.")]
    board: NotRequired[
        Annotated[ChangedBoard, Field(description="When the board itself was renamed, archived or restored.")]
    ]
    resync: NotRequired[Annotated[Literal[True], Field(description="Too large to be told: read the board again.")]]


class CommandAnswer(TypedDict):
    """The result of a command; the same again when it is sent again under its key."""

    seq: Seq
    changes: list[ChangeAnswer]


class PlacementAnswer(TypedDict):
    rank: Rank | None
    pinned: bool


class PlacementsAnswer(TypedDict):
    placements: Annotated[dict[str, PlacementAnswer], Field(description="This person's own, by the id of the column.")]


class NoticesAnswer(TypedDict):
    unread: Annotated[int, Field(ge=0, description="How many notices are left.")]


class HealthAnswer(TypedDict):
    status: Literal["ok"]


class FieldProblem(TypedDict):
    field: Annotated[str, Field(description="The path of the field, such as `cards.3`.")]
    code: str
    message: str


class Problem(TypedDict):
    """RFC 9457. Nothing was altered."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: Annotated[str, Field(description="For whoever reads it, in their language.")]
    code: Code
    errors: NotRequired[list[FieldProblem]]
    request_id: NotRequired[
        Annotated[str, Field(description="Of a fault of ours: under this number the log tells of it.")]
    ]
    current: NotRequired[
        Annotated[dict[str, Any], Field(description="How things stand now, where that helps to go on.")]
    ]

"""Declare each field of a card once: how it is written, recorded, undone, searched, shown and answered.

A field that people write is a line of CardContent; programs read it if it is also in CardContentAnswer. Any other
column of the table `cards` is a row of CARD_FIELDS. The commands, the change log, undo, the search index, the
history, mails and the HTTP API are driven by these declarations; the history's label is in app/history/labels.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Annotated

from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from boards.field_types import Body, Day, DayText, Html, Title, lines
from boards.models import Card

INTERNAL_NOTE_MAX_CHARACTERS = 4_000


class Undo(Enum):
    """Name the ways in which undo gives a field its former value back."""

    CONTENT = auto()  # as an edit: a new version, confirmed, and news
    FACT = auto()  # written back, and nothing else
    POSITION = auto()
    LIFECYCLE = auto()  # published, archived or scheduled
    FLASH = auto()  # unless another flash has taken the place
    CONFIRMATION = auto()  # when nothing else was changed


@dataclass(frozen=True)
class CardField:
    """Describe one column of the table `cards`; `name` is its key in records too."""

    name: str
    undo: Undo | None = None  # None: undo leaves it alone
    recorded: bool = True  # part of the change log
    restored: bool = False  # `restore_text` brings it back
    silent: bool = False  # may be corrected by a silent edit
    searched: str | None = None  # the attribute of Card with the text to index
    shown: bool = False  # the history shows its values, before and after
    internal: bool = False  # never in mails
    # The events of the history: when it is set or increases, and when it is cleared or decreases.
    events: tuple[str, str] | None = None


def content(
    name: str, *, restored: bool = True, silent: bool = False, searched: str | None = None, internal: bool = False
) -> CardField:
    """Describe a field that people write in the card's form."""
    edited = ("edited", "edited")
    return CardField(name, Undo.CONTENT, True, restored, silent, searched, True, internal, edited)


def fact(name: str, *events: str, shown: bool = False) -> CardField:
    """Describe a field that a command of its own sets; one event stands for both directions."""
    return CardField(name, Undo.FACT, shown=shown, events=(events[0], events[-1]))


class CardContent(BaseModel):
    """The fields that people write. Null and left out mean the same, but that null clears a day."""

    title: Annotated[Title | None, content("title", silent=True, searched="title")] = None
    body: Annotated[Body | None, content("body_html", silent=True, searched="body_text")] = None
    visible_from: Annotated[Day | None, CardField("visible_from", Undo.LIFECYCLE, shown=True)] = None
    valid_until: Annotated[Day | None, content("valid_until")] = None
    tellable: Annotated[bool | None, content("tellable", restored=False)] = None
    internal_note: Annotated[
        Annotated[str, lines(INTERNAL_NOTE_MAX_CHARACTERS)] | None,
        content("internal_note", silent=True, searched="internal_note", internal=True),
    ] = None

    def write_content(self, card: Card) -> None:
        """Set the card's fields as far as they were sent; `visible_from` is left to `validity.schedule`."""
        for name, field in WRITTEN.items():
            value, nullable = getattr(self, name), Card.__table__.columns[field.name].nullable
            if name != "visible_from" and (value is not None or (nullable and name in self.model_fields_set)):
                setattr(card, field.name, value)


class CardContentAnswer(TypedDict):
    """The same fields as the HTTP API answers them."""

    title: str
    body_html: Html
    valid_until: DayText | None
    tellable: Annotated[bool, Field(description="Whether residents may be told.")]
    internal_note: Annotated[str, Field(description="What residents are never told.")]


WRITTEN: dict[str, CardField] = {
    name: field
    for name, info in CardContent.model_fields.items()
    for field in info.metadata
    if isinstance(field, CardField)
}
# A change that sets several fields is told in the history by the first of them that has an event.
CARD_FIELDS: tuple[CardField, ...] = (
    CardField("archived_at", Undo.LIFECYCLE),
    CardField("column_id", Undo.POSITION, events=("moved", "moved")),
    fact("status", "status_set", shown=True),
    fact("note", "status_set", shown=True),
    fact("answer_id", "status_set"),
    fact("suggestion", "suggestion_set", shown=True),
    fact("asked_id", "suggestion_set", shown=True),
    *WRITTEN.values(),
    fact("must_read", "reading_required", "reading_not_required"),
    fact("must_read_services", "reading_required", shown=True),
    fact("must_read_at", "reading_required"),
    CardField("flashed_at", Undo.FLASH, events=("flashed", "flash_put_out")),
    CardField("flash_until", Undo.FLASH, shown=True),
    fact("label_ids", "labels_set", shown=True),
    CardField("votes", shown=True, events=("vote_cast", "vote_withdrawn")),
    CardField("replies", events=("replied", "reply_withdrawn")),
    CardField("rank", Undo.POSITION, events=("reordered", "reordered")),
    CardField("confirmed_at", Undo.CONFIRMATION, events=("confirmed", "confirmed")),
    CardField("confirmed_by_id", Undo.CONFIRMATION),
    *map(CardField, ("author_id", "byline", "created_at", "edited_at", "edited_by_id", "version", "origin")),
    # What follows from other fields, or from the change itself.
    *(CardField(name, recorded=False) for name in ("id", "board_id", "changed_seq", "body_text", "unpublished")),
    *(CardField(name, recorded=False) for name in ("signalled_seq", "signalled_by_id", "signalled_at")),
)


def with_event(event: str) -> frozenset[str]:
    """Return the names of the fields that the history tells by this event."""
    return frozenset(field.name for field in CARD_FIELDS if field.events and event in field.events)


SEARCHED = tuple(field for field in CARD_FIELDS if field.searched)
RESTORED = tuple(field.name for field in CARD_FIELDS if field.restored)
SHOWN = frozenset(field.name for field in CARD_FIELDS if field.shown)
INTERNAL = frozenset(field.name for field in CARD_FIELDS if field.internal)
SILENT = frozenset(name for name, field in WRITTEN.items() if field.silent)
UNDONE = {way: tuple(field.name for field in CARD_FIELDS if field.undo is way) for way in Undo}
CONTENT = UNDONE[Undo.CONTENT]
# What undo checks and gives back, but for a mere confirmation.
CARD_STATE = tuple(name for way, names in UNDONE.items() if way is not Undo.CONFIRMATION for name in names)

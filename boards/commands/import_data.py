"""Define what an import brings, and the tally of its results."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from boards.models import Kind, Record
from boards.text.sanitize import plain_text


@dataclass(frozen=True)
class IncomingCard:
    """Describe a card to create, or to update where `origin` is known. Texts are clean."""

    title: str
    body_html: str = ""
    origin: str | None = None
    author_id: int | None = None
    byline: str | None = None
    created_at: datetime | None = None
    valid_until: date | None = None
    archived: bool = False
    is_news: bool = False  # unread to everybody but its author

    @property
    def body_text(self) -> str:
        """Return the plain text of the body."""
        return plain_text(self.body_html)


@dataclass(frozen=True)
class IncomingColumn:
    """Describe a column to create or update."""

    title: str
    kind: Kind
    hue: int
    origin: str | None = None
    service_slug: str | None = None
    rights: Record = field(default_factory=dict)
    archived: bool = False
    cards: list[IncomingCard] = field(default_factory=list)


@dataclass
class Tally:
    """Count an import’s results. Kept: rows that people have altered here since."""

    columns_added: int = 0
    columns_updated: int = 0
    columns_unchanged: int = 0
    columns_kept: int = 0
    cards_added: int = 0
    cards_updated: int = 0
    cards_unchanged: int = 0
    cards_kept: int = 0
    # Continuations that their card no longer needs, now archived.
    cards_retired: int = 0
    # In the columns concerned, from an earlier import, and no longer in the source: left as they are.
    cards_gone_from_source: int = 0
    # Added, but into a column that somebody archived here.
    cards_out_of_sight: int = 0


def continuation_origin(origin: str, part: int) -> str:
    """Return the origin of the card that continues another’s text."""
    return f"{origin}/{part}"


class ImportVerdict(Enum):
    """Name the results of one incoming row."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "kept"

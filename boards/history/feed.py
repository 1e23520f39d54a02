"""Page through the history of a board or card as one person may see it, newest first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from boards.card_fields import CARD_FIELDS
from boards.commands.cards import EditCard
from boards.commands.reversal import joined
from boards.commands.scheduled import ExpireCards, PublishCards
from boards.commands.undo import undoable
from boards.database import now
from boards.errors import Refusal
from boards.history.activity import MAX_NAMED_CARDS, ActivityItem, ActivityReader
from boards.models import Board, Card, Change, Person, Record
from boards.scope import Scope

HISTORY_PAGE_SIZE = 30
# Changes read for one page at most, however few of them are shown.
SCANNED_AT_MOST = 3000
# The editor saves while one types: edits of one card by one person within this time are one entry.
TOGETHER = timedelta(minutes=10)

_MOVED = frozenset({"moved", "reordered", "arrived", "left"})
_LIFECYCLE = frozenset({"archived", "restored", "expired", "scheduled", "published", "published_on_time", "erased"})
_SUGGESTIONS = frozenset({"status_set", "suggestion_set", "vote_cast", "vote_withdrawn", "replied", "reply_withdrawn"})
_OF_FIELDS = {event for field in CARD_FIELDS for event in field.events or ()}
_OTHERS = {
    "column": ("added", "edited", "moved", "archived", "restored", "merged", "split", "erased"),
    "board": ("edited", "archived", "restored"),
    "label": ("edited", "merged", "removed", "restored"),
}
# What the history can be filtered by; the event of a new field is an edit.
HISTORY_KINDS: dict[str, frozenset[str]] = {
    "added": frozenset({"added"}),
    "edited": frozenset({"text_restored", *_OF_FIELDS}) - _MOVED - _SUGGESTIONS,
    "moved": _MOVED,
    "archived": _LIFECYCLE,
    "suggestions": _SUGGESTIONS,
    "columns": frozenset(f"{row}_{event}" for row, events in _OTHERS.items() for event in events),
    "rights": frozenset({"rights_set"}),
}
_TEXTS = {"added", "edited", "text_restored"}


@dataclass(frozen=True)
class HistoryEntry:
    """Hold one change, or several edits of one card as one; `first` is the earliest seq."""

    seq: int
    first: int
    type: str
    actor: Person | None
    at: datetime
    told: tuple[ActivityItem, ...]
    undoes: int | None
    more: bool = False  # more rows than are named
    may_undo: bool = False
    may_restore: bool = False  # its text differed after it, and may be restored

    @property
    def by_itself(self) -> bool:
        """Return True for a scheduled change."""
        return self.type in (PublishCards.event_type, ExpireCards.event_type)

    @property
    def together(self) -> int | None:
        """Return the seq of the earliest of several edits; None for a single change."""
        return self.first if self.first < self.seq else None

    @property
    def joined(self) -> Record | None:
        """Return the joined record of several edits; None for a single change."""
        if self.together is None:
            return None
        (edit,) = self.told
        return {"cards": {str(edit.id): {"before": edit.before, "after": edit.after}}, "columns": {}}


@dataclass(frozen=True)
class HistoryFilters:
    """Hold the filters of the history."""

    person: int | None = None
    column: int | None = None
    kind: str | None = None

    def __bool__(self) -> bool:
        return any((self.person, self.column, self.kind))

    def fits(self, entry: HistoryEntry) -> bool:
        """Return True if the entry matches the filters."""
        return (
            (not self.person or (entry.actor is not None and entry.actor.id == self.person))
            and (not self.column or any(self.column in _columns_of(told) for told in entry.told))
            and (not self.kind or any(told.what in HISTORY_KINDS[self.kind] for told in entry.told))
        )


@dataclass(frozen=True)
class HistoryPage:
    """Hold a page of entries and the seq of the next page."""

    entries: list[HistoryEntry]
    older: int | None  # `before` of the next page; None at the beginning


def history(
    session: Session,
    person: Person,
    board: Board,
    *,
    card: Card | None = None,
    before: int | None = None,
    asked: HistoryFilters = HistoryFilters(),
    acts: bool = True,
) -> HistoryPage:
    """Return a page of the history before the seq `before`, of one card or the whole board.

    `acts`: the reader may undo.
    """
    reader = ActivityReader(session, person, board, card)
    entries, older = _collect(reader, before, asked)
    scope = Scope(session, person, board, now())
    acts = acts and board.archived_at is None
    restores = acts and card is not None and _may_edit(scope, card)
    offered = undoable(scope, {entry.seq: entry.joined for entry in entries}) if acts else set()
    return HistoryPage(
        [
            replace(
                entry,
                may_undo=entry.seq in offered,
                may_restore=restores and entry.may_restore,
            )
            for entry in entries
        ],
        older,
    )


def _may_edit(scope: Scope, card: Card) -> bool:
    try:
        return bool(scope.card_to_edit(card.id))
    except Refusal:
        return False


def _collect(
    reader: ActivityReader, before: int | None, asked: HistoryFilters
) -> tuple[list[HistoryEntry], int | None]:
    entries: list[HistoryEntry] = []
    open_edits: dict[int, int] = {}  # card → index in `entries` of an edit that an earlier one may join
    for scanned, (change, told) in enumerate(reader.changes(before)):
        number = _edit_to_join(change, told, entries, open_edits)
        if number is not None:
            entries[number] = _with_earlier(entries[number], change, told[0])
            continue
        if scanned >= SCANNED_AT_MOST:
            return entries, change.seq + 1
        for id in change.record["cards"]:
            open_edits.pop(int(id), None)
        entry = _entry(change, told, text_differed=reader.text_differed())
        if told and asked.fits(entry):
            if len(entries) == HISTORY_PAGE_SIZE:
                return entries, change.seq + 1
            if _is_edit(entry.type, told):
                open_edits[told[0].id] = len(entries)
            entries.append(entry)
    return entries, None


def _entry(change: Change, told: tuple[ActivityItem, ...], *, text_differed: bool) -> HistoryEntry:
    return HistoryEntry(
        seq=change.seq,
        first=change.seq,
        type=change.type,
        actor=change.actor,
        at=change.at,
        told=told[:MAX_NAMED_CARDS],
        undoes=change.record.get("undoes"),
        more=len(told) > MAX_NAMED_CARDS,
        may_restore=text_differed and any(each.what in _TEXTS for each in told),
    )


def _edit_to_join(
    change: Change, told: tuple[ActivityItem, ...], entries: list[HistoryEntry], open_edits: dict[int, int]
) -> int | None:
    number = open_edits.get(told[0].id) if _is_edit(change.type, told) else None
    if number is None:
        return None
    entry = entries[number]
    same = change.actor is not None and entry.actor is change.actor
    return number if same and entry.at - change.at <= TOGETHER else None


def _is_edit(type: str, told: tuple[ActivityItem, ...]) -> bool:
    return type == EditCard.event_type and len(told) == 1 and told[0].what == "edited"


def _with_earlier(entry: HistoryEntry, change: Change, told: ActivityItem) -> HistoryEntry:
    (later,) = entry.told
    both = joined([{"before": told.before, "after": told.after}, {"before": later.before, "after": later.after}])
    return replace(entry, first=change.seq, told=(replace(later, before=both["before"], after=both["after"]),))


def _columns_of(told: ActivityItem) -> set[int]:
    return {column.id for column in (told.source, told.target) if column is not None}

"""What happened on a board or to a card, as one person may know it: newest first, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from boards import rights
from boards.changes import touches_card
from boards.commands.altered import CARD_TEXT, COLUMN_FACTS, joined
from boards.commands.cards import EditCard
from boards.commands.undo import may_undo
from boards.database import now
from boards.models import Board, Card, Change, Column, Person, Record
from boards.scope import Scope

PAGE = 30
# A page looks no further back than this, however little of it is to be told.
SCANNED_AT_MOST = 3000
# The editor saves as one writes: what somebody writes in one card within this time is one edit.
TOGETHER = timedelta(minutes=10)
NAMED_AT_MOST = 5  # of an import or another large change, so much is named

KINDS: dict[str, frozenset[str]] = {
    "added": frozenset({"added"}),
    "edited": frozenset({"edited"}),
    "moved": frozenset({"moved", "reordered", "arrived", "left"}),
    "archived": frozenset({"archived", "restored"}),
    "columns": frozenset({"column_added", "column_edited", "column_moved", "column_archived", "column_restored"}),
    "rights": frozenset({"rights_set"}),
}


@dataclass(frozen=True)
class Told:
    """What became of one card or column. Texts only where this person may have read both."""

    what: str
    id: int
    title: str
    source: Column | None = None
    target: Column | None = None
    before: Record = field(default_factory=dict)
    after: Record = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """One change, or several edits of one card that make one; `first` is the seq of the earliest."""

    seq: int
    first: int
    type: str
    actor: Person | None
    at: datetime
    told: tuple[Told, ...]
    undoes: int | None
    more: bool = False  # there is more than is told by name
    may_undo: bool = False

    @property
    def together(self) -> int | None:
        """The earliest of several edits; None for a single change."""
        return self.first if self.first < self.seq else None


@dataclass(frozen=True)
class Asked:
    """What somebody looks for in the history."""

    person: int | None = None
    column: int | None = None
    kind: str | None = None

    def __bool__(self) -> bool:
        return any((self.person, self.column, self.kind))

    def fits(self, entry: Entry) -> bool:
        return (
            (not self.person or (entry.actor is not None and entry.actor.id == self.person))
            and (not self.column or any(self.column in _columns_of(told) for told in entry.told))
            and (not self.kind or any(told.what in KINDS[self.kind] for told in entry.told))
        )


@dataclass(frozen=True)
class Page:
    entries: list[Entry]
    older: int | None  # what to ask for next: entries before this seq; None at the beginning


def history(
    session: Session,
    person: Person,
    board: Board,
    *,
    card: Card | None = None,
    before: int | None = None,
    asked: Asked = Asked(),
    acts: bool = True,
) -> Page:
    """A page of what happened before the seq `before`, to one card or on the whole board; `acts`: whether the reader could undo."""
    reader = _Reader(session, person, board, card)
    entries, older = _collect(reader, before, asked)
    scope = Scope(session, person, board, now())
    return Page([replace(entry, may_undo=acts and may_undo(scope, entry.seq, entry.together)) for entry in entries], older)


def _collect(reader: _Reader, before: int | None, asked: Asked) -> tuple[list[Entry], int | None]:
    entries: list[Entry] = []
    open_edits: dict[int, int] = {}  # card → where in `entries` an edit stands that an earlier one may join
    for scanned, (change, told) in enumerate(reader.changes(before)):
        number = _edit_to_join(change, told, entries, open_edits)
        if number is not None:
            entries[number] = _with_earlier(entries[number], change, told[0])
            continue
        if scanned >= SCANNED_AT_MOST:
            return entries, change.seq + 1
        for id in change.record["cards"]:
            open_edits.pop(int(id), None)
        named, undoes = told[:NAMED_AT_MOST], change.record.get("undoes")
        entry = Entry(change.seq, change.seq, change.type, change.actor, change.at, named, undoes, more=len(told) > len(named))
        if told and asked.fits(entry):
            if len(entries) == PAGE:
                return entries, change.seq + 1
            if _is_edit(entry.type, told):
                open_edits[told[0].id] = len(entries)
            entries.append(entry)
    return entries, None


def _edit_to_join(change: Change, told: tuple[Told, ...], entries: list[Entry], open_edits: dict[int, int]) -> int | None:
    number = open_edits.get(told[0].id) if _is_edit(change.type, told) else None
    if number is None:
        return None
    entry = entries[number]
    same = change.actor is not None and entry.actor is change.actor
    return number if same and entry.at - change.at <= TOGETHER else None


def _is_edit(type: str, told: tuple[Told, ...]) -> bool:
    return type == EditCard.past and len(told) == 1 and told[0].what == "edited"


def _with_earlier(entry: Entry, change: Change, told: Told) -> Entry:
    (later,) = entry.told
    both = joined([{"before": told.before, "after": told.after}, {"before": later.before, "after": later.after}])
    return replace(entry, first=change.seq, told=(replace(later, before=both["before"], after=both["after"]),))


class _Reader:
    """Goes back through the log, knowing where each card stood and what it was called at that moment."""

    def __init__(self, session: Session, person: Person, board: Board, card: Card | None) -> None:
        self._session = session
        self._arranges = rights.may_arrange(person)
        self._log = select(Change).where(Change.board_id == board.id).order_by(Change.seq.desc())
        if card is not None:
            self._log = self._log.where(touches_card(card.id))
        self._only = card.id if card is not None else None
        columns = session.scalars(select(Column).where(Column.board_id == board.id))
        self._columns = {column.id: column for column in columns if rights.may_read(person, column)}
        self._former: dict[int, Record] = {}  # card → what later changes altered, as it was before them

    def changes(self, before: int | None) -> Iterator[tuple[Change, tuple[Told, ...]]]:
        """Each change before the seq `before` with what may be told of it, newest first."""
        log = self._log
        if before is not None:
            later = log.with_only_columns(Change.record).where(Change.seq >= before)
            for record in self._session.scalars(later.execution_options(yield_per=500)):
                self._go_back(record)
            log = log.where(Change.seq < before)
        for change in self._session.scalars(log.execution_options(yield_per=100)):
            yield change, tuple(self._told(change))
            self._go_back(change.record)

    def _go_back(self, record: Record) -> None:
        for id, altered in record["cards"].items():
            former = {name: value for name, value in (altered["before"] or {}).items() if name in ("column_id", "title")}
            self._former.setdefault(int(id), {}).update(former)

    def _told(self, change: Change) -> Iterator[Told]:
        if self._only is None:
            for id, altered in change.record["columns"].items():
                yield from self._told_of_column(int(id), altered)
        named = 0
        for id, altered in change.record["cards"].items():
            if self._only in (None, int(id)) and named <= NAMED_AT_MOST:
                for told in self._told_of_card(int(id), altered):
                    named += 1
                    yield told

    def _told_of_card(self, id: int, altered: dict[str, Any]) -> Iterator[Told]:
        before, after = altered["before"], altered["after"]
        card = self._session.get(Card, id)
        what = _what_became_of_card(before)
        if card is None or what is None:
            return
        state = self._former.get(id, {})
        home = state.get("column_id", card.column_id)
        earlier = home if before is None else before.get("column_id", home)
        source, target = self._columns.get(earlier), self._columns.get(home)
        title = state.get("title", card.title)
        if source is None and target is None:
            return
        if source is None or target is None:
            yield Told("left" if target is None else "arrived", id, title, source, target)
        else:
            names = (before or {}).keys() & set(CARD_TEXT)
            texts = {name: before[name] for name in names}, {name: after[name] for name in names}
            yield Told(what, id, title, source, target, *texts)

    def _told_of_column(self, id: int, altered: dict[str, Any]) -> Iterator[Told]:
        column, before, after = self._columns.get(id), altered["before"], altered["after"]
        what = _what_became_of_column(before)
        if column is None or what is None or (what == "rights_set" and not self._arranges):
            return
        names = (before or {}).keys() & {"title"}
        yield Told(what, id, column.title, column, column, {name: before[name] for name in names}, {name: after[name] for name in names})


def _what_became_of_card(before: Record | None) -> str | None:
    if before is None:
        return "added"
    if "archived_at" in before:
        return "restored" if before["archived_at"] else "archived"
    if "column_id" in before:
        return "moved"
    if before.keys() & set(CARD_TEXT):
        return "edited"
    return "reordered" if "rank" in before else None


def _what_became_of_column(before: Record | None) -> str | None:
    if before is None:
        return "column_added"
    if "archived_at" in before:
        return "column_restored" if before["archived_at"] else "column_archived"
    if before.keys() & set(COLUMN_FACTS):
        return "column_edited"
    if "rights" in before:
        return "rights_set"
    return "column_moved" if "rank" in before else None


def _columns_of(told: Told) -> set[int]:
    return {column.id for column in (told.source, told.target) if column is not None}

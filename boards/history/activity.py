"""Build one viewer’s activity feed from the change log, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from boards import rights
from boards.card_fields import CARD_FIELDS, CONTENT, RESTORED, SHOWN
from boards.commands.cards import EditCard
from boards.commands.labels import MergeLabels
from boards.commands.merge_split import MergeColumn, SplitColumn
from boards.commands.restore_text import RestoreText
from boards.commands.reversal import COLUMN_FACTS
from boards.commands.scheduled import ExpireCards, PublishCards
from boards.log.change_log import touches_card
from boards.log.record import recorded_value
from boards.models import Board, Card, Change, Column, Person, Record

MAX_NAMED_CARDS = 5  # rows named of a large change
_HELD_OF_EACH = 2 * MAX_NAMED_CARDS  # cards of each change that are loaded together


@dataclass(frozen=True)
class ActivityItem:
    """Describe what happened to one card, column or the board, with readable texts only."""

    what: str
    id: int
    title: str
    source: Column | None = None
    target: Column | None = None
    before: Record = field(default_factory=dict)
    after: Record = field(default_factory=dict)

    @property
    def of_card(self) -> bool:
        """Return True if it concerns a card that still exists."""
        return self.what != "erased" and not self.what.startswith(("column", "board", "rights", "label_"))


class ActivityReader:
    """Go back through the log, tracking where each card was and what it said at that moment."""

    def __init__(self, session: Session, person: Person, board: Board, card: Card | None) -> None:
        self._session = session
        self._person = person
        self._board = board
        self._arranges = rights.may_arrange(person)
        self._log = select(Change).where(Change.board_id == board.id).order_by(Change.seq.desc())
        if card is not None:
            self._log = self._log.where(touches_card(card.id))
        self._only = card
        columns = session.scalars(select(Column).where(Column.board_id == board.id))
        self._columns = {column.id: column for column in columns if rights.may_read(person, column)}
        self._cards: dict[int, Card | None] = {card.id: card} if card is not None else {}
        self._former: dict[int, Record] = {}  # card → its fields before the later changes
        self._title = board.title

    def changes(self, before: int | None) -> Iterator[tuple[Change, tuple[ActivityItem, ...]]]:
        """Yield changes before the seq `before` with their visible items, newest first."""
        log = self._log
        if before is not None:
            later = log.with_only_columns(Change.record).where(Change.seq >= before)
            for record in self._session.scalars(later.execution_options(yield_per=500)):
                self._go_back(record)
            log = log.where(Change.seq < before)
        for some in self._session.scalars(log.execution_options(yield_per=100)).partitions():
            if self._only is None:
                self._hold({int(id) for change in some for id in islice(change.record["cards"], _HELD_OF_EACH)})
            for change in some:
                yield change, tuple(self._told(change))
                self._go_back(change.record)

    def text_differed(self) -> bool:
        """Return True if the card’s text was different right after the last change yielded."""
        card = self._only
        former = self._former.get(card.id, {}) if card is not None else {}
        return any(name in former and former[name] != recorded_value(getattr(card, name)) for name in RESTORED)

    def _hold(self, ids: set[int]) -> None:
        """Load these cards; None for those that were erased."""
        if missing := ids - self._cards.keys():
            found = {card.id: card for card in self._session.scalars(select(Card).where(Card.id.in_(missing)))}
            self._cards |= {id: found.get(id) for id in missing}

    def _go_back(self, record: Record) -> None:
        kept = {"column_id", "visible_from", "title"} if self._only is None else {"column_id", "visible_from", *CONTENT}
        for id, altered in record["cards"].items():
            former = {name: value for name, value in (altered["before"] or {}).items() if name in kept}
            self._former.setdefault(int(id), {}).update(former)
        self._title = record.get("board", {}).get("before", {}).get("title", self._title)

    def _told(self, change: Change) -> Iterator[ActivityItem]:
        if self._only is None:
            yield from self._told_of_board(change.record.get("board"))
            yield from self._told_of_labels(change)
            for id, altered in change.record["columns"].items():
                yield from self._told_of_column(int(id), altered, change)
        cards = (
            change.record["cards"]
            if self._only is None
            else {str(self._only.id): change.record["cards"][str(self._only.id)]}
        )
        named = 0
        for number, (id, altered) in enumerate(cards.items()):
            if named > MAX_NAMED_CARDS:
                return
            if number == _HELD_OF_EACH:  # few were visible so far: load the rest
                self._hold({int(each) for each in cards})
            for told in self._told_of_card(int(id), altered, change):
                named += 1
                yield told

    def _told_of_card(self, id: int, altered: dict[str, Any], change: Change) -> Iterator[ActivityItem]:
        before, after = altered["before"], altered["after"]
        if _is_erased(altered):
            place = self._columns.get(before["column_id"])
            if not change.record["columns"] and (place is not None or self._arranges):
                yield ActivityItem("erased", id, "", place)
            return
        card = self._cards[id]
        what = _card_event(before, after, change.type)
        if card is None or what is None:
            return
        state = self._former.get(id, {})
        home = state.get("column_id", card.column_id)
        earlier = home if before is None else before.get("column_id", home)
        source, target = self._columns.get(earlier), self._columns.get(home)
        title = state.get("title", card.title)
        if (source is None and target is None) or self._is_hidden(card, altered):
            return
        if self._waited(card, before):
            before = None  # its text before it was published stays hidden
        if source is None or target is None:
            yield ActivityItem("left" if target is None else "arrived", id, title, source, target)
        else:
            names = (before or {}).keys() & SHOWN
            yield ActivityItem(
                what,
                id,
                title,
                source,
                target,
                *({name: fields[name] for name in names} for fields in (before or {}, after)),
            )

    def _is_hidden(self, card: Card, altered: dict[str, Any]) -> bool:
        """Return True if the card was, or is, scheduled and so unknown to this person."""
        if self._edits(card):
            return False
        waits = self._former.get(card.id, {}).get("visible_from", recorded_value(card.visible_from))
        left = (altered["before"] or {}).get("archived_at", ...) is None
        shown = altered["after"].get("archived_at", ...) is None
        return (
            card.unpublished
            or (waits is not None and not left)
            or (self._waited(card, altered["before"]) and not shown)
        )

    def _waited(self, card: Card, before: Record | None) -> bool:
        """Return True if the card was scheduled until this change, and hidden from the viewer."""
        return (before or {}).get("visible_from") is not None and not self._edits(card)

    def _edits(self, card: Card) -> bool:
        column = self._columns.get(card.column_id)
        return column is not None and rights.may_place(self._person, card, column)

    def _told_of_column(self, id: int, altered: dict[str, Any], change: Change) -> Iterator[ActivityItem]:
        if _is_erased(altered):
            if self._arranges:
                yield ActivityItem("column_erased", id, "")
            return
        column, before, after = self._columns.get(id), altered["before"], altered["after"]
        what = _column_event(before, change.type)
        if column is None or what is None or (what == "rights_set" and not self._arranges):
            return
        target = self._merged_into(change.record) if what == "column_merged" else column
        names = (before or {}).keys() & {"title"}
        yield ActivityItem(
            what,
            id,
            column.title,
            column,
            target,
            {name: before[name] for name in names},
            {name: after[name] for name in names},
        )

    def _told_of_board(self, altered: dict[str, Any] | None) -> Iterator[ActivityItem]:
        if altered is None:
            return
        before, after = altered["before"], altered["after"]
        what = (
            ("board_restored" if before["archived_at"] else "board_archived")
            if "archived_at" in before
            else "board_edited"
        )
        names = before.keys() & {"title"}
        yield ActivityItem(
            what,
            self._board.id,
            self._title,
            None,
            None,
            {name: before[name] for name in names},
            {name: after[name] for name in names},
        )

    def _told_of_labels(self, change: Change) -> Iterator[ActivityItem]:
        """Yield the events of labels, to facilitators only."""
        for id, altered in change.record.get("labels", {}).items() if self._arranges else ():
            before, after = altered["before"], altered["after"]
            names = {"name"} if before and after and before["name"] != after["name"] else set()
            gone = "label_merged" if change.type == MergeLabels.event_type else "label_removed"
            what = ("label_edited" if after else gone) if before else "label_restored"
            title = (after or before)["name"]
            yield ActivityItem(
                what,
                int(id),
                title,
                None,
                None,
                *({name: fields[name] for name in names} for fields in (before, after)),
            )

    def _merged_into(self, record: Record) -> Column | None:
        """Return the column that a merged column's cards went to; None without cards, or if it is hidden."""
        moved = (altered["after"].get("column_id") for altered in record["cards"].values() if altered["before"])
        return next((self._columns.get(id) for id in moved if id is not None), None)


def _is_erased(altered: dict[str, Any]) -> bool:
    """Return True for the record of an erased row: it has nothing after."""
    return altered["before"] is not None and "archived_at" in altered["before"] and not altered["after"]


def _card_event(before: Record | None, after: Record, type: str) -> str | None:
    """Name what became of a card; None for an edit without effect."""
    if before is None:
        return "scheduled" if after.get("visible_from") else "added"
    if "archived_at" in before or "visible_from" in before:
        return _lifecycle_event(before, after, type)
    told = ((field.name, field.events) for field in CARD_FIELDS if field.events and field.name in before)
    name, events = next(told, ("", None))
    if events is None or (name == "confirmed_at" and type == EditCard.event_type):
        return None
    if name in CONTENT and type == RestoreText.event_type:
        return "text_restored"
    old, new = before[name], after[name]
    gained = new > old if isinstance(new, int) and isinstance(old, int) else bool(new)
    return events[0] if gained else events[1]


def _lifecycle_event(before: Record, after: Record, type: str) -> str:
    """Name how a card was published, scheduled, archived or restored."""
    if after.get("visible_from"):
        return "scheduled"
    if after.get("archived_at", ...) is not None:
        return "expired" if type == ExpireCards.event_type else "archived"
    if type == PublishCards.event_type:
        return "published_on_time"
    return "published" if before.get("visible_from") else "restored"


def _column_event(before: Record | None, type: str) -> str | None:
    if before is None:
        return "column_split" if type == SplitColumn.event_type else "column_added"
    if "archived_at" in before:
        put_away = "column_merged" if type == MergeColumn.event_type else "column_archived"
        return "column_restored" if before["archived_at"] else put_away
    if before.keys() & set(COLUMN_FACTS):
        return "column_edited"
    if "rights" in before:
        return "rights_set"
    return "column_moved" if "rank" in before else None

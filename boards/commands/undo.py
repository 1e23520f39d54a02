"""Undo a change with what the log recorded of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, ClassVar, Literal

from sqlalchemy import select

from boards.card_fields import CARD_STATE, with_event
from boards.commands.base import Command
from boards.commands.boards import AlteredBoard, altered_board
from boards.commands.cards import EditCard
from boards.commands.import_columns import ImportColumns
from boards.commands.labels import AlteredLabel, altered_labels
from boards.commands.reassign_service import ReassignService
from boards.commands.required_reading import require_asker
from boards.commands.reversal import (
    COLUMN_FIELDS,
    CONFIRMATION,
    DECIDES_RIGHTS,
    Altered,
    AlteredCard,
    AlteredColumn,
    Fields,
    RankAllocator,
    alters_text,
    joined,
)
from boards.commands.suggestions import require_decider, require_open_to
from boards.errors import Conflict, NotFound, Refusal
from boards.field_types import Id
from boards.log.card_locations import locations_after
from boards.log.change_log import UNSEEN, reload_committed, touches_card
from boards.log.record import previous_columns
from boards.log.time_travel import was_for_residents
from boards.models import Card, Change, Column, Record
from boards.scope import Scope

# Imports and merges of services reach beyond the board. Votes and replies are withdrawn by their authors.
# Deleted content is gone.
_NOT_UNDONE = {
    ImportColumns.event_type,
    ReassignService.event_type,
    "vote_cast",
    "vote_withdrawn",
    "replied",
    "reply_withdrawn",
    "card_erased",
    "column_erased",
    # Scheduled changes would happen again; restore the card instead.
    "cards_published",
    "cards_expired",
}
UNDONE_AT_MOST = 5000  # rows at once, such as a merged column with its archive
_LOOKED_AT = 50  # cards of each change, where many changes are offered for undo
_UNDONE = {*CARD_STATE, *CONFIRMATION, *COLUMN_FIELDS, "rights"}
_STATUS, _KIND, _READING = map(with_event, ("status_set", "suggestion_set", "reading_required"))


class UndoChange(Command):
    """Undo the change `seq`; with `first`, several edits of one card by one person as one."""

    event_type: ClassVar = "change_undone"
    type: Literal["undo_change"]
    seq: Id
    first: Id | None = None

    def apply(self, scope: Scope) -> None:
        ranks = RankAllocator(scope.session)
        for altered in alterations(scope, self.seq, self.first):
            altered.revert(scope, ranks)
            if isinstance(altered, AlteredCard) and altered.restores_text and altered.card.tellable:
                # A text that was internal becomes internal again, though the later one is for residents.
                altered.card.tellable = was_for_residents(scope.session, altered.card, (self.first or self.seq) - 1)

    def extra_record(self) -> dict[str, Any]:
        return {"undoes": self.seq}


def undoable(scope: Scope, asked: Mapping[int, Record | None]) -> set[int]:
    """Return which of these changes the actor could undo now, in a fixed number of queries."""
    rows = select(Change).where(
        Change.board_id == scope.board.id, Change.seq.in_(asked), Change.type.not_in(_NOT_UNDONE)
    )
    changes = {change: asked[change.seq] or change.record for change in scope.session.scalars(rows)}
    looked_at = {
        change.seq: [int(id) for id in islice(record["cards"], _LOOKED_AT)] for change, record in changes.items()
    }
    named = {id for ids in looked_at.values() for id in ids}
    cards = {card.id: card for card in scope.session.scalars(select(Card).where(Card.id.in_(named)))} if named else {}
    columns = {
        column.id: column for column in scope.session.scalars(select(Column).where(Column.board_id == scope.board.id))
    }
    homes = locations_after(scope.session, cards.values(), looked_at)

    def could(change: Change, record: Record) -> bool:
        left_in = {id: homes[change.seq].get(id) for id in looked_at[change.seq]}
        if not columns.keys() >= {*left_in.values(), *previous_columns(record).values(), *map(int, record["columns"])}:
            return False  # erased since
        try:
            found = _reachable(scope, change, record, left_in)
            for each in found:
                each.require_unchanged(scope.session)
        except Refusal:
            return False
        return bool(found)

    return {change.seq for change, record in changes.items() if could(change, record)}


def alterations(scope: Scope, seq: int, first: int | None = None) -> Sequence[Altered | AlteredBoard | AlteredLabel]:
    """Load what the change altered, if the actor may undo all of it now.

    Raises NotFound, Forbidden or Conflict.
    """
    change = scope.session.scalar(select(Change).where(Change.board_id == scope.board.id, Change.seq == seq))
    if change is None or not _is_seen(scope, change):
        raise NotFound("change_not_found")
    try:
        found = _reachable(scope, change, change.record if first in (None, seq) else _whole_edit(scope, change, first))
    except NotFound as hidden:
        if _is_erased(scope, change):
            raise Conflict("erased_since") from hidden
        raise NotFound("change_not_found") from hidden
    for each in found:
        each.require_unchanged(scope.session)
    return found


def _is_seen(scope: Scope, change: Change) -> bool:
    return reload_committed(scope.session, change).visible_to(scope.actor.audience).type != UNSEEN


def _is_erased(scope: Scope, change: Change) -> bool:
    """Return True if a card or column that the change concerned was deleted."""
    cards, columns = ({int(key) for key in change.record[rows]} for rows in ("cards", "columns"))
    for altered in change.record["cards"].values():
        columns |= {fields["column_id"] for fields in altered.values() if fields and "column_id" in fields}
    left = scope.session.scalars(select(Card.id).where(Card.id.in_(cards)))
    left_columns = scope.session.scalars(select(Column.id).where(Column.id.in_(columns)))
    return bool(cards - set(left) or columns - set(left_columns))


def _reachable(
    scope: Scope, change: Change, record: Record, left_in: Mapping[int, int | None] | None = None
) -> Sequence[Altered | AlteredBoard | AlteredLabel]:
    """Load what can be undone of the record; of its cards only those in `left_in`, if given."""
    if "board" in record:
        return [altered_board(scope, record["board"])]
    cards = {int(id): each for id, each in record["cards"].items() if _anything(each)}
    columns = {int(id): each for id, each in record["columns"].items() if _anything(each)}
    labels = altered_labels(scope, record)
    if change.type in _NOT_UNDONE or not 0 < len(cards) + len(columns) + len(labels) <= UNDONE_AT_MOST:
        raise Conflict("cannot_undo")
    goes_along = bool(columns or labels)  # archived cards too
    return [
        *labels,
        *_columns(scope, columns, cards),
        *_cards(scope, change.seq, cards, columns, left_in, goes_along=goes_along),
    ]


def _columns(scope: Scope, columns: dict[int, Fields], cards: dict[int, Fields]) -> list[Altered]:
    leaving: dict[int, set[int]] = {}
    for id, altered in cards.items():
        if altered["before"] is not None and "column_id" in altered["before"]:
            leaving.setdefault(altered["after"]["column_id"], set()).add(id)
    return [_column(scope, id, altered, frozenset(leaving.get(id, ()))) for id, altered in columns.items()]


def _column(scope: Scope, id: int, altered: Fields, leaving: frozenset[int]) -> AlteredColumn:
    before, after = altered["before"], altered["after"]
    column = scope.any_column(id)
    scope.require_arranger()
    if (before or {}).keys() & DECIDES_RIGHTS:
        scope.require_person()
    if not _brings_back(altered):
        scope.column(id)
    return AlteredColumn(column, before, after, leaving)


def _cards(
    scope: Scope,
    seq: int,
    cards: dict[int, Fields],
    columns: dict[int, Fields],
    left_in: Mapping[int, int | None] | None,
    *,
    goes_along: bool,
) -> list[Altered]:
    if left_in is None:
        # Loaded at once; what follows finds them in the session.
        loaded = scope.session.scalars(select(Card).where(Card.id.in_(cards))).all()
        left_in = dict.fromkeys(cards) | locations_after(scope.session, loaded, [seq])[seq]
    restored = {id for id, altered in columns.items() if _brings_back(altered)}
    looked_at = [(id, cards[id], home) for id, home in left_in.items() if id in cards]
    return [_card(scope, id, altered, home, restored, goes_along=goes_along) for id, altered, home in looked_at]


def _card(
    scope: Scope, id: int, altered: Fields, left_in: int | None, restored: set[int], *, goes_along: bool
) -> AlteredCard:
    """Load the card for an actor who may undo the change on it and may know its former state."""
    before, after = altered["before"] or {}, altered["after"]
    card, column = scope.any_card(id)
    homes = [scope.any_column(home) for home in {left_in or column.id, before.get("column_id", column.id)}]
    if before.keys() & _STATUS:
        for home in (column, *homes):  # undone by those who may decide in its former columns too
            require_decider(scope, card, home)
    if before.keys() & _KIND:
        require_open_to(scope, card, column)
    if not before or before.keys() - _STATUS:
        scope.require_place(card, column)
    if card.archived_at is not None and not card.is_scheduled and not _brings_back(altered) and not goes_along:
        raise Conflict("card_archived")
    scope.column(column.id)
    if before.keys() & _READING:
        for home in (column, *homes):
            require_asker(scope, card, home)
    if "column_id" in before:
        for home in homes:
            scope.require_place(card, home)
            if home.id not in restored:
                scope.column(home.id)
    return AlteredCard(card, altered["before"], after)


def _brings_back(altered: Fields) -> bool:
    """Return True if the change archived the card or column, so that undoing it restores it."""
    before = altered["before"] or {}
    return before.get("archived_at", ...) is None or before.get("visible_from") is not None


def _whole_edit(scope: Scope, last: Change, first: int) -> Record:
    """Join the edits of one card by one person from `first` to `last`. Raises Conflict."""
    if last.type != EditCard.event_type or first > last.seq:
        raise Conflict("cannot_undo")
    (id,) = last.record["cards"]
    touching = select(Change).where(
        Change.board_id == last.board_id, Change.seq.between(first, last.seq), touches_card(int(id))
    )
    rows = scope.session.scalars(touching.order_by(Change.seq)).all()
    for row in rows:
        if (home := previous_columns(row.record).get(int(id))) is not None:
            scope.any_column(home)  # a text from a column that they may not read is not restored
    edits = [row for row in rows if alters_text(row.record["cards"][id])]
    if [row.seq for row in edits[:1]] != [first] or {(row.type, row.actor_id) for row in edits} != {
        (EditCard.event_type, last.actor_id)
    }:
        raise Conflict("cannot_undo")
    return {"cards": {id: joined(row.record["cards"][id] for row in edits)}, "columns": {}}


def _anything(altered: Fields) -> bool:
    return altered["before"] is None or bool(altered["before"].keys() & _UNDONE)

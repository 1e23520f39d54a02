"""Delete archived cards and columns for good, with their texts in the log."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Literal, TypeVar

from sqlalchemy import or_, select, update

from boards.commands.base import Command
from boards.errors import Conflict
from boards.field_types import Id
from boards.log.change_log import touches_card, touches_column
from boards.log.record import BARE_FIELDS
from boards.models import Card, Change, Column, Record
from boards.scope import Scope
from boards.search.index import forget_cards

KEPT_IN_ARCHIVE = timedelta(days=30)
# More would delay other writers: the whole log is searched, and every record that names them rewritten.
ERASED_AT_MOST = 300
# Each is one SQL condition; beyond this number reading the whole log is faster.
_ASKED_AT_ONCE = 50
# Replaces a command’s digest, from which a short text could be guessed; no command matches it.
_FORGOTTEN = ""

_T = TypeVar("_T")


class EraseCard(Command):
    """Delete an archived card for good."""

    """Erase an archived card for good."""

    event_type: ClassVar = "card_erased"
    people_only: ClassVar = True
    type: Literal["erase_card"]
    card: Id

    def apply(self, scope: Scope) -> None:
        card, _column = scope.any_card(self.card)
        scope.require_arranger()
        require_due(card, scope.now)
        _erase(scope, [card], [])


class EraseColumn(Command):
    """Delete an archived column for good, with all its cards."""

    event_type: ClassVar = "column_erased"
    people_only: ClassVar = True
    type: Literal["erase_column"]
    column: Id

    def apply(self, scope: Scope) -> None:
        column = scope.any_column(self.column)
        scope.require_arranger()
        require_due(column, scope.now)
        cards = scope.session.scalars(select(Card).where(Card.column_id == column.id)).all()
        require_few(len(cards))
        _erase(scope, cards, [column])


def erasable_from(archived_at: datetime) -> datetime:
    """Return when something archived then may be deleted."""
    return archived_at + KEPT_IN_ARCHIVE


def require_due(row: Card | Column, now: datetime) -> None:
    """Raise Conflict while the card or column has not been archived for long enough."""
    if row.archived_at is None:
        raise Conflict("card_not_archived" if isinstance(row, Card) else "column_not_archived")
    if now < erasable_from(row.archived_at):
        raise Conflict("too_early_to_erase", erasable_from=erasable_from(row.archived_at).isoformat(timespec="seconds"))


def require_few(cards: int) -> None:
    """Raise Conflict when a column holds more cards than are deleted at once."""
    if cards > ERASED_AT_MOST:
        raise Conflict("too_many_to_erase", held=cards, at_most=ERASED_AT_MOST)


def _erase(scope: Scope, cards: Sequence[Card], columns: Sequence[Column]) -> None:
    """Delete the rows; the database deletes their read markers, votes and replies."""
    _forget_in_log(scope, cards, columns)
    ids = {card.id for card in cards}
    forget_cards(scope.session, ids)
    answered = [
        card
        for some in _by(500, sorted(ids))
        for card in scope.session.scalars(select(Card).where(Card.board_id == scope.board.id, Card.answer_id.in_(some)))
        if card.id not in ids
    ]
    for rows in (cards, columns):
        for row in rows:
            scope.touch(row)
            scope.session.delete(row)
        scope.session.flush()  # cards before their column
    for card in answered:
        card.answer_id = None
        scope.touch(card)


def _forget_in_log(scope: Scope, cards: Sequence[Card], columns: Sequence[Column]) -> None:
    homes = {card.id: card.column_id for card in cards}
    gone = {column.id for column in columns}
    log = select(Change.id, Change.record).where(Change.board_id == scope.board.id).order_by(Change.seq.desc())
    if len(cards) + len(columns) <= _ASKED_AT_ONCE:
        log = log.where(or_(*map(touches_card, homes), *map(touches_column, gone)))
    bare = [
        {"id": id, "record": without_texts(record, homes, gone), "digest": _FORGOTTEN}
        for id, record in scope.session.execute(log.execution_options(yield_per=500))
        if _names(record["cards"], homes) or _names(record["columns"], gone)
    ]
    for some in _by(500, bare):
        scope.session.execute(update(Change), some)


def _names(rows: Record, ids: Container[int]) -> bool:
    return any(int(key) in ids for key in rows)


def without_texts(record: Record, homes: dict[int, int], columns: set[int]) -> Record:
    """Return the record without the texts of these cards and columns.

    Keep each card’s column before and after the change, which no row holds any more; `homes` maps cards to their column
    after the change and is moved back by one change.
    """
    cards, others = dict(record["cards"]), dict(record["columns"])
    for key in [key for key in cards if int(key) in homes]:
        altered, id = cards[key], int(key)
        before, after = altered["before"], _bare(altered["after"]) | {"column_id": homes[id]}
        homes[id] = (before or {}).get("column_id", homes[id])
        cards[key] = {"before": None if before is None else _bare(before) | {"column_id": homes[id]}, "after": after}
    for key in [key for key in others if int(key) in columns]:
        before = others[key]["before"]
        others[key] = {"before": None if before is None else _bare(before), "after": _bare(others[key]["after"])}
    return {**record, "cards": cards, "columns": others}


def _bare(fields: Record) -> Record:
    return {name: value for name, value in fields.items() if name in BARE_FIELDS}


def _by(size: int, items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Yield the items in batches."""
    return (items[start : start + size] for start in range(0, len(items), size))

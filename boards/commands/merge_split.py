"""Merge two columns, or split one."""

from __future__ import annotations

from typing import ClassVar, Literal

from sqlalchemy import func, select

from boards.commands.base import Command
from boards.commands.bulk import Ids
from boards.commands.undo import UNDONE_AT_MOST
from boards.errors import Conflict
from boards.field_types import Hue, Id, Title
from boards.models import Card, Column
from boards.ordering import rank_for_column, ranks_for_cards
from boards.scope import Scope


class MergeColumn(Command):
    """Move all cards of the column, archived ones too, behind those of `into`; archive the column."""

    event_type: ClassVar = "column_merged"
    type: Literal["merge_column"]
    column: Id
    into: Id

    def apply(self, scope: Scope) -> None:
        column, into = scope.column_to_arrange(self.column), scope.column_to_arrange(self.into)
        if column is into:
            raise Conflict("same_column")
        _require_few(scope, column)
        cards = scope.session.scalars(select(Card).where(Card.column_id == column.id).order_by(Card.rank)).all()
        for card, rank in zip(cards, ranks_for_cards(scope.session, into, None, len(cards)), strict=True):
            card.column_id, card.rank = into.id, rank
        column.archived_at = scope.now
        scope.touch(column, *cards)


class SplitColumn(Command):
    """Move these cards to a new column right behind theirs, of the same kind, service and rights."""

    event_type: ClassVar = "column_split"
    type: Literal["split_column"]
    column: Id
    cards: Ids
    title: Title
    hue: Hue | None = None

    def apply(self, scope: Scope) -> None:
        source = scope.column_to_arrange(self.column)
        cards = scope.session.scalars(select(Card).where(Card.id.in_(self.cards))).all()
        staying = [card for card in cards if card.column_id == source.id and card.archived_at is None]
        if len(staying) < len(self.cards):
            raise Conflict("cards_left", count=len(self.cards) - len(staying))
        column = Column(
            board_id=scope.board.id,
            kind=source.kind,
            title=self.title,
            hue=source.hue if self.hue is None else self.hue,
            rank=rank_for_column(scope.session, scope.board.id, source.rank),
            service_id=source.service_id,
            rights=source.rights,
            check_after=source.check_after,
            version=1,
        )
        scope.session.add(column)
        scope.session.flush()  # the cards need its id
        scope.touch(column)
        for card in staying:
            card.column_id = column.id  # in a column of their own their ranks are free, and keep their order
        scope.touch(*staying)


def _require_few(scope: Scope, column: Column) -> None:
    """Raise Conflict when the column holds too many cards to be moved and undone at once."""
    at_most = UNDONE_AT_MOST - 1  # with the column itself
    held = scope.session.scalar(select(func.count()).select_from(Card).where(Card.column_id == column.id)) or 0
    if held > at_most:
        raise Conflict("too_many_cards", held=held, at_most=at_most)

"""Load what one person may reach on one board, inside a write transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, lazyload

from boards import rights
from boards.errors import Conflict, Forbidden, NotFound
from boards.models import Board, Card, Column, Person, Service

# Without the asked service: `perform` loads it once the command has been applied.
_WITH_ITS_COLUMN = [joinedload(Card.column), lazyload(Card.asked)]


@dataclass
class Scope:
    """Give a command its session, actor and board, and load rows within the actor’s rights."""

    session: Session
    actor: Person
    board: Board
    now: datetime
    touched: set[Card | Column] = field(default_factory=set)
    noted: dict[str, Any] = field(default_factory=dict)  # extra entries for the change record
    by_program: bool = False  # the actor uses an API token
    by_clock: bool = False  # a scheduled command, without an actor
    _columns: dict[int, Column] = field(default_factory=dict)  # columns already loaded

    def signal(self, card: Card) -> None:
        """Mark the card as news: unread for everybody but the actor from this change on."""
        self.touch(card)
        card.signalled_seq = self.board.seq
        card.signalled_by_id = None if self.by_clock else self.actor.id
        card.signalled_at = self.now

    def touch(self, *objects: Card | Column) -> None:
        """Add objects to those that the change concerns, altered or not."""
        self.touched.update(objects)

    def column(self, column_id: int) -> Column:
        """Load an active column that the actor may read. Raises NotFound, or Conflict when archived."""
        column = self.any_column(column_id)
        if column.archived_at is not None:
            raise Conflict("column_archived")
        return column

    def any_column(self, column_id: int) -> Column:
        """Load a column that the actor may read, archived or not. Raises NotFound."""
        column = self._columns.get(column_id) or self.session.get(Column, column_id)
        if column is None or column.board_id != self.board.id or not rights.may_read(self.actor, column):
            raise NotFound("column_not_found")
        self._columns[column_id] = column
        return column

    def known_column(self, column_id: int) -> Column:
        """Load a column that is known to exist, without checking rights."""
        if column_id not in self._columns:
            self._columns[column_id] = self.session.get_one(Column, column_id)
        return self._columns[column_id]

    def column_to_arrange(self, column_id: int) -> Column:
        """Load an active column for reorganising. Raises NotFound, Forbidden or Conflict."""
        column = self.any_column(column_id)
        self.require_arranger()
        if column.archived_at is not None:
            raise Conflict("column_archived")
        return column

    def card_to_edit(self, card_id: int) -> tuple[Card, Column]:
        """Load an active card that the actor may edit, with its column.

        Raises NotFound, Forbidden or Conflict.
        """
        card, column = self.any_card(card_id)
        self.require_place(card, column)
        return _in_use(card, column)

    def card_to_write(self, card_id: int) -> tuple[Card, Column]:
        """Load a card as card_to_edit does; scheduled cards are allowed too."""
        card, column = self.any_card(card_id)
        self.require_place(card, column)
        return (card, self.column(column.id)) if card.is_scheduled else _in_use(card, column)

    def card_in_use(self, card_id: int) -> tuple[Card, Column]:
        """Load an active card that the actor may read, with its column. Raises NotFound or Conflict."""
        return _in_use(*self.any_card(card_id))

    def cards_to_edit(self, card_ids: Sequence[int]) -> list[Card]:
        """Load these cards in this order; the actor may edit all of them.

        Raises NotFound when the actor sees none of them, else Conflict or Forbidden with the number of cards that are
        gone or not editable.
        """
        rows = self.session.execute(
            select(Card, Column)
            .join(Column, Column.id == Card.column_id)
            .where(Card.board_id == self.board.id, Card.id.in_(card_ids))
        )
        seen = {card.id: (card, column) for card, column in rows if rights.may_see_card(self.actor, card, column)}
        if not seen:
            raise NotFound("card_not_found")
        self._columns |= {column.id: column for _card, column in seen.values()}
        standing = [
            seen[id] for id in card_ids if id in seen and not (seen[id][0].archived_at or seen[id][1].archived_at)
        ]
        if denied := sum(not rights.may_place(self.actor, card, column) for card, column in standing):
            raise Forbidden("may_not_edit", count=denied)
        if len(standing) < len(card_ids):
            raise Conflict("cards_gone", count=len(card_ids) - len(standing))
        return [card for card, _column in standing]

    def any_card(self, card_id: int) -> tuple[Card, Column]:
        """Load a card that the actor may see, with its column, archived or not. Raises NotFound."""
        card = self.session.get(Card, card_id, options=_WITH_ITS_COLUMN)
        if card is None or card.board_id != self.board.id:
            raise NotFound("card_not_found")
        column = self.known_column(card.column_id)
        if not rights.may_see_card(self.actor, card, column):
            raise NotFound("card_not_found")
        return card, column

    def service_to_ask(self, service_id: int | None) -> int | None:
        """Return the id of an active service, or None for None. Raises NotFound."""
        if service_id is not None:
            service = self.session.get(Service, service_id)
            if service is None or service.archived_at is not None:
                raise NotFound("service_not_found")
        return service_id

    def standing_cards(self, column: Column) -> Sequence[Card]:
        """Load the active cards of the column."""
        return self.session.scalars(select(Card).where(Card.column_id == column.id, Card.archived_at.is_(None))).all()

    def rank_of_column(self, column_id: int | None) -> str | None:
        """Return an active column’s rank; None (meaning the end) when the column is gone."""
        if column_id is None:
            return None
        standing = select(Column.rank).where(
            Column.id == column_id, Column.board_id == self.board.id, Column.archived_at.is_(None)
        )
        return self.session.scalar(standing)

    def require_add(self, column: Column) -> None:
        """Raise Forbidden unless the actor may add cards to the column."""
        if not rights.may_add(self.actor, column):
            raise Forbidden("may_not_add")

    def require_place(self, card: Card, column: Column) -> None:
        """Raise Forbidden unless the actor may edit the card in the column."""
        if not rights.may_place(self.actor, card, column):
            raise Forbidden("may_not_edit")

    def require_decider(self, card: Card, column: Column) -> None:
        """Raise Forbidden unless the actor may set the suggestion’s status."""
        if not rights.may_decide(self.actor, card, column):
            raise Forbidden("may_not_decide")

    def require_places(self, cards: Sequence[Card], column: Column) -> None:
        """Raise Forbidden, with a count, unless the actor may put all these cards in the column."""
        if denied := sum(not rights.may_place(self.actor, card, column) for card in cards):
            raise Forbidden("may_not_edit", count=denied)

    def require_person(self) -> None:
        """Raise Forbidden for API tokens, for acts that grant rights or cannot be undone.

        A stolen token must not be able to grant lasting access.
        """
        if self.by_program:
            raise Forbidden("token_not_here")

    def require_arranger(self) -> None:
        """Raise Forbidden unless the actor may reorganise the board."""
        if not rights.may_arrange(self.actor):
            raise Forbidden("may_not_arrange")


def _in_use(card: Card, column: Column) -> tuple[Card, Column]:
    if card.archived_at is not None:
        raise Conflict("card_archived")
    if column.archived_at is not None:
        raise Conflict("column_archived")
    return card, column

"""What one person can reach on one board, inside a write transaction: commands load everything through it."""

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

# Without the service that it asks: `perform` sets that in the end, as it is by then.
_WITH_ITS_COLUMN = [joinedload(Card.column), lazyload(Card.asked)]


@dataclass
class Scope:
    session: Session
    actor: Person
    board: Board
    now: datetime
    touched: set[Card | Column] = field(default_factory=set)
    noted: dict[str, Any] = field(default_factory=dict)  # what the record is to say besides
    by_program: bool = False  # the actor does not act in person
    by_clock: bool = False  # nobody acts: it is time
    _columns: dict[int, Column] = field(default_factory=dict)  # each is asked for several times, and read once

    def signal(self, card: Card) -> None:
        """The card has news: to everybody but the actor it is unread from this change on."""
        self.touch(card)
        card.signalled_seq = self.board.seq
        card.signalled_by_id = None if self.by_clock else self.actor.id
        card.signalled_at = self.now

    def touch(self, *objects: Card | Column) -> None:
        """Count these among what the change concerns, altered or not."""
        self.touched.update(objects)

    def column(self, column_id: int) -> Column:
        """A column in use that the actor may see. Raises NotFound, or Conflict when it is archived."""
        column = self.any_column(column_id)
        if column.archived_at is not None:
            raise Conflict("column_archived")
        return column

    def any_column(self, column_id: int) -> Column:
        column = self._columns.get(column_id) or self.session.get(Column, column_id)
        if column is None or column.board_id != self.board.id or not rights.may_read(self.actor, column):
            raise NotFound("column_not_found")
        self._columns[column_id] = column
        return column

    def known_column(self, column_id: int) -> Column:
        """A column that is known to exist, whoever may see it."""
        if column_id not in self._columns:
            self._columns[column_id] = self.session.get_one(Column, column_id)
        return self._columns[column_id]

    def column_to_arrange(self, column_id: int) -> Column:
        """A column in use, for somebody who reorganises the board."""
        column = self.any_column(column_id)
        self.require_arranger()
        if column.archived_at is not None:
            raise Conflict("column_archived")
        return column

    def card_to_edit(self, card_id: int) -> tuple[Card, Column]:
        """A card in use that the actor may edit, with its column. Raises NotFound, Forbidden or Conflict."""
        card, column = self.any_card(card_id)
        self.require_place(card, column)
        return _in_use(card, column)

    def card_to_write(self, card_id: int) -> tuple[Card, Column]:
        """As card_to_edit; also a card that waits for its day."""
        card, column = self.any_card(card_id)
        self.require_place(card, column)
        return (card, self.column(column.id)) if card.is_scheduled else _in_use(card, column)

    def card_in_use(self, card_id: int) -> tuple[Card, Column]:
        """A card on the board that the actor may read, with its column. Raises NotFound or Conflict."""
        return _in_use(*self.any_card(card_id))

    def cards_to_edit(self, card_ids: Sequence[int]) -> list[Card]:
        """These cards, in this order, all of which the actor may edit.

        Raises NotFound when they see none of them, else Conflict or Forbidden with how many left the board, or are not theirs to edit.
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
        card = self.session.get(Card, card_id, options=_WITH_ITS_COLUMN)
        if card is None or card.board_id != self.board.id:
            raise NotFound("card_not_found")
        column = self.known_column(card.column_id)
        if not rights.may_see_card(self.actor, card, column):
            raise NotFound("card_not_found")
        return card, column

    def service_to_ask(self, service_id: int | None) -> int | None:
        """The id of a service in use. Raises NotFound for any other."""
        if service_id is not None:
            service = self.session.get(Service, service_id)
            if service is None or service.archived_at is not None:
                raise NotFound("service_not_found")
        return service_id

    def standing_cards(self, column: Column) -> Sequence[Card]:
        """The cards that stand in the column."""
        return self.session.scalars(select(Card).where(Card.column_id == column.id, Card.archived_at.is_(None))).all()

    def rank_of_column(self, column_id: int | None) -> str | None:
        """The rank to stand behind among the board's columns; None when that column has vanished, which means the end."""
        if column_id is None:
            return None
        standing = select(Column.rank).where(
            Column.id == column_id, Column.board_id == self.board.id, Column.archived_at.is_(None)
        )
        return self.session.scalar(standing)

    def require_add(self, column: Column) -> None:
        if not rights.may_add(self.actor, column):
            raise Forbidden("may_not_add")

    def require_place(self, card: Card, column: Column) -> None:
        if not rights.may_place(self.actor, card, column):
            raise Forbidden("may_not_edit")

    def require_decider(self, card: Card, column: Column) -> None:
        if not rights.may_decide(self.actor, card, column):
            raise Forbidden("may_not_decide")

    def require_places(self, cards: Sequence[Card], column: Column) -> None:
        """As require_place, for several cards that are to stand there together."""
        if denied := sum(not rights.may_place(self.actor, card, column) for card in cards):
            raise Forbidden("may_not_edit", count=denied)

    def require_person(self) -> None:
        """For what gives rights or cannot be mended: no program does that, or a stolen token could open lasting doors."""
        if self.by_program:
            raise Forbidden("token_not_here")

    def require_arranger(self) -> None:
        if not rights.may_arrange(self.actor):
            raise Forbidden("may_not_arrange")


def _in_use(card: Card, column: Column) -> tuple[Card, Column]:
    if card.archived_at is not None:
        raise Conflict("card_archived")
    if column.archived_at is not None:
        raise Conflict("column_archived")
    return card, column

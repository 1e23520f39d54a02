"""Publish and expire cards by date. Internal: boards/freshness.py performs these commands."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field
from sqlalchemy import Select, or_, select

from boards.clock import day_of
from boards.commands.base import Command
from boards.commands.validity import archive_card, publish_card
from boards.errors import Conflict
from boards.models import Card
from boards.scope import Scope

CARDS_PER_COMMAND = 300  # below TOUCHED_LIMIT, so that the change is sent card by card


class PublishCards(Command):
    """Publish cards whose day has come."""

    event_type: ClassVar = "cards_published"
    at_most: Annotated[int, Field(ge=1, le=CARDS_PER_COMMAND)] = CARDS_PER_COMMAND

    def apply(self, scope: Scope) -> None:
        day = day_of(scope.now)
        due = select(Card).where(Card.visible_from <= day, or_(Card.valid_until.is_(None), Card.valid_until >= day))
        for card in _some(scope, due.order_by(Card.visible_from, Card.id), self.at_most):
            publish_card(scope, card)


class ExpireCards(Command):
    """Archive cards whose last day has passed, and scheduled cards that missed their days."""

    event_type: ClassVar = "cards_expired"
    at_most: Annotated[int, Field(ge=1, le=CARDS_PER_COMMAND)] = CARDS_PER_COMMAND

    def apply(self, scope: Scope) -> None:
        over = select(Card).where(
            Card.valid_until < day_of(scope.now), or_(Card.archived_at.is_(None), Card.visible_from.is_not(None))
        )
        for card in _some(scope, over.order_by(Card.valid_until, Card.id), self.at_most):
            archive_card(scope, card)


def _some(scope: Scope, due: Select[Card], at_most: int) -> list[Card]:
    """Load the first due cards of this board. Raises Conflict when there are none."""
    cards = list(scope.session.scalars(due.where(Card.board_id == scope.board.id).limit(at_most)))
    if not cards:
        raise Conflict("nothing_due")
    return cards

"""What a card's panel says of how it is told and handed over."""

from __future__ import annotations

from sqlalchemy.orm import Session

from boards import rights
from boards.clock import today
from boards.models import Board, Card, Column, Person
from boards.sharing import Handed, handed, may_revoke, why_not_told


def facts_of(session: Session, person: Person, card: Card, column: Column, board: Board) -> dict[str, Handed | bool]:
    """What the card's panel says of it."""
    so_far = handed(session, card.id)
    return {
        "so_far": so_far,
        "is_online": so_far.link is not None and why_not_told(card, column, board, today()) is None,
        "may_revoke": may_revoke(person, card, column, so_far),
        "is_for_the_counter": rights.is_for_residents(column) and not (card.archived_at or column.archived_at),
    }

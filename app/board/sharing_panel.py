"""Describe in the card’s panel how the card is shared with residents."""

from __future__ import annotations

from sqlalchemy.orm import Session

from boards import rights
from boards.clock import today
from boards.models import Board, Card, Column, Person
from boards.sharing import SharingState, may_revoke, sharing_obstacle, sharing_state


def sharing_facts(
    session: Session, person: Person, card: Card, column: Column, board: Board
) -> dict[str, SharingState | bool]:
    """Return the sharing state of the card as its panel shows it."""
    so_far = sharing_state(session, card.id)
    return {
        "so_far": so_far,
        "is_online": so_far.link is not None and sharing_obstacle(card, column, board, today()) is None,
        "may_revoke": may_revoke(person, card, column, so_far),
        "is_for_the_counter": rights.is_for_residents(column) and not (card.archived_at or column.archived_at),
    }

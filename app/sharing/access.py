"""Find a card to be shared, and check that it may be."""

from __future__ import annotations

from dataclasses import dataclass

from app.auth.current_user import current_person, is_person
from boards import rights
from boards.clock import today
from boards.database import read_session
from boards.errors import Conflict, Forbidden
from boards.models import Board, Card, Column
from boards.queries import find_card
from boards.sharing import sharing_obstacle


@dataclass(frozen=True)
class ShareableCard:
    """A card with the obstacle to sharing it, or None."""

    card: Card
    column: Column
    obstacle: str | None


def find_with_obstacle(card_id: int) -> ShareableCard:
    """Find a card. Raises NotFound if this person may not see it."""
    card, column = find_card(read_session(), current_person(), card_id)
    return ShareableCard(
        card, column, sharing_obstacle(card, column, read_session().get_one(Board, card.board_id), today())
    )


def find_shareable(card_id: int) -> ShareableCard:
    """Find a card to share. Raises NotFound, or Conflict if it may not be."""
    found = find_with_obstacle(card_id)
    match found.obstacle:
        case "internal":
            raise Conflict("told_internal")
        case "scheduled":
            raise Conflict("told_scheduled")
        case "expired":
            raise Conflict("told_expired")
        case "archived":
            raise Conflict("told_archived")
    return found


def find_to_hand_out(card_id: int) -> ShareableCard:
    """Find a card to publish. Raises as `find_shareable`, and Forbidden for readers and API tokens."""
    find_with_obstacle(card_id)
    if not rights.may_hand_out(current_person()):
        raise Forbidden("may_not_hand_out")
    if not is_person():
        raise Forbidden("token_not_here")
    return find_shareable(card_id)

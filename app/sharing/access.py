"""The card that somebody wants to tell or hand over, with what decides whether they may."""

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
class Found:
    """`why_not`: why residents are not told of it, if they are not."""

    card: Card
    column: Column
    why_not: str | None


def find(card_id: int) -> Found:
    """Raises NotFound for what this person may not see."""
    card, column = find_card(read_session(), current_person(), card_id)
    return Found(card, column, sharing_obstacle(card, column, read_session().get_one(Board, card.board_id), today()))


def find_shareable(card_id: int) -> Found:
    """As `find`. Raises Conflict for what residents are not told."""
    found = find(card_id)
    match found.why_not:
        case "internal":
            raise Conflict("told_internal")
        case "scheduled":
            raise Conflict("told_scheduled")
        case "expired":
            raise Conflict("told_expired")
        case "archived":
            raise Conflict("told_archived")
    return found


def find_to_hand_out(card_id: int) -> Found:
    """As `find_shareable`, for what goes online. Raises Forbidden for readers, and for programs: that is somebody's own act."""
    find(card_id)
    if not rights.may_hand_out(current_person()):
        raise Forbidden("may_not_hand_out")
    if not is_person():
        raise Forbidden("token_not_here")
    return find_shareable(card_id)

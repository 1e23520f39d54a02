"""A board brought up to date by what differs: for a page that slept too long to catch up change by change."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask_login import login_required

from app.auth.current_user import current_person
from app.auth.locale import current_language
from app.board.preview_as import viewer
from app.board.rendering import serialize_difference
from app.web.request_schemas import ClientState, body_as
from boards.database import read_session
from boards.queries import find_board
from boards.resync import board_difference

routes = Blueprint("differences", __name__)


@routes.post("/boards/<slug>/differences")
@login_required
def tell_differences(slug: str) -> dict[str, Any]:
    """Told as a change is told; `resync` when only the whole board will do, as it does once one's role or services are others."""
    had = body_as(ClientState)
    board = find_board(read_session(), current_person(), slug)
    person, _place = viewer()
    found = (
        board_difference(read_session(), board, person, had.after, had.columns, had.cards)
        if had.view == person.audience.key
        else None
    )
    if found is None:
        return {"seq": board.seq, "resync": True}
    return serialize_difference(found, board, person.audience, current_language())

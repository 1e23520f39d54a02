"""A board brought up to date by what differs: for a page that slept too long to catch up change by change."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask_login import login_required

from app.accounts.current import current_person
from app.bodies import Had, body_as
from app.fragments import present_differing
from app.languages import current_language
from app.pages import viewer
from boards.database import reading
from boards.reading import find_board
from boards.resync import differing

routes = Blueprint("differences", __name__)


@routes.post("/boards/<slug>/differences")
@login_required
def tell_differences(slug: str) -> dict[str, Any]:
    """Told as a change is told; `resync` when only the whole board will do, as it does once one's role or services are others."""
    had = body_as(Had)
    board = find_board(reading(), current_person(), slug)
    person, _place = viewer()
    found = differing(reading(), board, person, had.after, had.columns, had.cards) if had.view == person.audience.key else None
    if found is None:
        return {"seq": board.seq, "resync": True}
    return present_differing(found, board, person.audience, current_language())

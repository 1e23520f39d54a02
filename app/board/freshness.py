"""Show « À vérifier », and how long the open card holds."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_required
from werkzeug.wrappers import Response as AnyResponse

from app.auth.current_user import current_person
from app.board.dispatch import dispatch_from_form
from app.web.params import parse_id
from app.web.redirects import safe_next
from boards.clock import today
from boards.database import read_session
from boards.errors import FieldError, Invalid
from boards.freshness import freshness, has_expired, to_check
from boards.models import Card, Column
from boards.queries import find_board

routes = Blueprint("freshness", __name__)


@routes.get("/boards/<slug>/to-check")
@login_required
def show_to_check(slug: str) -> str:
    """Show the cards that each service should check."""
    board = find_board(read_session(), current_person(), slug)
    return render_template(
        "board/freshness/to_check.html",
        me=current_person(),
        here="to_check",
        board=board,
        places=to_check(read_session(), current_person(), board),
        acts=board.archived_at is None,
        new_key=lambda: secrets.token_hex(16),
    )


@routes.post("/boards/<slug>/to-check")
@login_required
def look_after(slug: str) -> AnyResponse:
    """Confirm or archive a card from the list, without script."""
    find_board(read_session(), current_person(), slug)
    said = {"confirm_card": _("L’info est confirmée."), "archive_card": _("L’info est archivée.")}
    type = request.form.get("type", "")
    if type not in said:
        raise Invalid([FieldError("type", "literal_error", {})])
    dispatch_from_form(slug, {"type": type, "card": parse_id(request.form.get("card")) or 0}, said[type])
    return redirect(safe_next() if request.form.get("next") else url_for("freshness.show_to_check", slug=slug), 303)


def about_freshness(card: Card, column: Column) -> dict[str, Any]:
    """Return what the panel shows of the card’s validity and confirmation."""
    return {
        "holds": {
            "freshness": freshness(card, column, today()),
            "expired": has_expired(card),
            "key": secrets.token_hex(16),
        }
    }

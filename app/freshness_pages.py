"""« À vérifier »: what each service should look at again, and what the open card says of how long it holds."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_required
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.current import current_person
from app.accounts.sign_in import safe_next
from app.carry_out import carry_out
from app.languages import current_language
from app.numbers import number_in
from app.problems import problem_for
from boards.database import reading
from boards.days import today
from boards.errors import FieldError, Invalid, Refusal
from boards.freshness import freshness, has_expired, to_check
from boards.models import Card, Column
from boards.reading import find_board

routes = Blueprint("freshness", __name__)


@routes.get("/boards/<slug>/to-check")
@login_required
def show_to_check(slug: str) -> str:
    board = find_board(reading(), current_person(), slug)
    return render_template(
        "board/freshness/to_check.html",
        me=current_person(),
        here="to_check",
        board=board,
        places=to_check(reading(), current_person(), board),
        acts=board.archived_at is None,
        new_key=lambda: secrets.token_hex(16),
    )


@routes.post("/boards/<slug>/to-check")
@login_required
def look_after(slug: str) -> AnyResponse:
    """« Toujours valable » or « Archiver », without script."""
    find_board(reading(), current_person(), slug)
    said = {"confirm_card": _("L’info est confirmée."), "archive_card": _("L’info est archivée.")}
    type = request.form.get("type", "")
    if type not in said:
        raise Invalid([FieldError("type", "literal_error", {})])
    asked = {"type": type, "card": number_in(request.form.get("card")) or 0, "key": request.form.get("key") or None}
    try:
        carry_out(current_person(), current_language(), slug, asked)
        flash(said[type])
    except Refusal as refusal:
        flash(problem_for(refusal)["detail"], "problem")
    return redirect(safe_next() if request.form.get("next") else url_for("freshness.show_to_check", slug=slug), 303)


def about_freshness(card: Card, column: Column) -> dict[str, Any]:
    """What the panel says first: how long the card holds, and who said so when."""
    return {"holds": {"freshness": freshness(card, column, today()), "expired": has_expired(card), "key": secrets.token_hex(16)}}

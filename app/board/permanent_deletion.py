"""Delete cards and columns for good, after a confirmation page."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import login_required
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from app.auth.current_user import current_person
from app.board.dispatch import dispatch_from_form
from boards import rights
from boards.commands.deletion import require_due, require_few
from boards.database import now, read_session
from boards.errors import Conflict, Forbidden, NotFound
from boards.models import BoardTemplate, Card, Column
from boards.queries import find_board, find_card

routes = Blueprint("erasing", __name__)


@routes.get("/boards/<slug>/archive/cards/<int:card_id>/erase")
@login_required
def confirm_card(slug: str, card_id: int) -> str:
    """Show what deleting this card would remove."""
    _require_arranger()
    board = find_board(read_session(), current_person(), slug)
    card, column = find_card(read_session(), current_person(), card_id)
    if card.board_id != board.id:
        raise NotFound("card_not_found")
    require_due(card, now())
    return render_template(
        "board/permanent_deletion/card.html",
        me=current_person(),
        board=board,
        card=card,
        column=column,
        templates=_templates_with({card.title}),
        key=secrets.token_hex(16),
    )


@routes.post("/boards/<slug>/archive/cards/<int:card_id>/erase")
@login_required
def erase_card(slug: str, card_id: int) -> AnyResponse:
    """Delete an archived card for good."""
    return _erase(slug, {"type": "erase_card", "card": card_id}, _("L’info est effacée définitivement."))


@routes.get("/boards/<slug>/archive/columns/<int:column_id>/erase")
@login_required
def confirm_column(slug: str, column_id: int) -> str:
    """Show what deleting this column would remove."""
    _require_arranger()
    board = find_board(read_session(), current_person(), slug)
    column = read_session().get(Column, column_id)
    if column is None or column.board_id != board.id:
        raise NotFound("column_not_found")
    require_due(column, now())
    titles = read_session().scalars(select(Card.title).where(Card.column_id == column.id)).all()
    require_few(len(titles))
    return render_template(
        "board/permanent_deletion/column.html",
        me=current_person(),
        board=board,
        column=column,
        cards=len(titles),
        templates=_templates_with(set(titles)),
        key=secrets.token_hex(16),
    )


@routes.post("/boards/<slug>/archive/columns/<int:column_id>/erase")
@login_required
def erase_column(slug: str, column_id: int) -> AnyResponse:
    """Delete an archived column for good."""
    return _erase(
        slug, {"type": "erase_column", "column": column_id}, _("La colonne est effacée définitivement, avec ses infos.")
    )


def _erase(slug: str, command: dict[str, Any], done: str) -> AnyResponse:
    _require_arranger()
    dispatch_from_form(slug, command, done, shown=Conflict)
    return redirect(url_for("pages.show_archive", slug=slug), 303)


def _templates_with(titles: set[str]) -> list[str]:
    """List the templates with a card of one of these titles, which deletion does not touch."""
    kept = read_session().scalars(select(BoardTemplate).order_by(BoardTemplate.title, BoardTemplate.id))
    return [
        each.title
        for each in kept
        if any(card["title"] in titles for column in each.content["columns"] for card in column["cards"])
    ]


def _require_arranger() -> None:
    if not rights.may_arrange(current_person()):
        raise Forbidden("may_not_arrange")

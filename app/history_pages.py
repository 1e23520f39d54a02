"""The history of a board and of a card, and taking a change back from there."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import login_required
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.current import current_person
from app.accounts.sign_in import safe_next
from app.carry_out import carry_out
from app.history_words import WHAT, differences
from app.languages import current_language
from app.numbers import number_in
from app.pages import storable, viewer
from app.problems import problem_for
from boards import rights
from boards.database import reading
from boards.errors import Refusal
from boards.history import KINDS, Asked, history
from boards.models import Board, Change, Column, Person
from boards.reading import find_board, find_card
from boards.text import sorting_key

routes = Blueprint("history", __name__)

KIND_WORDS = {
    "added": _l("Ajouts"),
    "edited": _l("Modifications de texte"),
    "moved": _l("Déplacements"),
    "archived": _l("Archivages et restaurations"),
    "suggestions": _l("Suggestions"),
    "columns": _l("Colonnes et tableau"),
    "rights": _l("Droits"),
}


@routes.get("/boards/<slug>/history")
@login_required
def show_board_history(slug: str) -> str:
    board = find_board(reading(), current_person(), slug)
    asked = _asked(request.args)
    return render_template(
        "history/board.html",
        board=board,
        asked=asked,
        arguments={"person": asked.person, "column": asked.column, "kind": asked.kind},
        people=_actors(board),
        columns=[column for column in _columns(board) if rights.may_read(current_person(), column)],
        kinds={kind: words for kind, words in KIND_WORDS.items() if kind != "rights" or rights.may_arrange(current_person())},
        page=history(reading(), current_person(), board, before=number_in(request.args.get("before")), asked=asked),
        acts=True,
        **_told_in_words(),
    )


@routes.get("/cards/<int:card_id>/history")
@login_required
def show_card_history(card_id: int) -> str:
    """The history in the card's panel when the board is in sight, else a page of its own."""
    person, place = viewer()
    card, column = find_card(reading(), person, storable(card_id))
    board = reading().get_one(Board, card.board_id)
    page = history(reading(), person, board, card=card, before=number_in(request.args.get("before")), acts=place is None)
    template = "history/_card_panel.html" if request.headers.get("X-Fragment") == "panel" else "history/card.html"
    level = rights.level_on(board, person, column)
    return render_template(template, board=board, card=card, column=column, level=level, page=page, acts=place is None, **_told_in_words())


@routes.post("/boards/<slug>/undo")
@login_required
def undo(slug: str) -> AnyResponse:
    first = {"first": number_in(request.form.get("first")) or 0} if request.form.get("first") else {}
    asked = {"type": "undo_change", "seq": number_in(request.form.get("seq")) or 0, **first, "key": request.form.get("key") or None}
    try:
        carry_out(current_person(), current_language(), slug, asked)
        flash(_("La modification est annulée."))
    except Refusal as refusal:
        flash(problem_for(refusal)["detail"], "problem")
    return redirect(safe_next(), 303)


def _told_in_words() -> dict[str, Any]:
    return {"me": current_person(), "here": "history", "what": WHAT, "differences": differences, "new_key": lambda: secrets.token_hex(16)}


def _asked(arguments: Mapping[str, str]) -> Asked:
    kind = arguments.get("kind", "")
    return Asked(number_in(arguments.get("person")), number_in(arguments.get("column")), kind if kind in KINDS else None)


def _actors(board: Board) -> list[Person]:
    acted = select(Change.actor_id).where(Change.board_id == board.id)
    people = reading().scalars(select(Person).where(Person.id.in_(acted), Person.erased_at.is_(None)))
    return sorted(people, key=lambda person: sorting_key(person.name))


def _columns(board: Board) -> list[Column]:
    return list(reading().scalars(select(Column).where(Column.board_id == board.id).order_by(Column.archived_at.is_not(None), Column.rank)))

"""Show the history of boards and cards, and undo changes from there."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import login_required
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from app.auth.current_user import current_person
from app.board.dispatch import dispatch_from_form
from app.board.preview_as import viewer
from app.history.labels import EVENT_LABELS, differences
from app.web.params import parse_id
from app.web.redirects import safe_next
from boards import rights
from boards.database import read_session
from boards.history.feed import HISTORY_KINDS, HistoryFilters, history
from boards.models import Board, Change, Column, Person
from boards.queries import find_board, find_card
from boards.text.sanitize import sorting_key

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
    """Show a board’s history, filtered and paged."""
    board = find_board(read_session(), current_person(), slug)
    asked = _asked(request.args)
    return render_template(
        "history/board.html",
        board=board,
        asked=asked,
        arguments={"person": asked.person, "column": asked.column, "kind": asked.kind},
        people=_actors(board),
        columns=[column for column in _columns(board) if rights.may_read(current_person(), column)],
        kinds={
            kind: words
            for kind, words in KIND_WORDS.items()
            if kind != "rights" or rights.may_arrange(current_person())
        },
        page=history(read_session(), current_person(), board, before=parse_id(request.args.get("before")), asked=asked),
        acts=True,
        **_told_in_words(),
    )


@routes.get("/cards/<int:card_id>/history")
@login_required
def show_card_history(card_id: int) -> str:
    """Show a card’s history in its panel, or as a page of its own."""
    person, place = viewer()
    card, column = find_card(read_session(), person, card_id)
    board = read_session().get_one(Board, card.board_id)
    page = history(
        read_session(), person, board, card=card, before=parse_id(request.args.get("before")), acts=place is None
    )
    template = "history/_card_panel.html" if request.headers.get("X-Fragment") == "panel" else "history/card.html"
    level = rights.level_on(board, person, column)
    return render_template(
        template, board=board, card=card, column=column, level=level, page=page, acts=place is None, **_told_in_words()
    )


@routes.post("/boards/<slug>/undo")
@login_required
def undo(slug: str) -> AnyResponse:
    """Undo a change, without script."""
    first = {"first": parse_id(request.form.get("first")) or 0} if request.form.get("first") else {}
    command = {"type": "undo_change", "seq": parse_id(request.form.get("seq")) or 0, **first}
    dispatch_from_form(slug, command, _("La modification est annulée."))
    return redirect(safe_next(), 303)


def _told_in_words() -> dict[str, Any]:
    return {
        "me": current_person(),
        "here": "history",
        "what": EVENT_LABELS,
        "differences": differences,
        "new_key": lambda: secrets.token_hex(16),
    }


def _asked(arguments: Mapping[str, str]) -> HistoryFilters:
    kind = arguments.get("kind", "")
    return HistoryFilters(
        parse_id(arguments.get("person")), parse_id(arguments.get("column")), kind if kind in HISTORY_KINDS else None
    )


def _actors(board: Board) -> list[Person]:
    acted = select(Change.actor_id).where(Change.board_id == board.id)
    people = read_session().scalars(select(Person).where(Person.id.in_(acted), Person.erased_at.is_(None)))
    return sorted(people, key=lambda person: sorting_key(person.name))


def _columns(board: Board) -> list[Column]:
    return list(
        read_session().scalars(
            select(Column).where(Column.board_id == board.id).order_by(Column.archived_at.is_not(None), Column.rank)
        )
    )

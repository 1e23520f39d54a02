"""Show a board’s rules, record « J’ai lu » and print the guide."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request
from flask_login import login_required
from werkzeug.wrappers import Response as AnyResponse

from app.auth.current_user import administrators_only, current_person
from app.board.views import card_page
from app.web.params import parse_id
from app.web.problems import problem_for
from app.web.request_schemas import ReadVersion, body_as, read_as
from boards import clock
from boards.database import read_session
from boards.errors import Conflict
from boards.models.personal import personal_transaction
from boards.personal.read_receipts import mark_version_read, readership, rules_for
from boards.queries import find_board, find_card

routes = Blueprint("guide", __name__)

CONTENTS_FROM = 6  # rules; fewer are seen at a glance


@routes.get("/boards/<slug>/guide")
@login_required
def show_guide(slug: str) -> str:
    """Show the printable « Guide d’utilisation »."""
    board = find_board(read_session(), current_person(), slug)
    columns = [(column, rules) for column, rules in rules_for(read_session(), current_person(), board) if rules]
    return render_template(
        "board/guide/show.html",
        me=current_person(),
        here="guide",
        board=board,
        columns=columns,
        contents=sum(len(rules) for _column, rules in columns) >= CONTENTS_FROM,
        today=clock.today(),
    )


@routes.get("/boards/<slug>/guide/reads")
@administrators_only
def show_reads(slug: str) -> str:
    """Show facilitators who has read which rule."""
    board = find_board(read_session(), current_person(), slug)
    return render_template(
        "board/guide/read_receipts.html",
        me=current_person(),
        here="guide",
        board=board,
        columns=readership(read_session(), board),
    )


@routes.put("/cards/<int:card_id>/read")
@login_required
def keep_read(card_id: int) -> tuple[str, int]:
    """Record the version of a rule that this person has read: `{"version": 3}`; null undoes it."""
    find_card(read_session(), current_person(), card_id)  # what they may not see has no wrong fields either
    _mark(card_id, body_as(ReadVersion, whole="version").version)
    return "", 204


@routes.post("/cards/<int:card_id>/read")
@login_required
def keep_read_by_form(card_id: int) -> AnyResponse:
    """Do the same without script; show the new text if the rule has changed meanwhile."""
    find_card(read_session(), current_person(), card_id)
    version = request.form.get("version")
    try:
        _mark(card_id, read_as(ReadVersion, {"version": (parse_id(version) or version) if version else None}).version)
    except Conflict as refusal:
        if refusal.code != "rule_changed":
            raise
        return make_response(
            card_page(*find_card(read_session(), current_person(), card_id), notice=problem_for(refusal)["detail"]), 409
        )
    return redirect(f"/cards/{card_id}", 303)


def _mark(card_id: int, version: int | None) -> None:
    person_id = current_person().id
    with personal_transaction(person_id) as session:
        mark_version_read(session, person_id, card_id, version)

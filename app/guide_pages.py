"""The rules of a board: « J’ai lu », who has read what, and « Guide d’utilisation » on paper."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request
from flask_login import login_required
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.current import administrators_only, current_person
from app.bodies import ReadVersion, body_as, read_as
from app.numbers import number_in
from app.pages import card_page, storable
from app.problems import problem_for
from boards import days
from boards.database import reading
from boards.errors import Conflict
from boards.onboarding import mark_read, readership, rules_for
from boards.personal import own_writing
from boards.reading import find_board, find_card

routes = Blueprint("guide", __name__)

CONTENTS_FROM = 6  # rules; fewer are seen at a glance


@routes.get("/boards/<slug>/guide")
@login_required
def show_guide(slug: str) -> str:
    board = find_board(reading(), current_person(), slug)
    columns = [(column, rules) for column, rules in rules_for(reading(), current_person(), board) if rules]
    return render_template(
        "board/guide/show.html",
        me=current_person(),
        here="guide",
        board=board,
        columns=columns,
        contents=sum(len(rules) for _column, rules in columns) >= CONTENTS_FROM,
        today=days.today(),
    )


@routes.get("/boards/<slug>/guide/reads")
@administrators_only
def show_reads(slug: str) -> str:
    board = find_board(reading(), current_person(), slug)
    return render_template("board/guide/read_receipts.html", me=current_person(), here="guide", board=board, columns=readership(reading(), board))


@routes.put("/cards/<int:card_id>/read")
@login_required
def keep_read(card_id: int) -> tuple[str, int]:
    """Remember which version of a rule this person has read: `{"version": 3}`; null takes it back."""
    find_card(reading(), current_person(), storable(card_id))  # what they may not see has no wrong fields either
    _mark(card_id, body_as(ReadVersion, whole="version").version)
    return "", 204


@routes.post("/cards/<int:card_id>/read")
@login_required
def keep_read_by_form(card_id: int) -> AnyResponse:
    """The same without script. Of a rule that changed meanwhile the new text is shown, and that it has changed."""
    find_card(reading(), current_person(), storable(card_id))
    version = request.form.get("version")
    try:
        _mark(card_id, read_as(ReadVersion, {"version": (number_in(version) or version) if version else None}).version)
    except Conflict as refusal:
        if refusal.code != "rule_changed":
            raise
        return make_response(card_page(*find_card(reading(), current_person(), card_id), notice=problem_for(refusal)["detail"]), 409)
    return redirect(f"/cards/{card_id}", 303)


def _mark(card_id: int, version: int | None) -> None:
    person_id = current_person().id
    reading().rollback()  # what was read so far must not hide what is about to be written
    with own_writing(person_id) as session:
        mark_read(session, person_id, card_id, version)

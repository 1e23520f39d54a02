"""Suggestions beside the board: all of them on one page, and what their authors are told of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_required
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.current import current_person
from app.numbers import number_in
from boards import rights
from boards.database import reading, write_transaction
from boards.models import Card, Column, Kind, Person, Status, Suggestion
from boards.reading import find_board, services_in_use
from boards.suggestions import (
    NEXT,
    Wanted,
    answer_of,
    answered_by,
    mark_read,
    notices,
    replies_to,
    suggestion_columns,
    suggestions,
    supports,
)

routes = Blueprint("suggestions", __name__)


@routes.get("/boards/<slug>/suggestions")
@login_required
def show_suggestions(slug: str) -> str:
    person, board = current_person(), find_board(reading(), current_person(), slug)
    wanted = _wanted(request.args)
    return render_template(
        "board/suggestions/list.html",
        me=person,
        here="suggestions",
        board=board,
        wanted=wanted,
        page=suggestions(reading(), person, board, wanted, number_in(request.args.get("page")) or 1),
        arguments=_arguments(wanted),
        services=services_in_use(reading()),
        columns=suggestion_columns(reading(), person, board),
    )


@routes.get("/notices")
@login_required
def show_notices() -> str:
    told = notices(reading(), current_person())
    return render_template("notifications/list.html", me=current_person(), here="notices", told=told)


@routes.post("/notices/read")
@login_required
def read_notices() -> AnyResponse:
    person_id = current_person().id
    with write_transaction() as session:
        mark_read(session, person_id)
    flash(_("Tout est marqué comme lu."))
    return redirect(url_for("suggestions.show_notices"), 303)


def about_suggestion(person: Person, card: Card, column: Column) -> dict[str, Any]:
    """What the panel of a card says of it as a suggestion, and of the suggestions that it answers."""
    answered = answered_by(reading(), person, card)
    if column.kind != Kind.SUGGESTIONS:
        return {"suggestion": None, "answered": answered}
    return {
        "answered": answered,
        "suggestion": {
            "replies": replies_to(reading(), card),
            "answer": answer_of(reading(), person, card),
            "supports": supports(reading(), person, card),
            "next": [status for status in Status if status in NEXT[Status(card.status)]] if rights.may_decide(person, card, column) else [],
            "may_comment": rights.may_comment(person, column),
            "me": person.id,
            "moderates": rights.may_arrange(person),
            "services": services_in_use(reading()),
        },
    }


def _wanted(arguments: Mapping[str, str]) -> Wanted:
    """What the address asks for; what it says wrongly, it does not say."""
    kind, status = arguments.get("kind"), arguments.get("status")
    return Wanted(
        kind=Suggestion(kind) if kind in list(Suggestion) else None,
        status=Status(status) if status in list(Status) else None,
        service=number_in(arguments.get("service")),
        mine=arguments.get("mine") == "1",
        sort="votes" if arguments.get("sort") == "votes" else "date",
    )


def _arguments(wanted: Wanted) -> dict[str, Any]:
    """The address that asks for this."""
    asked = {"kind": wanted.kind, "status": wanted.status, "service": wanted.service, "mine": "1" if wanted.mine else None}
    return {name: value for name, value in asked.items() if value} | ({"sort": "votes"} if wanted.sort == "votes" else {})

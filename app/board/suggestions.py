"""List suggestions, and notify their authors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_required
from werkzeug.wrappers import Response as AnyResponse

from app.auth.current_user import current_person
from app.web.params import parse_id
from boards import rights
from boards.database import read_session, write_transaction
from boards.models import Card, Column, Kind, Person, Status, Suggestion
from boards.queries import find_board, services_in_use
from boards.suggestions import (
    NEXT,
    SuggestionQuery,
    answer_of,
    answered_by,
    mark_notices_read,
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
    """List a board’s suggestions, filtered and paged."""
    person, board = current_person(), find_board(read_session(), current_person(), slug)
    wanted = _wanted(request.args)
    return render_template(
        "board/suggestions/list.html",
        me=person,
        here="suggestions",
        board=board,
        wanted=wanted,
        page=suggestions(read_session(), person, board, wanted, parse_id(request.args.get("page")) or 1),
        arguments=_arguments(wanted),
        services=services_in_use(read_session()),
        columns=suggestion_columns(read_session(), person, board),
    )


@routes.get("/notices")
@login_required
def show_notices() -> str:
    """List this person’s notices."""
    told = notices(read_session(), current_person())
    return render_template("notifications/list.html", me=current_person(), here="notices", told=told)


@routes.post("/notices/read")
@login_required
def read_notices() -> AnyResponse:
    """Mark all notices as read."""
    person_id = current_person().id
    with write_transaction() as session:
        mark_notices_read(session, person_id)
    flash(_("Tout est marqué comme lu."))
    return redirect(url_for("suggestions.show_notices"), 303)


def about_suggestion(person: Person, card: Card, column: Column) -> dict[str, Any]:
    """Return what a card’s panel shows of it as a suggestion or as an answer."""
    answered = answered_by(read_session(), person, card)
    if column.kind != Kind.SUGGESTIONS:
        return {"suggestion": None, "answered": answered}
    return {
        "answered": answered,
        "suggestion": {
            "replies": replies_to(read_session(), card),
            "answer": answer_of(read_session(), person, card),
            "supports": supports(read_session(), person, card),
            "next": [status for status in Status if status in NEXT[Status(card.status)]]
            if rights.may_decide(person, card, column)
            else [],
            "may_comment": rights.may_comment(person, column),
            "me": person.id,
            "moderates": rights.may_arrange(person),
            "services": services_in_use(read_session()),
        },
    }


def _wanted(arguments: Mapping[str, str]) -> SuggestionQuery:
    """Read the query of the page’s address, ignoring invalid values."""
    kind, status = arguments.get("kind"), arguments.get("status")
    return SuggestionQuery(
        kind=Suggestion(kind) if kind in list(Suggestion) else None,
        status=Status(status) if status in list(Status) else None,
        service=parse_id(arguments.get("service")),
        mine=arguments.get("mine") == "1",
        sort="votes" if arguments.get("sort") == "votes" else "date",
    )


def _arguments(wanted: SuggestionQuery) -> dict[str, Any]:
    """Return the address arguments of this query."""
    asked = {
        "kind": wanted.kind,
        "status": wanted.status,
        "service": wanted.service,
        "mine": "1" if wanted.mine else None,
    }
    return {name: value for name, value in asked.items() if value} | (
        {"sort": "votes"} if wanted.sort == "votes" else {}
    )

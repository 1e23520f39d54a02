"""Search all that a person may read: page, suggestions, JSON; and list failed searches."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import login_required
from limits import parse

from app.auth.current_user import current_person
from app.board.filter_labels import left_out_in_words
from app.board.preview_as import viewer
from app.extensions import limiter
from app.search.results import Results, as_json, results_for, results_of_request
from app.web import json as strict_json
from app.web.request_schemas import json_body
from boards import rights
from boards.database import read_session
from boards.errors import FieldError, Forbidden, Invalid
from boards.filters.criteria import Filters
from boards.models import Board, Kind, Person
from boards.queries import find_board, home_board, services_in_use, visible_columns
from boards.search.failed_queries import failed_queries, record_failed_query

routes = Blueprint("search", __name__)

_PAGE_SIZE, _SUGGESTIONS = 50, 8
_COUNTED_AT_MOST = parse("20 per minute")


@routes.get("/search")
@login_required
def show_search() -> str:
    """Show the search page, or only the list of suggestions while somebody types."""
    person, place = viewer()
    board = _board(person)
    if request.headers.get("X-Fragment") == "options":
        results = results_of_request(person, board, _SUGGESTIONS)
        return render_template("search/_suggested_results.html", results=results, **_asking(person, board, results))
    results = results_of_request(person, board, _PAGE_SIZE)
    if place is None:
        _count(person, board, results)
    return render_template(
        "search/results.html",
        me=current_person(),
        here="search",
        results=results,
        left_out=left_out_in_words(error for error in results.wrong if error.field != "q"),
        shortened=any(error.field == "q" for error in results.wrong),
        services=services_in_use(read_session()),
        **_asking(person, board, results),
    )


@routes.get("/api/boards/<slug>/search")
@login_required
def search_board(slug: str) -> ResponseReturnValue:
    """Answer a search as JSON; unlike the page, refuse invalid filters."""
    person = current_person()
    results = results_of_request(person, find_board(read_session(), person, slug), _PAGE_SIZE)
    if wrong := [error for error in results.wrong if error.field != "q"]:
        raise Invalid(wrong)
    response = make_response(strict_json.dumps(as_json(results)))
    response.mimetype = "application/json"
    return response


@routes.post("/search/in-vain")
@login_required
def keep_in_vain() -> tuple[str, int]:
    """Count `{"q": …, "board": slug}` as failed after searching again, so counts cannot be forged."""
    asked = json_body()
    if not isinstance(asked, dict) or not all(isinstance(asked.get(name), str) for name in ("q", "board")):
        raise Invalid([FieldError("q", "type", {})])
    person = current_person()
    board = find_board(read_session(), person, asked["board"])
    _count(person, board, results_for(person, board, Filters(q=asked["q"]), most=1))
    return "", 204


@routes.get("/boards/<slug>/searches")
@login_required
def show_in_vain(slug: str) -> str:
    """List a board's failed searches."""
    person, board = current_person(), find_board(read_session(), current_person(), slug)
    if not rights.may_arrange(person):
        raise Forbidden("may_not_arrange")
    return render_template(
        "search/failed_queries.html",
        me=person,
        here="searches",
        board=board,
        searches=failed_queries(read_session(), board),
    )


def _board(person: Person) -> Board | None:
    """Return the board the search starts from: that of the address, or the home board."""
    slug = request.args.get("board")
    return find_board(read_session(), person, slug) if slug else home_board(read_session(), person)


def _asking(person: Person, board: Board | None, results: Results) -> dict[str, Any]:
    """Return what templates need to offer asking a service when nothing was found."""
    columns = visible_columns(read_session(), board, person) if board and results.found_nothing else []
    return {
        "board": board,
        "may_ask": any(column.kind == Kind.SUGGESTIONS and rights.may_add(person, column) for column in columns),
    }


def _count(person: Person, board: Board | None, results: Results) -> None:
    """Count a failed search; the person only limits the rate and is not stored."""
    if results.found_nothing and board and limiter.limiter.hit(_COUNTED_AT_MOST, "searches-in-vain", str(person.id)):
        record_failed_query(board.id, results.query)

"""Serve the public page of a card: no account, cookie or script, and nothing of its board."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, make_response
from flask_babel import force_locale
from werkzeug.exceptions import HTTPException

from app.extensions import limiter
from app.sharing.handout import sheet_of, town_desk
from app.web.languages import FRENCH
from boards.clock import today
from boards.database import read_session
from boards.sharing import find_public

routes = Blueprint("public", __name__)

PUBLIC_PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src "
        "'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}


@routes.get("/p/<token>")
@limiter.limit("30 per minute", deduct_when=lambda response: response.status_code == 404)
def show_page(token: str) -> Response:
    """Show a shared card; all unavailable ones get the same response, byte for byte."""
    found = find_public(read_session(), token, today())
    if found is None:
        return _page("sharing/unavailable.html", 404, town=town_desk(read_session()))
    return _page("sharing/public_page.html", 200, sheet=sheet_of(read_session(), *found, None))


@routes.errorhandler(HTTPException)
def answer_error(error: HTTPException) -> Response:
    """Answer errors without the usual page, which would begin a session."""
    return _page("sharing/unavailable.html", error.code or 500, town=town_desk(read_session()), busy=error.code == 429)


def _page(template: str, status: int, **values: Any) -> Response:
    """Render without Flask's context processors, which load the current user."""
    with force_locale(FRENCH):
        page = current_app.jinja_env.get_template(template).render(**values)
    response = make_response(page, status)
    response.headers.update(PUBLIC_PAGE_HEADERS)
    return response

"""Answer every error: a page for people, problem+json for programs, never a stack trace."""

from __future__ import annotations

import logging

from flask import Flask, Response, make_response, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.audit import log as audit_log
from app.auth.current_user import current_person
from app.web import json as strict_json
from app.web import metrics
from app.web.problems import TITLES, problem_document, problem_for
from boards.database import is_unavailable
from boards.errors import Forbidden, Refusal

log = logging.getLogger(__name__)

_CODES = {
    400: "malformed_json",
    401: "not_signed_in",
    403: "account_disabled",
    404: "page_not_found",
    405: "page_not_found",
    413: "too_large",
    415: "not_json",
    429: "too_many",
    500: "internal",
    503: "database_unavailable",
}


def init_app(app: Flask) -> None:
    """Register the error handlers."""
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(CSRFError, lambda _error: _answer(400, "csrf"))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def wants_problem() -> bool:
    """Return True if the client expects problem+json instead of a page."""
    return (
        request.method in ("PUT", "DELETE")
        or request.path.startswith("/api/")
        or request.path.endswith("/commands")
        or request.is_json
        or not request.accept_mimetypes.accept_html
    )


def answer_problem(status: int, code: str) -> Response:
    """Return the problem+json answer of this code."""
    return problem_response(problem_document(status, code))


def problem_response(problem: dict[str, object]) -> Response:
    """Return this problem document as a response, and count it."""
    metrics.count_refusal(problem)
    response = make_response(strict_json.dumps(problem), problem["status"])
    response.mimetype = "application/problem+json"
    return response


def note_refusal(refusal: Refusal) -> None:
    """Record a Forbidden refusal in the administrative log."""
    if isinstance(refusal, Forbidden) and current_user.is_authenticated:
        audit_log.record_refusal(refusal.code, request.path, current_person())


def _refusal(refusal: Refusal) -> Response:
    note_refusal(refusal)
    problem = problem_for(refusal)
    return problem_response(problem) if wants_problem() else _page(problem)


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    response = _answer(status if status in TITLES else 400 if status < 500 else 500, _CODES.get(status, "internal"))
    if status == 405:
        response.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or [])
    return response


def _unexpected(error: Exception) -> Response:
    if is_unavailable(error):
        log.warning("the database does not answer: %s", error)
        return _answer(503, "database_unavailable")
    # The address of a one-time link is a secret, which no log may keep.
    path = str(request.url_rule) if "token" in (request.view_args or {}) else request.path
    log.exception("unexpected error on %s %s", request.method, path.encode("unicode_escape").decode())
    return _answer(500, "internal")


def _answer(status: int, code: str) -> Response:
    problem = problem_document(status, code)
    return problem_response(problem) if wants_problem() else _page(problem)


def _page(problem: dict[str, object]) -> Response:
    metrics.count_refusal(problem)
    return make_response(render_template("errors/error.html", problem=problem), problem["status"])

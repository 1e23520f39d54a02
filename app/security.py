"""Set security headers, check CSRF tokens, and answer requests without a session."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.models import Bearer
from app.auth.current_user import may_write
from app.error_handlers import answer_problem, wants_problem
from app.extensions import csrf, login_manager
from boards.errors import Forbidden
from config import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# data: images are the icons in the style sheet; everything else comes from this server.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "object-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self' {live}",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
# Browser features that pages never use; they do use sound (flashes) and the clipboard (links).
NOT_NEEDED = (
    *(
        "accelerometer",
        "camera",
        "display-capture",
        "encrypted-media",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
    ),
    *("payment", "publickey-credentials-get", "screen-wake-lock", "usb", "xr-spatial-tracking"),
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{power}=()" for power in NOT_NEEDED),
}
# Static files need only these; deploy/nginx.conf sends the same.
HEADERS_OF_FILES = {name: HEADERS[name] for name in ("X-Content-Type-Options", "Cross-Origin-Resource-Policy")}


# Paths that API tokens may use; profiles, people, rights and the log need a signed-in person.
OPEN_TO_TOKENS = ("/api/", "/boards/", "/cards/")
# Authenticated by a signed address instead of a session: mail programs call these.
PROVEN_BY_THEIR_ADDRESS = ("alerts.stop_mails",)


def init_app(app: Flask, settings: Settings) -> None:
    """Register the CSRF and token checks, the page headers and the sign-in redirect."""

    @app.before_request
    def check_csrf_or_token() -> Response | None:
        if is_public_page():
            return None
        if acts_by_token():
            _check_reach_of_token()
        elif _brings_a_worthless_token() or _alters_unknown():
            return answer_problem(401, "not_signed_in")
        elif request.endpoint not in PROVEN_BY_THEIR_ADDRESS:
            csrf.protect()
        return None

    @app.after_request
    def set_headers(response: Response) -> Response:
        # Some browsers do not include wss: in 'self'. http becomes ws, https wss.
        live = (settings.public_url or request.host_url.rstrip("/")).replace("http", "ws", 1)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY.format(live=live))
        # Pages are personal: no cache may keep them, and Back after signing out must show nothing.
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    @login_manager.unauthorized_handler
    def ask_to_sign_in() -> AnyResponse:
        if wants_problem():
            return answer_problem(401, "not_signed_in")
        target = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("accounts.show_sign_in", next=target if target != "/" else None), 303)


def stand_in_front(app: Flask, settings: Settings) -> None:
    """Add headers in front of Flask, for static files, the live connection and early refusals."""
    # Answers that bypass Flask are no documents, and private unless a file says otherwise.
    always = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Cache-Control": "no-store"}
    if settings.https:
        always["Strict-Transport-Security"] = (
            f"max-age={settings.hsts_seconds}; includeSubDomains" if settings.hsts_seconds else "max-age=0"
        )
    of_files, of_others = {**HEADERS_OF_FILES, **always}, {**HEADERS, **always}
    inner = app.wsgi_app

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        headers = of_files if environ["PATH_INFO"].startswith("/static/") else of_others

        def start(status: str, given: list[tuple[str, str]], *error: Any) -> Any:
            given = [
                (name, f"{value}; charset=utf-8" if value == "text/plain" else value) for name, value in given
            ]  # refusals of the live connection
            named = {name.lower() for name, _value in given}
            return start_response(
                status,
                [*given, *((name, value) for name, value in headers.items() if name.lower() not in named)],
                *error,
            )

        return inner(environ, start)

    app.wsgi_app = answer  # type: ignore[method-assign]  # Flask's documented seam for middleware


def is_public_page() -> bool:
    """Return True for public pages, which must not load, begin or renew a session."""
    return request.blueprint == "public"


def acts_by_token() -> bool:
    """Return True if the request authenticates by a bearer token, which needs no CSRF check."""
    return isinstance(current_user._get_current_object(), Bearer)


def _brings_a_worthless_token() -> bool:
    return request.headers.get("Authorization", "").lower().startswith("bearer ") and not current_user.is_authenticated


def _alters_unknown() -> bool:
    """Return True for a program’s write without authentication: answer 401, not a CSRF error."""
    alters = request.method not in ("GET", "HEAD", "OPTIONS")
    return alters and request.path.startswith(OPEN_TO_TOKENS) and wants_problem() and not current_user.is_authenticated


def _check_reach_of_token() -> None:
    if not request.path.startswith(OPEN_TO_TOKENS):
        raise Forbidden("token_not_here")
    if request.method not in ("GET", "HEAD", "OPTIONS") and not may_write():
        raise Forbidden("token_read_only")

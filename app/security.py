"""Security headers, CSRF, and the answer to whoever is not signed in."""

from __future__ import annotations

from flask import Flask, Response, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.current import may_write
from app.accounts.models import Bearer
from app.errors import answer_problem, wants_problem
from app.extensions import csrf, login_manager
from boards.errors import Forbidden
from config import Settings

# data: images are the icons that the style sheet masks; nothing else comes from anywhere but this server.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
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
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


# What programs are for. Profiles, people, rights and the log are for people who sign in.
OPEN_TO_TOKENS = ("/api/", "/boards/", "/cards/")
# Their signed address is the proof, whoever asks and from wherever: mail programs do, without a session.
PROVEN_BY_THEIR_ADDRESS = ("alerts.stop_mails",)


def init_app(app: Flask, settings: Settings) -> None:
    @app.before_request
    def check_csrf_or_token() -> Response | None:
        if is_for_residents():
            return None
        if acts_by_token():
            _check_reach_of_token()
        elif _brings_a_worthless_token():
            return answer_problem(401, "not_signed_in")
        elif request.endpoint not in PROVEN_BY_THEIR_ADDRESS:
            csrf.protect()
        return None

    @app.after_request
    def set_headers(response: Response) -> Response:
        # Some browsers do not count wss: under 'self'.
        live = f"{'wss' if request.is_secure else 'ws'}://{request.host}"
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY.format(live=live))
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if settings.https:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        # Pages are personal: no shared cache keeps them, and Back after a sign-out shows nothing.
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    @login_manager.unauthorized_handler
    def ask_to_sign_in() -> AnyResponse:
        if wants_problem():
            return answer_problem(401, "not_signed_in")
        target = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("accounts.show_sign_in", next=target if target != "/" else None), 303)


def is_for_residents() -> bool:
    """Whether this is a public page, which nobody signs in to: looking for who asks could begin a session there, or renew a cookie."""
    return request.blueprint == "public"


def acts_by_token() -> bool:
    """Whether this request proves itself by a bearer token, which no other site can make a browser send."""
    return isinstance(current_user._get_current_object(), Bearer)


def _brings_a_worthless_token() -> bool:
    return request.headers.get("Authorization", "").lower().startswith("bearer ") and not current_user.is_authenticated


def _check_reach_of_token() -> None:
    if not request.path.startswith(OPEN_TO_TOKENS):
        raise Forbidden("token_not_here")
    if request.method not in ("GET", "HEAD", "OPTIONS") and not may_write():
        raise Forbidden("token_read_only")

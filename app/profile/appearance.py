"""How pages look to whoever is asking: theme and density, from their profile, else from this browser."""

from __future__ import annotations

from flask import Blueprint, Flask, current_app, request
from flask_login import current_user, login_required
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from app.accounts.models import Account
from app.auth.current_user import current_account
from app.web.request_schemas import json_body
from boards.database import write_transaction
from boards.errors import FieldError, Invalid

THEMES = ("system", "light", "dark")
DENSITIES = ("comfortable", "compact")
_YEAR_SECONDS = 31_536_000

routes = Blueprint("looks", __name__)


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(chosen_theme=chosen_theme, density=density)


def chosen_theme() -> str:
    """system, light or dark: the account's choice, else this browser's, which also holds where nobody is signed in."""
    theme = _wish("theme") or request.cookies.get(_cookie(), "")
    return theme if theme in THEMES else THEMES[0]


def density() -> str:
    return _wish("density") or DENSITIES[0]


def remember_theme(response: Response, theme: str) -> None:
    """Let this browser know too, for the pages before the sign-in."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(_cookie(), theme, max_age=_YEAR_SECONDS, samesite="Lax", secure=secure)


@routes.put("/profile/theme")
@login_required
def keep_theme() -> tuple[str, int]:
    """What was chosen in the board's own menu."""
    theme = json_body()
    if theme not in THEMES:
        raise Invalid([FieldError("theme", "enum", {})])
    with write_transaction() as session:
        session.get_one(Account, current_account().id).theme = theme
    return "", 204


def _cookie() -> str:
    """As theme_controller.js names it."""
    return "__Host-theme" if current_app.config["SESSION_COOKIE_SECURE"] else "theme"


def _wish(field: str) -> str | None:
    """What the account says; nothing while the database is away, so that its own error page can still be shown."""
    try:
        return getattr(current_account(), field) if current_user.is_authenticated else None
    except SQLAlchemyError:
        return None

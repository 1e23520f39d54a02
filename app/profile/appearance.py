"""Choose theme and density: from the profile, else from this browser's cookie."""

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
    """Offer theme and density to templates."""
    app.jinja_env.globals.update(chosen_theme=chosen_theme, density=density)


def chosen_theme() -> str:
    """Return system, light or dark: the account's choice, else the browser's."""
    theme = _preference("theme") or request.cookies.get(_cookie(), "")
    return theme if theme in THEMES else THEMES[0]


def density() -> str:
    """Return the account's density."""
    return _preference("density") or DENSITIES[0]


def remember_theme(response: Response, theme: str) -> None:
    """Set the theme's cookie, for pages before the sign-in."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(_cookie(), theme, max_age=_YEAR_SECONDS, samesite="Lax", secure=secure)


@routes.put("/profile/theme")
@login_required
def keep_theme() -> tuple[str, int]:
    """Save the theme chosen in the board's menu."""
    theme = json_body()
    if theme not in THEMES:
        raise Invalid([FieldError("theme", "enum", {})])
    with write_transaction() as session:
        session.get_one(Account, current_account().id).theme = theme
    return "", 204


def _cookie() -> str:
    """Name the cookie as theme_controller.js does."""
    return "__Host-theme" if current_app.config["SESSION_COOKIE_SECURE"] else "theme"


def _preference(field: str) -> str | None:
    """Return an account's preference; None while the database is unavailable."""
    try:
        return getattr(current_account(), field) if current_user.is_authenticated else None
    except SQLAlchemyError:
        return None

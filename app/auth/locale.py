"""Choose the interface language: the person's preference, else French."""

from __future__ import annotations

from flask import Flask, has_request_context
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.models import Account
from app.auth.current_user import current_account
from app.extensions import babel
from app.web.languages import FRENCH, LANGUAGES


def init_app(app: Flask, timezone: str) -> None:
    """Set Babel up with the town's time zone."""
    babel.init_app(app, default_locale=FRENCH, default_timezone=timezone, locale_selector=current_language)
    app.jinja_env.globals["current_language"] = current_language


def language_of(account: Account) -> str:
    """Return the account's language, French if it names none of ours."""
    return account.language if account.language in LANGUAGES else FRENCH


def current_language() -> str:
    """Return the current person's language, French for strangers.

    French while the database is away too, so that its own error page can be shown.
    """
    try:
        return language_of(current_account()) if has_request_context() and current_user.is_authenticated else FRENCH
    except SQLAlchemyError:
        return FRENCH

"""Choose the interface language: the person's preference, else French."""

from __future__ import annotations

from babel.core import get_global
from flask import Flask, has_request_context
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.models import Account
from app.auth.current_user import current_account
from app.extensions import babel
from app.web.languages import FRENCH, LANGUAGES


def init_app(app: Flask, timezone: str) -> None:
    """Configure Flask-Babel."""
    babel.init_app(app, default_locale=FRENCH, default_timezone=timezone, locale_selector=current_language)
    app.jinja_env.globals["current_language"] = current_language
    _clear_unused_locale_data()


def _clear_unused_locale_data() -> None:
    """Spare 2 MB: drop Babel's data on other languages and territories."""
    for table in (
        "likely_subtags",
        "territory_languages",
        "territory_currencies",
        "territory_aliases",
        "all_currencies",
    ):
        get_global(table).clear()  # type: ignore[attr-defined]  # it is a dict


def language_of(account: Account) -> str:
    """Return the account's language."""
    return account.language if account.language in LANGUAGES else FRENCH


def current_language() -> str:
    """Return the current person's language; French while the database is unavailable."""
    try:
        return language_of(current_account()) if has_request_context() and current_user.is_authenticated else FRENCH
    except SQLAlchemyError:
        return FRENCH

"""The languages of the interface: what each person chose in their profile, else French, whatever a browser asks for."""

from __future__ import annotations

from flask import Flask, has_request_context
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.models import Account
from app.auth.current_user import current_account
from app.extensions import babel
from app.web.languages import FRENCH, LANGUAGES


def init_app(app: Flask, timezone: str) -> None:
    babel.init_app(app, default_locale=FRENCH, default_timezone=timezone, locale_selector=current_language)
    app.jinja_env.globals["current_language"] = current_language


def language_of(account: Account) -> str:
    return account.language if account.language in LANGUAGES else FRENCH


def current_language() -> str:
    """The language of whoever asks. French while the database is away too, so that its own error page can still be shown."""
    try:
        return language_of(current_account()) if has_request_context() and current_user.is_authenticated else FRENCH
    except SQLAlchemyError:
        return FRENCH

"""Authenticate a login and password: against local accounts, then LDAP."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from sqlalchemy import select

from app.accounts.models import Account
from app.accounts.passwords import verify_password
from app.auth import external_identities
from boards.database import read_session
from config import Settings

LOGIN_NAME_MAX_CHARACTERS = 254


@dataclass(frozen=True)
class AuthenticatedAccount:
    """An account, and how it was authenticated."""

    account: Account
    by: str  # password or ldap, for the log


def is_offered() -> bool:
    """Return True if sign-in by password is possible at all."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.local_accounts or settings.ldap is not None


def authenticate_account(login: str, password: str) -> AuthenticatedAccount | None:
    """Authenticate a login and password. Raises DirectoryUnavailable, SignInRefused."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.local_accounts:
        account = find_account_by_login(login)
        fits = verify_password(account.password_hash if account else None, password)
        if account and fits and account.person.disabled_at is None:
            return AuthenticatedAccount(account, "password")
    if settings.ldap:
        from app.auth import ldap_backend  # 5 MB that most installations never need

        entry = ldap_backend.authenticate(settings.ldap, login, password)
        if entry:
            return AuthenticatedAccount(
                external_identities.account_for_identity(entry.issuer, entry.subject, entry.emails, by="ldap"), "ldap"
            )
    return None


def find_account_by_login(login: str) -> Account | None:
    """Return the account with this login, if any."""
    if len(login) > LOGIN_NAME_MAX_CHARACTERS or not login.isprintable():
        return None
    return read_session().scalar(select(Account).where(Account.email == login.lower()))

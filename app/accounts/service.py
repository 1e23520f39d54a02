"""Manage accounts from the command line: add, disable, enable, set a password, make a token."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.admin_actions import disable_account, enable_account, find_by_email
from app.accounts.models import Account, ApiToken, TokenScope
from app.accounts.password_change import change_password
from app.accounts.password_policy import own_words_of, problems_of, town_words, words_in
from app.accounts.passwords import hash_password
from app.accounts.validators import BadInput as BadInput
from app.accounts.validators import clean_name
from app.accounts.validators import normal_email as normal_email
from app.audit import log as audit_log
from app.web.tokens import token_hash
from boards.database import read_session, write_transaction
from boards.directory import create_person
from boards.errors import Conflict, NotFound
from boards.models import Person, Role


def add_account(
    email: str, name: str, role: Role, service_slugs: list[str], password: str | None, hue: int | None = None
) -> Account:
    """Add a person with an account. Raises BadInput, or Conflict when the address is taken."""
    email, name = normal_email(email), clean_name(name)
    if password is not None:
        _check(password, role, town_words() | words_in(name, email))
    password_hash = hash_password(password) if password is not None else None
    with write_transaction() as session:
        if find_by_email(session, email):
            raise Conflict("account_exists", email=email)
        try:
            person = create_person(session, name, role, service_slugs, hue)
        except ValueError as error:
            raise BadInput(f"Le service « {error} » n’existe pas.") from error
        account = Account(person_id=person.id, email=email, password_hash=password_hash)
        account.person = person
        session.add(account)
        audit_log.record(session, "person_added", email, person=person.id, role=str(role))
    return account


def set_account_password(email: str, password: str) -> None:
    """Set an account's password and end its sign-ins."""
    account = find_by_address(read_session(), email)
    _check(password, account.person.role, own_words_of(account))
    password_hash = hash_password(password)
    with write_transaction() as session:
        change_password(session, find_by_address(session, email), password_hash)


def disable_by_email(email: str) -> None:
    """Disable an account and end its sign-ins."""
    with write_transaction() as session:
        disable_account(session, find_by_address(session, email), None)


def enable_by_email(email: str) -> None:
    """Enable an account."""
    with write_transaction() as session:
        enable_account(session, find_by_address(session, email), None)


def create_api_token(email: str, name: str, scope: TokenScope = TokenScope.WRITE) -> str:
    """Make an API token for an account; return it."""
    with write_transaction() as session:
        return make_token(session, find_by_address(session, email), name, scope)


def make_token(session: Session, account: Account, name: str, scope: TokenScope, *, actor: Person | None = None) -> str:
    """Make an API token in a pending transaction; only its hash is stored."""
    token = f"fn_{secrets.token_urlsafe(32)}"
    session.add(ApiToken(account_id=account.id, token_hash=token_hash(token), name=name, scope=scope))
    audit_log.record(session, "token_made", account.email, actor=actor, name=name, scope=scope)
    return token


def all_accounts(session: Session) -> Sequence[Account]:
    """Load all accounts by address."""
    return session.scalars(select(Account).order_by(Account.email)).all()


def find_by_address(session: Session, email: str) -> Account:
    """Return the account with this address. Raises NotFound."""
    account = find_by_email(session, email.strip().lower())
    if account is None:
        raise NotFound("account_not_found")
    return account


def _check(password: str, role: Role, own_words: frozenset[str]) -> None:
    if problems := problems_of(password, role, own_words):
        raise BadInput(" ".join(problems))

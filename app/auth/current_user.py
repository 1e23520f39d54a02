"""Load the person behind this request or live event, and begin and end sign-ins."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Request, current_app, request, session
from flask_limiter.util import get_remote_address
from flask_login import current_user, login_required, login_user, logout_user
from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from app.accounts.models import Account, ApiToken, Bearer, SignIn, TokenScope
from app.audit import log as audit_log
from app.extensions import login_manager
from app.web.tokens import token_hash
from boards import rights
from boards.database import now, read_session, write_transaction
from boards.errors import Conflict, Forbidden
from boards.models import Person

SIGN_IN_LIFETIME = timedelta(days=90)  # absolute, however active the browser

# Built once: executed with every request and live event.
_SIGN_IN = select(SignIn).where(SignIn.token_hash == bindparam("hash"))
_TOKEN = select(ApiToken).where(ApiToken.token_hash == bindparam("hash"), ApiToken.revoked_at.is_(None))

_View = TypeVar("_View", bound=Callable[..., Any])


def current_person() -> Person:
    """Return the signed-in person; only after a sign-in check."""
    return cast("SignIn | Bearer", current_user).person


def current_account() -> Account:
    """Return the signed-in account; only after a sign-in check."""
    return cast("SignIn | Bearer", current_user).account


def current_sign_in_id() -> int:
    """Return the id of this browser's sign-in; 0 for an API token."""
    return current_user.id if isinstance(current_user._get_current_object(), SignIn) else 0


def current_token_id() -> int:
    """Return the id of this request's API token; 0 for a browser."""
    asking = current_user._get_current_object()
    return asking.token.id if isinstance(asking, Bearer) else 0


def may_write() -> bool:
    """Return False for a read-only API token."""
    asking = current_user._get_current_object()
    return not isinstance(asking, Bearer) or asking.token.scope == TokenScope.WRITE


def is_person() -> bool:
    """Return False for API tokens, which may neither change rights nor manage people."""
    return not isinstance(current_user._get_current_object(), Bearer)


def administrators_only(view: _View) -> _View:
    """Require a facilitator in a browser; refusals are logged."""

    @login_required
    @wraps(view)
    def guarded(*arguments: Any, **options: Any) -> Any:
        if not rights.may_administer(current_person()):
            raise Forbidden("may_not_administer")
        if not is_person():
            raise Forbidden("token_not_here")
        return view(*arguments, **options)

    return cast("_View", guarded)


def begin_sign_in(
    account: Account, *, by: str = "password", remember: bool = False, id_token: str | None = None
) -> None:
    """Sign this browser in, in a fresh session.

    `by`: the method (password, ldap, oidc); `id_token`: the provider's, needed to sign out there.
    Raises Conflict when the account or its password changed since the proof was checked.
    """
    token = secrets.token_urlsafe(32)
    with write_transaction() as writing:
        _require_unchanged(writing, account)
        writing.execute(
            delete(SignIn).where(SignIn.id == (current_sign_in_id() if current_user.is_authenticated else 0))
        )
        sign_in = SignIn(
            account_id=account.id,
            token_hash=token_hash(token),
            user_agent=request.user_agent.string[:300],
            address=(get_remote_address() or "")[:60],
            last_seen_at=now(),
            id_token=id_token,
        )
        writing.add(sign_in)
        writing.execute(update(Account).where(Account.id == account.id).values(last_seen_at=now()))
        _forget_stale_sign_ins(writing, account)
        audit_log.record(writing, "signed_in", account.email, actor=account.person_id, by=by)
    sign_in.token = token
    session.clear()
    login_user(sign_in, remember=remember, force=True)


def _require_unchanged(writing: Session, proven: Account) -> None:
    """Raise Conflict if the account changed while its password was being checked."""
    account = writing.get(Account, proven.id)
    if account is None or account.person.disabled_at is not None or account.password_hash != proven.password_hash:
        raise Conflict("try_again")


def end_sign_in() -> list[int]:
    """Sign this browser out; return the ids of ended sign-ins."""
    ended = [current_sign_in_id()] if current_user.is_authenticated and current_sign_in_id() else []
    if ended:
        with write_transaction() as writing:
            writing.execute(delete(SignIn).where(SignIn.id.in_(ended)))
            audit_log.record(writing, "signed_out", current_user.account.email, actor=current_person())
    logout_user()
    session.clear()
    return ended


def _forget_stale_sign_ins(writing: Session, account: Account) -> None:
    """Delete sign-ins whose cookies have expired."""
    last = func.coalesce(SignIn.last_seen_at, SignIn.created_at)
    away = (last < now() - current_app.config["REMEMBER_COOKIE_DURATION"]) | (
        SignIn.created_at < now() - SIGN_IN_LIFETIME
    )
    writing.execute(delete(SignIn).where(SignIn.account_id == account.id, away))


@login_manager.user_loader
def _load_sign_in(token: str) -> SignIn | None:
    sign_in: SignIn | None = read_session().scalar(_SIGN_IN, {"hash": token_hash(token)})
    if sign_in is None or sign_in.person.disabled_at is not None:
        return None
    if now() - (sign_in.last_seen_at or sign_in.created_at) > current_app.config["REMEMBER_COOKIE_DURATION"]:
        return None  # the browser has dropped its cookie: this is a copy
    if now() - sign_in.created_at > SIGN_IN_LIFETIME:
        return None
    sign_in.token = token
    return sign_in


@login_manager.request_loader
def _load_bearer(incoming: Request) -> Bearer | None:
    scheme, _, token = incoming.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    found = read_session().scalar(_TOKEN, {"hash": token_hash(token.strip())})
    return Bearer(found) if found and found.account.person.disabled_at is None else None

"""Who is asking: the person behind this request or this live event, loaded afresh each time."""

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

SIGN_IN_LIFETIME = timedelta(days=90)  # however busy the browser: then its person proves anew who they are

# Asked with every request and live event, put together once.
_SIGN_IN = select(SignIn).where(SignIn.token_hash == bindparam("hash"))
_TOKEN = select(ApiToken).where(ApiToken.token_hash == bindparam("hash"), ApiToken.revoked_at.is_(None))

_View = TypeVar("_View", bound=Callable[..., Any])


def current_person() -> Person:
    """The signed-in person. Only behind a check that somebody is signed in."""
    return cast("SignIn | Bearer", current_user).person


def current_account() -> Account:
    """The account behind this request. Only behind a check that somebody is signed in."""
    return cast("SignIn | Bearer", current_user).account


def current_sign_in_id() -> int:
    """Which signed-in browser this is; 0 for a program with a token."""
    return current_user.id if isinstance(current_user._get_current_object(), SignIn) else 0


def current_token_id() -> int:
    """With which token a program asks; 0 for a browser."""
    asking = current_user._get_current_object()
    return asking.token.id if isinstance(asking, Bearer) else 0


def may_write() -> bool:
    """Whether whoever asks may alter anything: a program with a read-only token may not."""
    asking = current_user._get_current_object()
    return not isinstance(asking, Bearer) or asking.token.scope == TokenScope.WRITE


def is_person() -> bool:
    """Whether somebody asks by themselves: no program gives rights or looks after people, or a stolen token could open lasting doors."""
    return not isinstance(current_user._get_current_object(), Bearer)


def administrators_only(view: _View) -> _View:
    """Only for people who look after others: everybody else is refused, and the refusal is logged."""

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
    """Sign this browser in, in a fresh session: nothing that an earlier visitor left in it survives.

    `by`: what proved who it is (password, ldap, oidc); `id_token`: the provider's, with which signing out there begins.
    Raises Conflict when the account was closed, or its password changed, while the proof was looked at.
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
    """What ends an account's sign-ins must not be outrun by one that began just before: checking a password takes its time."""
    account = writing.get(Account, proven.id)
    if account is None or account.person.disabled_at is not None or account.password_hash != proven.password_hash:
        raise Conflict("try_again")


def end_sign_in() -> int | None:
    """Sign this browser out and forget its cookie's token. Returns the ended sign-in's id."""
    ended = current_sign_in_id() if current_user.is_authenticated else None
    if ended:
        with write_transaction() as writing:
            writing.execute(delete(SignIn).where(SignIn.id == ended))
            audit_log.record(writing, "signed_out", current_user.account.email, actor=current_person())
    logout_user()
    session.clear()
    return ended


def _forget_stale_sign_ins(writing: Session, account: Account) -> None:
    """Browsers away for longer than their cookie lasts never come back."""
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
        return None  # the browser has forgotten its cookie by now: this is a copy
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

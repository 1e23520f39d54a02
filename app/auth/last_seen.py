"""Record the last visit of accounts, browsers and tokens, at most every five minutes."""

from __future__ import annotations

import logging
from datetime import timedelta

from flask import Flask, request
from flask_login import current_user
from sqlalchemy import update

from app.accounts.models import Account, ApiToken, Bearer, SignIn
from boards.database import now, write_transaction
from boards.errors import Busy

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)


def init_app(app: Flask) -> None:
    """Record a visit with every request."""

    @app.before_request
    def note_visit() -> None:
        if request.blueprint != "public" and current_user.is_authenticated:
            record_last_seen(current_user._get_current_object())


def record_last_seen(visitor: SignIn | Bearer) -> None:
    """Record a visit unless one was recorded lately."""
    moment = now()
    last = visitor.token.last_used_at if isinstance(visitor, Bearer) else visitor.last_seen_at
    if last is not None and moment - last < EVERY:
        return
    try:
        with write_transaction() as session:
            session.execute(update(Account).where(Account.id == visitor.account.id).values(last_seen_at=moment))
            if isinstance(visitor, Bearer):
                session.execute(update(ApiToken).where(ApiToken.id == visitor.token.id).values(last_used_at=moment))
            else:
                session.execute(update(SignIn).where(SignIn.id == visitor.id).values(last_seen_at=moment))
    except Busy:
        log.warning("a visit was not noted: the database was busy")  # no reason to refuse the request

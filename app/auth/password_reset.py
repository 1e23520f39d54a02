"""Mail password links, with the same answer whether or not the account exists."""

from __future__ import annotations

import logging
from datetime import timedelta

from flask import Flask, current_app
from flask_babel import lazy_gettext as _l
from flask_limiter.util import get_remote_address
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account, OneTimeLink, Purpose
from app.accounts.one_time_links import create_one_time_link, void_links
from app.auth.locale import language_of
from app.extensions import socketio
from app.web import smtp
from boards.database import now, write_transaction

log = logging.getLogger(__name__)

# Within this time a link stays valid: else a stranger could flood a mailbox or keep voiding links.
AGAIN_AFTER = timedelta(minutes=5)


def send_link_later(email: str) -> None:
    """Look the account up and mail it in the background, so that timing tells nothing."""
    asked_from = get_remote_address() or ""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # Flask's documented way to the object itself

    def work() -> None:
        try:
            with app.app_context():
                _send_link(email, asked_from)
        except Exception:
            log.exception("a link for a new password was not sent")

    socketio.start_background_task(work)


def _send_link(email: str, asked_from: str) -> None:
    with write_transaction() as session:
        account = session.scalar(select(Account).where(Account.email == email))
        if account is None or account.person.disabled_at is not None or _was_just_sent(session, account):
            return
        url = create_one_time_link(session, account, Purpose.PASSWORD, asked_from=asked_from)
    try:
        smtp.send_mail(
            current_app.config["SETTINGS"],
            account.email,
            _l("Choisir un nouveau mot de passe"),
            "mail/password_reset.txt",
            language=language_of(account),
            name=account.person.name,
            url=url,
        )
    except smtp.CannotSend:
        with write_transaction() as session:  # so that it can be asked for again
            void_links(session, account, Purpose.PASSWORD)
        raise


def _was_just_sent(session: Session, account: Account) -> bool:
    recent = select(OneTimeLink.id).where(
        OneTimeLink.account_id == account.id,
        OneTimeLink.purpose == Purpose.PASSWORD,
        OneTimeLink.used_at.is_(None),
        OneTimeLink.created_at > now() - AGAIN_AFTER,
    )
    return session.scalar(recent.limit(1)) is not None

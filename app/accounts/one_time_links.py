"""Make and use single-use links: invitations and password resets. Only hashes are stored."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from app.accounts.models import Account, OneTimeLink, Purpose
from app.audit import log as audit_log
from app.web.smtp import public_link
from app.web.tokens import token_hash
from boards.database import now
from boards.models import Person

LIFETIME = {Purpose.INVITATION: timedelta(days=14), Purpose.PASSWORD: timedelta(hours=1)}
ENDPOINT = {Purpose.INVITATION: "links.show_invitation", Purpose.PASSWORD: "links.show_password"}


class LinkRefused(Exception):
    """A link that opens nothing; `reason` is unknown, used, expired or disabled."""

    def __init__(self, reason: str, account: Account | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.account = account


def create_one_time_link(
    session: Session, account: Account, purpose: Purpose, *, actor: Person | None = None, **facts: str
) -> str:
    """Return the full address of a new link and void earlier ones; `facts` go to the log."""
    session.flush()  # a new account has no id before
    void_links(session, account, purpose)
    token = secrets.token_urlsafe(32)
    session.add(
        OneTimeLink(
            account_id=account.id, purpose=purpose, token_hash=token_hash(token), expires_at=now() + LIFETIME[purpose]
        )
    )
    if purpose == Purpose.PASSWORD:
        audit_log.record(session, "password_link_made", account.email, actor=actor, **facts)
    return public_link(ENDPOINT[purpose], token=token)


def void_links(session: Session, account: Account, purpose: Purpose) -> None:
    """Delete the account's links for this purpose."""
    session.execute(delete(OneTimeLink).where(OneTimeLink.account_id == account.id, OneTimeLink.purpose == purpose))


def find_account_for_link(session: Session, token: str, purpose: Purpose) -> Account:
    """Return the link's account without using the link. Raises LinkRefused."""
    link = session.scalar(
        select(OneTimeLink).where(OneTimeLink.token_hash == token_hash(token), OneTimeLink.purpose == purpose)
    )
    if link is None:
        raise LinkRefused("unknown")
    if link.used_at is not None:
        raise LinkRefused("used", link.account)
    if link.expires_at <= now():
        raise LinkRefused("expired", link.account)
    if link.account.person.disabled_at is not None:
        raise LinkRefused("disabled", link.account)
    return link.account


def use_link(session: Session, token: str, purpose: Purpose) -> Account:
    """Use the link in the pending transaction, once. Raises LinkRefused."""
    account = find_account_for_link(session, token, purpose)
    mine = OneTimeLink.token_hash == token_hash(token)
    used = session.execute(update(OneTimeLink).where(mine, OneTimeLink.used_at.is_(None)).values(used_at=now()))
    if not isinstance(used, CursorResult) or used.rowcount != 1:
        raise LinkRefused("used", account)
    return account

"""Invite people: an account without a password, and a single-use link, mailed or handed over."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import current_app
from flask import session as browser_session
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.admin_actions import find_by_email, has_arrived
from app.accounts.directory import plain_text_key
from app.accounts.models import Account, OneTimeLink, Purpose
from app.accounts.one_time_links import create_one_time_link, void_links
from app.audit import log as audit_log
from app.auth.invitation_email import send_invitation
from app.web.smtp import CannotSend
from boards.database import now, write_transaction
from boards.directory import create_person
from boards.errors import Conflict
from boards.models import Person, Role
from config import Settings

_LINK = "link_to_hand_over"


@dataclass(frozen=True)
class Link:
    """A link to show once; `problem` explains why mailing it failed."""

    url: str
    purpose: str
    name: str
    email: str
    mailed: bool = False
    problem: str = ""


def add_invited(
    session: Session, email: str, name: str, role: Role, services: list[str], actor: Person | None
) -> Account:
    """Add a person and account in a pending transaction. Raises Conflict: address taken."""
    if find_by_email(session, email) is not None:
        raise Conflict("account_exists", email=email)
    person = create_person(session, name, role, services)
    account = Account(person=person, person_id=person.id, email=email)
    session.add(account)
    session.flush()
    audit_log.record(session, "invited", email, actor=actor, person=person.id, role=role.value, services=services)
    return account


def hand_over_invitation(account: Account, actor: Person) -> Link:
    """Make a new invitation link, voiding earlier ones, and mail it where mail is set up."""
    with write_transaction() as session:
        url = create_one_time_link(session, account, Purpose.INVITATION, actor=actor)
    return _mailed(account, url, actor)


def accounts_without_link(session: Session) -> list[Account]:
    """List active accounts that never arrived and hold no usable invitation."""
    usable = select(OneTimeLink.account_id).where(
        OneTimeLink.purpose == Purpose.INVITATION, OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now()
    )
    query = select(Account).join(Account.person).where(Person.disabled_at.is_(None), Account.id.not_in(usable))
    waiting = [account for account in session.scalars(query) if not has_arrived(account)]
    return sorted(waiting, key=lambda account: plain_text_key(account.person.name))


def withdraw_link(account: Account) -> None:
    """Void an invitation that could not be mailed, so that its person is listed again."""
    with write_transaction() as session:
        void_links(session, account, Purpose.INVITATION)


def show_once(link: Link) -> None:
    """Keep the link in the session for this browser's next page."""
    browser_session[_LINK] = vars(link)


def link_to_show() -> Link | None:
    """Pop the link kept by `show_once`, if any."""
    link = browser_session.pop(_LINK, None)
    return Link(**link) if link else None


def _mailed(account: Account, url: str, actor: Person) -> Link:
    settings: Settings = current_app.config["SETTINGS"]
    link = Link(url, Purpose.INVITATION, account.person.name, account.email)
    if settings.smtp is None:
        return link
    try:
        send_invitation(account, url, actor)
    except CannotSend as error:
        return replace(link, problem=str(error))
    return replace(link, mailed=True)

"""Bringing people in: their account without a password, and a link good once, mailed or handed over."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from flask import session as browser_session
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.admin_actions import find_by_email, has_arrived
from app.accounts.directory import plain
from app.accounts.models import Account, OneTimeLink, Purpose
from app.accounts.one_time_links import make_link
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
    """A link to show once, to whoever hands it over. `problem` says why it was not mailed, when that was tried."""

    url: str
    purpose: str
    name: str
    email: str
    mailed: bool = False
    problem: str = ""


def add_invited(
    session: Session, email: str, name: str, role: Role, services: list[str], actor: Person | None
) -> Account:
    """A new person and their account without a password, in the pending transaction. Raises Conflict when the address is taken."""
    if find_by_email(session, email) is not None:
        raise Conflict("account_exists", email=email)
    person = create_person(session, name, role, services)
    account = Account(person=person, person_id=person.id, email=email)
    session.add(account)
    session.flush()
    audit_log.record(session, "invited", email, actor=actor, person=person.id, role=role.value, services=services)
    return account


def hand_over_invitation(account: Account, actor: Person) -> Link:
    """A new invitation link for this account, mailed where mail is set up; earlier ones become worthless."""
    with write_transaction() as session:
        url = make_link(session, account, Purpose.INVITATION, actor=actor)
    return _mailed(account, url, actor)


def waiting_for_a_link(session: Session) -> list[Account]:
    """Whoever has an account and never came, and holds no link that would still let them in."""
    usable = select(OneTimeLink.account_id).where(
        OneTimeLink.purpose == Purpose.INVITATION, OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now()
    )
    query = select(Account).join(Account.person).where(Person.disabled_at.is_(None), Account.id.not_in(usable))
    waiting = [account for account in session.scalars(query) if not has_arrived(account)]
    return sorted(waiting, key=lambda account: plain(account.person.name))


def withdraw_link(account: Account) -> None:
    """A link that reached nobody opens nothing, and its person is waiting for one again."""
    with write_transaction() as session:
        session.execute(
            delete(OneTimeLink).where(OneTimeLink.account_id == account.id, OneTimeLink.purpose == Purpose.INVITATION)
        )


def show_once(link: Link) -> None:
    """Keep the link for the next page this browser asks for, and no longer."""
    browser_session[_LINK] = vars(link)


def link_to_show() -> Link | None:
    kept = browser_session.pop(_LINK, None)
    return Link(**kept) if kept else None


def _mailed(account: Account, url: str, actor: Person) -> Link:
    settings: Settings = current_app.config["SETTINGS"]
    link = Link(url, Purpose.INVITATION, account.person.name, account.email)
    if settings.smtp is None:
        return link
    try:
        send_invitation(account, url, actor)
    except CannotSend as error:
        return Link(url, link.purpose, link.name, link.email, problem=str(error))
    return Link(url, link.purpose, link.name, link.email, mailed=True)

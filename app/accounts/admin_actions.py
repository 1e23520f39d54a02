"""Change, disable, enable and erase accounts, each inside a pending write transaction.

The last facilitator who can act is kept: nobody could let the town in again.
"""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.models import Account, OneTimeLink, Preferences
from app.accounts.password_change import end_sign_ins
from app.accounts.validators import BadInput
from app.audit import log as audit_log
from boards.database import now
from boards.directory import services_with
from boards.errors import Conflict
from boards.models import Person, Photo, Role
from boards.models.personal import BoardReadMarker, CardRead, CardReadMarker, Fold, Notice, Placement, SavedFilter


def has_arrived(account: Account) -> bool:
    """Return True if the person chose a password or signed in at least once."""
    return account.password_hash is not None or account.last_seen_at is not None


def find_by_email(session: Session, email: str) -> Account | None:
    """Return the account with this normalized address, if any."""
    return session.scalar(select(Account).where(Account.email == email))


def change_account(
    session: Session,
    account: Account,
    actor: Person | None,
    *,
    name: str | None = None,
    email: str | None = None,
    role: Role | None = None,
    services: list[str] | None = None,
) -> bool:
    """Set the given, already cleaned fields; return True if anything changed.

    Raises BadInput (last facilitator, unknown service), or Conflict when another account has the address.
    """
    person, altered = account.person, changes_in(account, name=name, email=email, role=role, services=services)
    if "email" in altered and find_by_email(session, altered["email"][1]) is not None:
        raise Conflict("account_exists", email=email)
    if "role" in altered:
        keep_a_facilitator(session, person)
    if "name" in altered:
        person.name = altered["name"][1]
        person.version += 1
    if "email" in altered:
        account.email = altered["email"][1]
        # Links were mailed to the old address, which may not be theirs.
        session.execute(delete(OneTimeLink).where(OneTimeLink.account_id == account.id, OneTimeLink.used_at.is_(None)))
    if "role" in altered:
        person.role = Role(altered["role"][1])
    if "services" in altered:
        person.services = _services(session, altered["services"][1])
    if altered:
        audit_log.record(session, "person_changed", account.email, actor=actor, person=person.id, changed=altered)
    return bool(altered)


def changes_in(account: Account, **wanted: Any) -> dict[str, list[Any]]:
    """Compute the changed fields as {field: [before, after]}; None leaves a field as it is."""
    person = account.person
    before = {
        "name": person.name,
        "email": account.email,
        "role": str(person.role),
        "services": sorted(service.slug for service in person.services),
    }
    after = {
        field: sorted(value) if field == "services" else str(value)
        for field, value in wanted.items()
        if value is not None
    }
    return {field: [before[field], value] for field, value in after.items() if value != before[field]}


def disable_account(session: Session, account: Account, actor: Person | None) -> None:
    """Disable the account and end its sign-ins; cards stay. Raises BadInput."""
    if account.person.disabled_at is not None:
        return
    _ensure_not_oneself(account.person, actor)
    keep_a_facilitator(session, account.person)
    account.person.disabled_at = now()
    end_sign_ins(session, account)
    audit_log.record(session, "person_disabled", account.email, actor=actor, person=account.person_id)


def enable_account(session: Session, account: Account, actor: Person | None) -> None:
    """Enable a disabled account."""
    if account.person.disabled_at is not None:
        account.person.disabled_at = None
        audit_log.record(session, "person_enabled", account.email, actor=actor, person=account.person_id)


def sign_out_everywhere(session: Session, account: Account, actor: Person | None) -> int:
    """End every sign-in of the account; return their number."""
    ended = len(end_sign_ins(session, account))
    if ended:
        audit_log.record(session, "signed_out_everywhere", account.email, actor=actor, person=account.person_id)
    return ended


def erase_person(session: Session, account: Account, actor: Person | None) -> None:
    """Erase the person (GDPR): their cards stay, without a name. Raises BadInput."""
    person, moment = account.person, now()
    _ensure_not_oneself(person, actor)
    keep_a_facilitator(session, person)
    audit_log.forget_person(session, person.id, [account.email, person.name])
    person.name, person.chosen_initials, person.photo_version = "", None, 0
    person.services = []
    person.disabled_at, person.erased_at = person.disabled_at or moment, moment
    person.version += 1
    for table in (Photo, Fold, Placement, CardRead, BoardReadMarker, CardReadMarker, SavedFilter, Notice, Preferences):
        session.execute(delete(table).where(table.person_id == person.id))
    # Sign-ins, tokens, links and identities are deleted by cascade.
    session.execute(delete(Account).where(Account.id == account.id))
    audit_log.record(session, "person_erased", actor=actor, person=person.id)


def keep_a_facilitator(session: Session, leaving: Person) -> None:
    """Raise BadInput if `leaving` is the last facilitator who can act."""
    if (
        leaving.role == Role.FACILITATOR
        and leaving.disabled_at is None
        and not _acting_facilitators(session) - {leaving.id}
    ):
        raise BadInput(_("C’est le dernier compte d’animateur actif : nommez d’abord un autre animateur."))


def _acting_facilitators(session: Session) -> set[int]:
    query = select(Account).join(Person).where(Person.role == Role.FACILITATOR, Person.disabled_at.is_(None))
    # Locked, so that two facilitators cannot disable each other at once.
    query = query.with_for_update(of=Person)
    return {account.person_id for account in session.scalars(query) if has_arrived(account)}


def _ensure_not_oneself(person: Person, actor: Person | None) -> None:
    if actor is not None and actor.id == person.id:
        raise BadInput(_("Vous ne pouvez pas fermer votre propre compte : demandez-le à un autre animateur."))


def _services(session: Session, slugs: list[str]) -> Any:
    try:
        return services_with(session, slugs)
    except ValueError as error:
        raise BadInput(_("Le service « %(slug)s » n’existe pas.", slug=error)) from error

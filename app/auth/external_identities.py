"""Map identities of outside directories to accounts."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account, Identity
from app.audit import log as audit_log
from boards.database import write_transaction

SUBJECT_MAX_CHARACTERS = 300

IDENTITY_REFUSALS = {
    "account_unknown": _l(
        "Votre compte n’est pas encore ouvert dans Flash News : demandez à un animateur de vous inviter."
    ),
    "account_disabled": _l("Votre compte n’est plus actif."),
    "email_unverified": _l("Votre adresse de messagerie n’a pas été vérifiée : faites-la vérifier, puis recommencez."),
    "identity_taken": _l("Cette adresse est déjà reliée à une autre personne : prévenez un animateur."),
    "subject_unusable": _l("L’annuaire ne dit pas qui vous êtes : prévenez la DTAN."),
}


class DirectoryUnavailable(Exception):
    """The directory cannot be used; the message explains it for the log."""


class SignInRefused(Exception):
    """A proven identity that opens no account; `code` is a key of REFUSALS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def account_for_identity(
    issuer: str, subject: str, emails: Collection[str], *, verified: bool = True, by: str
) -> Account:
    """Return the linked account, or link the one with this e-mail address.

    `subject`: the issuer's stable id; `verified`: the issuer confirms the address. Raises SignInRefused.
    """
    if not 0 < len(subject) <= SUBJECT_MAX_CHARACTERS or not subject.isprintable():
        raise SignInRefused("subject_unusable")
    with write_transaction() as session:
        linked = select(Identity).where(Identity.issuer == issuer, Identity.subject == subject)
        identity = session.scalar(linked)
        account = identity.account if identity else _account_to_link(session, issuer, emails, verified)
        if account.person.disabled_at is not None:
            raise SignInRefused("account_disabled")
        if identity is None:
            session.add(Identity(account_id=account.id, issuer=issuer, subject=subject))
            audit_log.record(session, "identity_linked", account.email, actor=account.person_id, by=by, issuer=issuer)
    return account


def _account_to_link(session: Session, issuer: str, emails: Collection[str], verified: bool) -> Account:
    """Find the account to link; lower() could turn a non-ASCII address into another."""
    addresses = {email.strip().lower() if email.isascii() else email for email in emails if email.isprintable()}
    # Locked: two processes must not link one account twice.
    accounts = session.scalars(select(Account).where(Account.email.in_(addresses)).with_for_update(of=Account)).all()
    if len(accounts) != 1:
        raise SignInRefused("account_unknown")
    if not verified:
        raise SignInRefused("email_unverified")
    if session.scalar(select(Identity.id).where(Identity.account_id == accounts[0].id, Identity.issuer == issuer)):
        raise SignInRefused("identity_taken")
    return accounts[0]

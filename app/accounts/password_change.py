"""Change passwords; everything the old one let in ends in the same transaction."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.models import Account, OneTimeLink, SignIn
from app.audit import log as audit_log
from boards.models import Person


def change_password(
    session: Session, account: Account, password_hash: str, *, actor: Person | None = None, keep: int = 0
) -> list[int]:
    """Set a checked and hashed password; void links and end all sign-ins but `keep`.

    Returns the ids of the ended sign-ins: send `sign_in_ended` for each once committed.
    """
    account.password_hash = password_hash
    session.execute(delete(OneTimeLink).where(OneTimeLink.account_id == account.id, OneTimeLink.used_at.is_(None)))
    audit_log.record(session, "password_changed", account.email, actor=actor)
    return end_sign_ins(session, account, keep=keep)


def end_sign_ins(session: Session, account: Account, *, keep: int = 0) -> list[int]:
    """End the account's sign-ins but `keep`; return their ids."""
    others = (SignIn.account_id == account.id) & (SignIn.id != keep)
    ended = list(session.scalars(select(SignIn.id).where(others)))
    session.execute(delete(SignIn).where(others))
    return ended

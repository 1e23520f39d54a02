"""Read and write people's alert and mail preferences."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from app.accounts.models import Digest, Preferences
from app.web.cron import at
from boards.database import now
from boards.models.personal import lock_person


class MailKind(StrEnum):
    """Kind of unsolicited mail that a person can stop."""

    DIGEST = "digest"
    REMINDER = "reminder"


def preferences_of(session: Session, person_id: int) -> Preferences:
    """Return the person's preferences, or transient defaults."""
    return session.get(Preferences, person_id) or _defaults(person_id)


def save_preferences(session: Session, person_id: int, **chosen: Any) -> None:
    """Save preferences in a pending transaction; reschedule the digest if its rhythm changed."""
    row = _row(session, person_id)
    before = _rhythm(row)
    for name, value in chosen.items():
        setattr(row, name, value)
    if _rhythm(row) != before:
        row.digest_due_at, row.digest_tries = next_digest(row, now()), 0


def unsubscribe(session: Session, person_id: int, mail: MailKind) -> None:
    """Stop this kind of mail."""
    save_preferences(
        session, person_id, **({"digest": Digest.NEVER} if mail is MailKind.DIGEST else {"reminders": False})
    )


def next_digest(preferences: Preferences, after: datetime) -> datetime | None:
    """Compute the next time the digest is due, in the town's time zone; None for never."""
    if preferences.digest == Digest.NEVER:
        return None
    weekly = preferences.digest == Digest.WEEKLY
    return at(preferences.digest_hour, on=str(preferences.digest_weekday) if weekly else "*")(after)


def unsubscribe_token(person_id: int, mail: MailKind) -> str:
    """Sign the token of an unsubscribe address; it never expires."""
    token: str = _signer().dumps([person_id, mail])
    return token


def unsubscribe_request(token: str) -> tuple[int, MailKind] | None:
    """Verify an unsubscribe token; return the person's id and the kind of mail, or None."""
    try:
        person_id, mail = _signer().loads(token)
    except BadSignature:
        return None
    return int(person_id), MailKind(mail)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="stop mails")


def _row(session: Session, person_id: int) -> Preferences:
    lock_person(session, person_id)
    row = session.get(Preferences, person_id)
    if row is None:
        row = _defaults(person_id)
        session.add(row)
    return row


def _rhythm(preferences: Preferences) -> tuple[Any, ...]:
    return preferences.digest, preferences.digest_hour, preferences.digest_weekday


def _defaults(person_id: int) -> Preferences:
    """Build defaults before any flush, which is when column defaults would apply."""
    values = {column.name: column.default.arg for column in Preferences.__table__.columns if column.default is not None}
    return Preferences(person_id=person_id, **values)

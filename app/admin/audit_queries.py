"""Filter and read the administrative log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.accounts.directory import plain_text_key
from app.accounts.models import Account
from app.admin.audit_labels import facts_as_text
from app.audit import log as audit_log
from app.audit.models import AuditEntry
from boards.models import Person


@dataclass(frozen=True)
class AuditFilters:
    """Filters of the log; days are in the town's time zone."""

    action: str = ""
    text: str = ""
    since: date | None = None
    until: date | None = None

    @classmethod
    def from_arguments(cls, arguments: Mapping[str, str]) -> AuditFilters:
        """Parse the filters from query parameters."""
        action = arguments.get("action", "")
        return cls(
            action=action if action in audit_log.ACTIONS else "",
            text="".join(filter(str.isprintable, arguments.get("q", ""))).strip()[:200],  # PostgreSQL takes no NUL
            since=_day(arguments.get("since", "")),
            until=_day(arguments.get("until", "")),
        )

    def __bool__(self) -> bool:
        return any((self.action, self.text, self.since, self.until))

    @property
    def arguments(self) -> dict[str, Any]:
        """Return the query parameters of these filters."""
        return {"action": self.action or None, "q": self.text or None, "since": self.since, "until": self.until}


def table(found: Any) -> Iterator[tuple[str, ...]]:
    """Yield the log as rows of text, headings first."""
    zone: ZoneInfo = current_app.config["SETTINGS"].timezone
    yield (_("date"), _("action"), _("par"), _("objet"), _("détail"), _("adresse IP"))
    for entry in found:
        at = entry.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
        actor = (entry.actor.name or _("agent supprimé")) if entry.actor else ""
        yield (
            at,
            str(audit_log.ACTIONS.get(entry.action, entry.action)),
            actor,
            entry.subject,
            facts_as_text(entry.facts),
            entry.address,
        )


def entries(session: Session, asked: AuditFilters) -> Select[AuditEntry]:
    """Build the query of the filtered entries, newest first."""
    zone: ZoneInfo = current_app.config["SETTINGS"].timezone
    query = select(AuditEntry).order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    if asked.action:
        query = query.where(AuditEntry.action == asked.action)
    if asked.text:
        query = query.where(
            or_(
                AuditEntry.actor_id.in_(_people_named(session, asked.text)),
                AuditEntry.subject.icontains(asked.text, autoescape=True),
            )
        )
    if asked.since:
        query = query.where(AuditEntry.at >= datetime.combine(asked.since, time(), zone))
    if asked.until:
        query = query.where(AuditEntry.at < datetime.combine(asked.until + timedelta(days=1), time(), zone))
    return query


def _people_named(session: Session, text: str) -> list[int]:
    """Return the ids of people matching the text, ignoring accents and capitals."""
    everybody = session.execute(select(Person.id, Person.name, Account.email).join(Account, isouter=True))
    words = plain_text_key(text).split()
    return [
        id for id, name, email in everybody if all(word in plain_text_key(f"{name} {email or ''}") for word in words)
    ]


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2199 else None

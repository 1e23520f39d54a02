"""Write the administrative log: sign-ins, refusals, changes of rights and accounts.

Each entry is written in the transaction of what it records, and deleted after a year.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from flask import Flask, current_app, has_request_context
from flask_babel import lazy_gettext as _l
from flask_limiter.util import get_remote_address
from sqlalchemy import Text, cast, delete, or_, select, update
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from boards.commands.deletion import EraseCard, EraseColumn
from boards.database import now, write_transaction
from boards.errors import Busy
from boards.log.change_log import CommittedChange
from boards.models import Board, Column, Person, Record, Service
from boards.perform import change_committed

log = logging.getLogger(__name__)

RETENTION = timedelta(days=365)
REPEATED_SECONDS = 60
REMEMBERED_REFUSALS = 10_000
ERASED_NAME = "(personne effacée)"

# Every action and its label.
ACTIONS = {
    "signed_in": _l("Connexion"),
    "sign_in_refused": _l("Connexion refusée"),
    "signed_out": _l("Déconnexion"),
    "signed_out_everywhere": _l("Déconnexion de tous les postes"),
    "password_changed": _l("Mot de passe changé"),
    "password_link_made": _l("Lien de mot de passe créé"),
    "password_link_refused": _l("Lien refusé"),
    "invited": _l("Invitation"),
    "invitation_accepted": _l("Invitation acceptée"),
    "person_added": _l("Compte créé"),
    "person_changed": _l("Compte modifié"),
    "person_disabled": _l("Compte désactivé"),
    "person_enabled": _l("Compte réactivé"),
    "person_erased": _l("Personne effacée"),
    "people_imported": _l("Import d’agents"),
    "data_exported": _l("Export de données personnelles"),
    "token_made": _l("Jeton d’API créé"),
    "token_revoked": _l("Jeton d’API révoqué"),
    "identity_linked": _l("Compte extérieur relié"),
    "service_added": _l("Service créé"),
    "service_changed": _l("Service modifié"),
    "service_archived": _l("Service archivé"),
    "service_restored": _l("Service restauré"),
    "services_merged": _l("Services fusionnés"),
    "rights_changed": _l("Droits modifiés"),
    "card_erased": _l("Info effacée définitivement"),
    "card_flashed": _l("Info signalée en flash"),
    "flash_put_out": _l("Flash éteint"),
    "column_erased": _l("Colonne effacée définitivement"),
    "board_added": _l("Tableau créé"),
    "board_ordered": _l("Tableau déplacé"),
    "board_made_default": _l("Tableau par défaut choisi"),
    "template_kept": _l("Modèle de tableau ajouté"),
    "template_deleted": _l("Modèle de tableau supprimé"),
    "refused": _l("Action refusée"),
    "log_exported": _l("Export du journal"),
    "town_set_up": _l("Mise en service"),
    "town_changed": _l("Coordonnées de la ville modifiées"),
    "public_link_made": _l("Page publique mise en ligne"),
    "public_link_revoked": _l("Page publique retirée"),
    "card_sent": _l("Info envoyée à un usager"),
}


def record(
    session: Session, action: str, subject: str = "", *, actor: Person | int | None = None, **facts: Any
) -> None:
    """Add an entry to a pending transaction: a short `subject`, `facts` as JSON values."""
    if action not in ACTIONS:
        raise ValueError(action)
    session.add(
        AuditEntry(
            action=action,
            actor_id=actor.id if isinstance(actor, Person) else actor,
            subject=_printable(subject)[:300],
            facts=facts,
            address=(get_remote_address() or "")[:60] if has_request_context() else "",
        )
    )


def record_alone(action: str, subject: str = "", *, actor: Person | int | None = None, **facts: Any) -> None:
    """Record what alters nothing else, such as a refusal, in its own transaction."""
    with write_transaction() as session:
        record(session, action, subject, actor=actor, **facts)


def forget_person(session: Session, person_id: int, called: list[str]) -> None:
    """Remove a person's names and addresses from all entries, in a pending transaction.

    `called`: their current name and address; earlier ones are found here.
    """
    session.execute(update(AuditEntry).where(AuditEntry.actor_id == person_id).values(address=""))
    called = [text for text in {*called, *_called_before(session, person_id)} if text]
    nameless = re.compile("|".join(rf"(?<!\w){re.escape(text)}(?!\w)" for text in called), re.IGNORECASE)
    facts_text = cast(AuditEntry.facts, Text)
    # SQLite stores facts as ASCII JSON, PostgreSQL does not.
    forms = {form for text in called for form in (text, json.dumps(text)[1:-1])}
    named = [field.icontains(form, autoescape=True) for form in forms for field in (AuditEntry.subject, facts_text)]
    for entry in session.scalars(select(AuditEntry).where(or_(*named))):
        subject, facts = nameless.sub(ERASED_NAME, entry.subject), _without(entry.facts, nameless)
        if (subject, facts) != (entry.subject, entry.facts):
            entry.subject, entry.facts, entry.address = subject, facts, ""


def _called_before(session: Session, person_id: int) -> Iterator[str]:
    """Return the person's earlier names and addresses, as far as the log goes back."""
    for facts in session.scalars(select(AuditEntry.facts).where(AuditEntry.action == "person_changed")):
        if facts.get("person") == person_id:
            yield from (facts["changed"][field][0] for field in ("name", "email") if field in facts["changed"])


def _without(value: Any, nameless: re.Pattern[str]) -> Any:
    match value:
        case str():
            return nameless.sub(ERASED_NAME, value)
        case list():
            return [_without(item, nameless) for item in value]
        case dict():
            return {key: _without(item, nameless) for key, item in value.items()}
        case _:
            return value


def init_app(app: Flask) -> None:
    """Log changes of rights, deletions and flashes when boards commit them."""
    app.extensions["refused_at"] = {}
    change_committed.connect(_note_rights)
    change_committed.connect(_note_erasing)
    change_committed.connect(_note_flash)


def record_refusal(code: str, subject: str, actor: Person) -> None:
    """Log a refused action, once a minute at most."""
    key, moment = (actor.id, code), time.monotonic()
    refused_at: dict[tuple[int, str], float] = current_app.extensions["refused_at"]
    if moment - refused_at.get(key, -REPEATED_SECONDS) < REPEATED_SECONDS:
        return
    if len(refused_at) > REMEMBERED_REFUSALS:
        refused_at.clear()
    refused_at[key] = moment
    record_alone("refused", subject, actor=actor, code=code)


@contextmanager
def _transaction_after(change: CommittedChange) -> Iterator[Session]:
    """Yield a transaction for entries on a committed change, which a failure must not turn into a refusal."""
    try:
        with write_transaction() as session:
            yield session
    except Busy:
        log.exception(
            "change %s (%s) of board %s is not in the administrative log", change.seq, change.type, change.board_id
        )


def _note_rights(_sender: Any, change: CommittedChange) -> None:
    """Log changed rights: set, reverted, or by the column's kind or service."""
    columns = [column for id in sorted(change.access_changed) if (column := change.columns.get(id))]
    if not columns:
        return
    with _transaction_after(change) as session:
        for column in columns:
            rights = _named(session, column.rights)
            record(session, "rights_changed", column.title, actor=change.actor, column=column.id, rights=rights)


def _note_erasing(_sender: Any, change: CommittedChange) -> None:
    """Log a permanent deletion and remove its titles from earlier entries."""
    if change.type in (EraseCard.event_type, EraseColumn.event_type):
        with _transaction_after(change) as session:
            _forget_titles(session, change.rearranged)
            title = session.get_one(Board, change.board_id).title
            record(session, change.type, title, actor=change.actor, change=change.seq)


def _note_flash(_sender: Any, change: CommittedChange) -> None:
    """Log who published or ended a flash; the card by id, so that its title can be erased."""
    if change.type in ("card_flashed", "flash_put_out"):
        with _transaction_after(change) as session:
            title, (card,) = session.get_one(Board, change.board_id).title, change.cards
            record(session, change.type, title, actor=change.actor, card=card, change=change.seq)


def _forget_titles(session: Session, columns: dict[int, Column]) -> None:
    """Remove the titles of deleted columns from entries on their rights."""
    titles = {_printable(column.title) for column in columns.values()}
    for entry in session.scalars(select(AuditEntry).where(AuditEntry.action == "rights_changed")) if columns else ():
        # The initial rights of a board are logged before its columns have ids.
        if entry.facts["column"] in columns if "column" in entry.facts else entry.subject in titles:
            entry.subject = ""


def _named(session: Session, rights: Record) -> Record:
    """Return rights by service name: the log outlives services."""
    ids = [int(id) for id in rights.get("services", {})]
    names = (
        {str(id): name for id, name in session.execute(select(Service.id, Service.name).where(Service.id.in_(ids)))}
        if ids
        else {}
    )
    return {**rights, "services": {names.get(id, id): level for id, level in rights.get("services", {}).items()}}


def forget_old_entries() -> int:
    """Delete entries older than RETENTION; return their number."""
    with write_transaction() as session:
        gone = session.execute(delete(AuditEntry).where(AuditEntry.at < now() - RETENTION))
    return int(getattr(gone, "rowcount", 0))


def _printable(text: str) -> str:
    """Replace line breaks and control characters: one entry is one line everywhere."""
    return "".join(character if character.isprintable() else " " for character in text).strip()

"""Add, change, archive, restore and merge services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.accounts.validators import BadInput
from app.audit import log as audit_log
from boards.commands.reassign_service import ReassignService, boards_concerned, columns_concerned
from boards.database import now, write_transaction
from boards.directory import create_service, service_named, slug_for_service
from boards.errors import Conflict
from boards.models import Person, Service, memberships
from boards.perform import perform_batch

_FIELDS = ("name", "hue", "description", "hours", "contact")


def add_service(
    name: str, actor: Person | None, *, hue: int = 250, description: str = "", hours: str = "", contact: str = ""
) -> Service:
    """Add a service. Raises BadInput when the name is taken."""
    with write_transaction() as session:
        return add_service_in(session, name, actor, hue=hue, description=description, hours=hours, contact=contact)


def add_service_in(session: Session, name: str, actor: Person | None, **fields: Any) -> Service:
    """Add a service in a pending transaction. Raises BadInput."""
    refuse_taken_name(session, name)
    service = create_service(session, slug_for_service(session, name), name, **fields)
    audit_log.record(session, "service_added", name, actor=actor)
    return service


def change_service(service_id: int, actor: Person | None, **fields: str | int) -> None:
    """Change fields of a service. Raises BadInput when the name is taken."""
    with write_transaction() as session:
        service = session.get_one(Service, service_id)
        if "name" in fields:
            refuse_taken_name(session, str(fields["name"]), but=service)
        altered = [name for name in _FIELDS if name in fields and fields[name] != getattr(service, name)]
        if not altered:
            return
        old_name = service.name
        for name in altered:
            setattr(service, name, fields[name])
        facts = {"renamed": [old_name, service.name]} if "name" in altered else {}
        audit_log.record(session, "service_changed", service.name, actor=actor, fields=altered, **facts)


def archive_service(service_id: int, actor: Person | None) -> None:
    """Archive a service: its agents stay members but gain no rights by it."""
    with write_transaction() as session:
        service = session.get_one(Service, service_id)
        if service.archived_at is None:
            service.archived_at = now()
            audit_log.record(session, "service_archived", service.name, actor=actor)


def restore_service(service_id: int, actor: Person | None) -> None:
    """Restore an archived service."""
    with write_transaction() as session:
        service = session.get_one(Service, service_id)
        if service.archived_at is not None:
            service.archived_at = None
            audit_log.record(session, "service_restored", service.name, actor=actor)


@dataclass(frozen=True)
class Merger:
    """Effects of merging two services, in numbers."""

    people: int
    people_in_both: int
    columns: int
    set_rights: int


def preview_merger(session: Session, service: Service, into: Service) -> Merger:
    """Count the effects of a merger."""
    leaving = set(session.scalars(select(memberships.c.person_id).where(memberships.c.service_id == service.id)))
    members = set(session.scalars(select(memberships.c.person_id).where(memberships.c.service_id == into.id)))
    columns = columns_concerned(session, service.id)
    return Merger(
        people=len(leaving - members),
        people_in_both=len(leaving & members),
        columns=sum(column.service_id == service.id for column in columns),
        set_rights=sum(str(service.id) in column.rights.get("services", {}) for column in columns),
    )


def merge_services(session: Session, service_id: int, into_id: int, actor: Person) -> None:
    """Move members, columns and rights to the other service and delete this one.

    Raises Conflict when the service gained a board meanwhile.
    """
    boards = boards_concerned(session, service_id)
    command = ReassignService(service=service_id, to=into_id)

    def move_people(writing: Session) -> None:
        merged, into = writing.get_one(Service, service_id), writing.get_one(Service, into_id)
        if boards_concerned(writing, service_id):
            raise Conflict("try_again")
        leaving = select(memberships.c.person_id).where(memberships.c.service_id == merged.id)
        members = select(memberships.c.person_id).where(memberships.c.service_id == into.id)
        newcomers = list(writing.scalars(leaving.where(memberships.c.person_id.not_in(members))))
        if newcomers:
            writing.execute(insert(memberships), [{"person_id": person, "service_id": into.id} for person in newcomers])
        writing.execute(delete(memberships).where(memberships.c.service_id == merged.id))
        audit_log.record(
            writing,
            "services_merged",
            f"{merged.name} → {into.name}",
            actor=actor,
            people=len(newcomers),
            boards=len(boards),
        )
        writing.execute(delete(Service).where(Service.id == merged.id))

    perform_batch(actor.id, dict.fromkeys(boards, command), also=move_people)


def refuse_taken_name(session: Session, name: str, but: Service | None = None) -> None:
    """Raise BadInput if another service has this name."""
    taken = service_named(session, name)
    if taken is not None and (but is None or taken.id != but.id):
        raise BadInput(_("Un service s’appelle déjà « %(name)s ».", name=taken.name))

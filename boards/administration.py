"""Making boards, services and people: what exists before anybody acts on a board."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from boards.errors import Conflict
from boards.models import Board, Fold, Person, Role, Service


def create_board(session: Session, slug: str, title: str) -> Board:
    if session.scalar(select(Board.id).where(Board.slug == slug)):
        raise Conflict("board_exists", slug=slug)
    board = Board(slug=slug, title=title)
    session.add(board)
    session.flush()
    return board


def create_service(session: Session, slug: str, name: str, hue: int = 250, description: str = "") -> Service:
    service = Service(slug=slug, name=name, hue=hue, description=description)
    session.add(service)
    session.flush()
    return service


def create_person(session: Session, name: str, role: Role, service_slugs: list[str] | None = None, hue: int | None = None) -> Person:
    """Add a person. Raises ValueError naming a service that does not exist."""
    services = []
    for slug in service_slugs or []:
        service = session.scalar(select(Service).where(Service.slug == slug))
        if service is None:
            raise ValueError(slug)
        services.append(service)
    person = Person(name=name, role=role, services=services, hue=sum(map(ord, name)) * 10 % 360 if hue is None else hue)
    session.add(person)
    session.flush()
    return person


def fold_column(session: Session, person: Person, column_id: int, folded: bool) -> None:
    """Remember whether this person keeps the column folded. Saying it twice alters nothing."""
    fold = session.get(Fold, (person.id, column_id))
    if folded and fold is None:
        session.add(Fold(person_id=person.id, column_id=column_id))
    elif not folded and fold is not None:
        session.delete(fold)

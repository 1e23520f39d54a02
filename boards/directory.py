"""Create and look up boards, services and people."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from boards.errors import Conflict, NotFound
from boards.models import Board, Column, Person, Role, Service, memberships
from boards.models.personal import Fold
from boards.personal.unread import mark_boards_read

SLUG_MAX_CHARACTERS = 80


def create_board(session: Session, slug: str, title: str) -> Board:
    """Add a board without columns, after the town’s others. Raises Conflict when the slug is taken."""
    if session.scalar(select(Board.id).where(Board.slug == slug)):
        raise Conflict("board_exists", slug=slug)
    last = session.scalar(select(func.max(Board.position)))
    board = Board(slug=slug, title=title, position=(last or 0) + 1)
    session.add(board)
    session.flush()
    return board


def slug_for_board(session: Session, title: str) -> str:
    """Return a free slug made from the title. Never digits alone: /boards/12 means board number 12."""
    wanted = plain_name(title)
    if not wanted or wanted.replace("-", "").isdigit():
        wanted = f"tableau-{wanted}".strip("-")
    return _free_slug(session, Board, wanted)


def place_board(session: Session, board_id: int, step: int) -> bool:
    """Swap the board with its neighbour (-1: earlier, 1: later); return False when there is none."""
    boards = _all_locked(session)
    order = [board for board in boards if board.archived_at is None]
    place = next((number for number, board in enumerate(order) if board.id == board_id), None)
    if place is None or not 0 <= place + step < len(order):
        return False
    order[place], order[place + step] = order[place + step], order[place]
    for number, board in enumerate([*order, *(board for board in boards if board.archived_at is not None)], start=1):
        board.position = number
    return True


def make_default(session: Session, board_id: int) -> bool:
    """Make this the board where everybody arrives; return False if it was. Raises NotFound or Conflict."""
    boards = {board.id: board for board in _all_locked(session)}
    if board_id not in boards:
        raise NotFound("board_not_found")
    if boards[board_id].archived_at is not None:
        raise Conflict("board_archived")
    was = boards[board_id].is_default
    for board in boards.values():
        board.is_default = board.id == board_id
    return not was


def _all_locked(session: Session) -> list[Board]:
    """Lock and return every board in order, so that none is archived or made default meanwhile."""
    return sorted(
        session.scalars(select(Board).order_by(Board.id).with_for_update()),
        key=lambda board: (board.position, board.id),
    )


def create_service(
    session: Session, slug: str, name: str, hue: int = 250, description: str = "", hours: str = "", contact: str = ""
) -> Service:
    """Add a service."""
    service = Service(slug=slug, name=name, hue=hue, description=description, hours=hours, contact=contact)
    session.add(service)
    session.flush()
    return service


def slug_for_service(session: Session, name: str) -> str:
    """Return a free slug made from the name: « Enfance & écoles » → enfance-ecoles-2."""
    return _free_slug(session, Service, plain_name(name) or "service")


def _free_slug(session: Session, model: type[Board | Service], wanted: str) -> str:
    wanted = wanted[: SLUG_MAX_CHARACTERS - 5].strip("-")
    taken = set(session.scalars(select(model.slug).where(model.slug.startswith(wanted))))
    slug, number = wanted, 1
    while slug in taken:
        number += 1
        slug = f"{wanted}-{number}"
    return slug


def service_named(session: Session, name: str) -> Service | None:
    """Find a service by name, ignoring case and accents; active ones first."""
    services = session.scalars(select(Service).order_by(Service.archived_at.is_not(None), Service.id))
    return next((service for service in services if plain_name(service.name) == plain_name(name)), None)


def agents_by_service(session: Session) -> dict[int, int]:
    """Count the active people of each service, by service id."""
    counting = (
        select(memberships.c.service_id, func.count())
        .join(Person, Person.id == memberships.c.person_id)
        .where(Person.disabled_at.is_(None))
        .group_by(memberships.c.service_id)
    )
    return {row[0]: row[1] for row in session.execute(counting)}


def columns_by_service(session: Session) -> dict[int, list[Column]]:
    """List the active columns of each service, by service id."""
    found: dict[int, list[Column]] = {}
    columns = (
        select(Column)
        .where(Column.service_id.is_not(None), Column.archived_at.is_(None))
        .order_by(Column.board_id, Column.rank)
    )
    for column in session.scalars(columns):
        if column.service_id is not None:
            found.setdefault(column.service_id, []).append(column)
    return found


def create_person(
    session: Session, name: str, role: Role, service_slugs: list[str] | None = None, hue: int | None = None
) -> Person:
    """Add a person without unread news. Raises ValueError naming a service that does not exist."""
    person = Person(
        name=name,
        role=role,
        services=services_with(session, service_slugs or []),
        hue=hue_of(name) if hue is None else hue,
    )
    session.add(person)
    session.flush()
    mark_boards_read(session, person)
    return person


def services_with(session: Session, slugs: list[str]) -> list[Service]:
    """Load the services with these slugs. Raises ValueError naming one that does not exist."""
    if not slugs:
        return []
    found = {service.slug: service for service in session.scalars(select(Service).where(Service.slug.in_(slugs)))}
    for slug in slugs:
        if slug not in found:
            raise ValueError(slug)
    return list(found.values())


def fold_column(session: Session, person: Person, column_id: int, folded: bool) -> None:
    """Remember whether this person keeps the column folded; idempotent."""
    fold = session.get(Fold, (person.id, column_id))
    if folded and fold is None:
        session.add(Fold(person_id=person.id, column_id=column_id))
    elif not folded and fold is not None:
        session.delete(fold)


def hue_of(name: str) -> int:
    """Return the default hue of a person’s avatar."""
    return sum(map(ord, name)) * 10 % 360


def plain_name(name: str) -> str:
    """Reduce a name to lower-case ASCII letters, digits and hyphens, to compare names and make slugs."""
    letters = (
        unicodedata.normalize("NFKD", name.casefold().replace("’", "'").replace("œ", "oe").replace("æ", "ae"))
        .encode("ascii", "ignore")
        .decode()
    )
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")

"""Record which version of a rule or required card each person has read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, selectinload

from boards import rights
from boards.database import now
from boards.errors import Conflict, NotFound
from boards.models import Board, Card, Column, Kind, Person, Service
from boards.models.personal import CardRead, lock_person
from boards.text.sanitize import sorting_key


@dataclass(frozen=True)
class Rule:
    """A card of a guide column; `is_read` refers to its current version."""

    card: Card
    is_read: bool


@dataclass(frozen=True)
class Readership:
    """People asked to read a card: those who have read its current version, and the others."""

    card: Card
    readers: list[Person]
    others: list[Person]

    @property
    def among(self) -> int:
        """Return the number of people asked."""
        return len(self.readers) + len(self.others)


@dataclass(frozen=True)
class ReadStatus:
    """Read status of an open card for one person, the next unread rule, and its readership."""

    is_read: bool
    is_asked: bool  # this person is among those asked to read it
    next: int | None
    readership: Readership | None
    by_name: bool
    services: list[Service]  # services whose agents are asked; none: everybody


def read_versions(session: Session, person: Person, board: Board) -> dict[int, int]:
    """Return the versions of the board's required cards that are current and read, by card."""
    rows = session.execute(
        _required_cards(board, CardRead.card_id, CardRead.version, Column)
        .join(CardRead, CardRead.card_id == Card.id)
        .where(CardRead.person_id == person.id, CardRead.version == Card.version)
    )
    return {card_id: version for card_id, version, column in rows if rights.may_read(person, column)}


def rules_for(session: Session, person: Person, board: Board) -> list[tuple[Column, list[Rule]]]:
    """Return the readable guide columns in board order, with their rules."""
    found: dict[Column, list[Rule]] = {}
    columns = (
        select(Column)
        .where(Column.board_id == board.id, Column.kind == Kind.GUIDE, Column.archived_at.is_(None))
        .order_by(Column.rank)
    )
    for column in session.scalars(columns):
        if rights.may_read(person, column):
            found[column] = []
    reads = read_versions(session, person, board)
    for card, column in session.execute(_required_cards(board, Card, Column).order_by(Card.rank)):
        if column in found:
            found[column].append(Rule(card, card.id in reads))
    return list(found.items())


def read_status(session: Session, person: Person, board: Board, card: Card, column: Column) -> ReadStatus | None:
    """Return the read status of a card, None if it need not be read or is archived.

    The next unread rule is looked for after this one, then from the top.
    """
    if (
        not _is_to_read(card, column)
        or card.archived_at is not None
        or column.archived_at is not None
        or not rights.may_read(person, column)
    ):
        return None
    read = session.get(CardRead, (person.id, card.id))
    knows_names = rights.may_arrange(person) or (column.kind != Kind.GUIDE and rights.may_place(person, card, column))
    return ReadStatus(
        is_read=read is not None and read.version == card.version,
        is_asked=is_asked(person, card),
        next=_next_rule(session, person, board, card) if column.kind == Kind.GUIDE else None,
        readership=_readership_of(session, board, card) if card.must_read or rights.may_arrange(person) else None,
        by_name=card.must_read and knows_names,
        services=_services(session, card.must_read_services),
    )


def is_asked(person: Person, card: Card) -> bool:
    """Return True if this reader of the card is among those asked to read it."""
    return not card.must_read_services or not person.audience.services.isdisjoint(card.must_read_services)


def mark_version_read(session: Session, person_id: int, card_id: int, version: int | None) -> None:
    """Record that a person has read a version of a card; None: not read. Idempotent.

    Raises NotFound, or Conflict if it need not be read, is archived, or was edited since.
    """
    person = lock_person(session, person_id)
    card = session.get(Card, card_id)
    column = session.get(Column, card.column_id) if card else None
    if card is None or column is None or not rights.may_read(person, column):
        raise NotFound("card_not_found")
    _require_to_read(card, column)
    if version not in (None, card.version):
        raise Conflict("rule_changed", card=card.id, version=card.version, title=card.title, body_html=card.body_html)
    known = session.get(CardRead, (person.id, card.id))
    if version is None:
        if known is not None:
            session.delete(known)
    elif known is None:
        session.add(CardRead(person_id=person.id, card_id=card.id, version=version, at=now()))
    elif known.version != version:
        known.version, known.at = version, now()


def readership(session: Session, board: Board, card: Card | None = None) -> list[tuple[Column, list[Readership]]]:
    """Return the readership of the board's required cards, or of one, in four queries."""
    cards = _required_cards(board, Card, Column).order_by(Column.rank, Card.rank)
    reads = _required_cards(board, CardRead.card_id, CardRead.person_id).join(
        CardRead, (CardRead.card_id == Card.id) & (CardRead.version == Card.version)
    )
    if card is not None:
        cards, reads = cards.where(Card.id == card.id), reads.where(Card.id == card.id)
    have_read: defaultdict[int, set[int]] = defaultdict(set)
    for card_id, person_id in session.execute(reads):
        have_read[card_id].add(person_id)
    people = active_people(session)
    found: dict[Column, list[Readership]] = {}
    for each, column in session.execute(cards):
        asked = [person for person in people if rights.may_read(person, column) and is_asked(person, each)]
        readers = [person for person in asked if person.id in have_read[each.id]]
        others = [person for person in asked if person.id not in have_read[each.id]]
        found.setdefault(column, []).append(Readership(each, readers, others))
    return list(found.items())


def _readership_of(session: Session, board: Board, card: Card) -> Readership | None:
    return next((each for _column, found in readership(session, board, card) for each in found), None)


def _next_rule(session: Session, person: Person, board: Board, card: Card) -> int | None:
    rules = [rule for _column, rules in rules_for(session, person, board) for rule in rules]
    place = next((number for number, rule in enumerate(rules) if rule.card.id == card.id), 0)
    return next((rule.card.id for rule in rules[place + 1 :] + rules[:place] if not rule.is_read), None)


def _services(session: Session, ids: Sequence[int]) -> list[Service]:
    found = session.scalars(select(Service).where(Service.id.in_(ids))) if ids else ()
    return sorted(found, key=lambda service: sorting_key(service.name))


def _is_to_read(card: Card, column: Column) -> bool:
    """Return True for rules and for cards marked as required."""
    return column.kind == Kind.GUIDE or card.must_read


def _require_to_read(card: Card, column: Column) -> None:
    """Raise Conflict unless the card is to be read and in use."""
    if not _is_to_read(card, column):
        raise Conflict("not_a_rule")
    if card.archived_at is not None:
        raise Conflict("card_archived")
    if column.archived_at is not None:
        raise Conflict("column_archived")


def active_people(session: Session) -> Sequence[Person]:
    """Return people with an active account, by name."""
    query = (
        select(Person)
        .where(Person.disabled_at.is_(None), Person.erased_at.is_(None))
        .options(selectinload(Person.services))
    )
    return sorted(session.scalars(query), key=lambda person: sorting_key(person.name))


def _required_cards(board: Board, *what: Any) -> Select[Any]:
    """Select from the active cards that are to be read."""
    return (
        select(*what)
        .select_from(Card)
        .join(Column, Column.id == Card.column_id)
        .where(Card.board_id == board.id, Card.archived_at.is_(None), Column.archived_at.is_(None))
        .where(or_(Column.kind == Kind.GUIDE, Card.must_read))
    )

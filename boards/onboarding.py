"""« J’ai lu »: which rules of a board somebody has read, in which version, and how many people have read each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from boards import rights
from boards.database import now
from boards.errors import Conflict, NotFound
from boards.models import Board, Card, Column, Kind, Person
from boards.personal import CardRead, queue_for
from boards.text import sorting_key


@dataclass(frozen=True)
class Rule:
    """A card of a guide column, and whether somebody has read it as it is now."""

    card: Card
    is_read: bool


@dataclass(frozen=True)
class Readership:
    """Who has read a rule as it is now, of the people at work who may read its column. Names are for where reading is required."""

    card: Card
    readers: list[Person]
    others: list[Person]

    @property
    def among(self) -> int:
        return len(self.readers) + len(self.others)


@dataclass(frozen=True)
class Reading:
    """What the open rule offers its reader: to say that it is read, the next one, and to facilitators who has read it."""

    is_read: bool
    next: int | None
    readership: Readership | None


def own_reads(session: Session, person: Person, board: Board) -> dict[int, int]:
    """The rules that this person has read as they are now, each with its version."""
    rows = session.execute(
        _standing(board, CardRead.card_id, CardRead.version, Column)
        .join(CardRead, CardRead.card_id == Card.id)
        .where(CardRead.person_id == person.id, CardRead.version == Card.version)
    )
    return {card_id: version for card_id, version, column in rows if rights.may_read(person, column)}


def rules_for(session: Session, person: Person, board: Board) -> list[tuple[Column, list[Rule]]]:
    """The guide columns that this person may read, in the order of the board, with their rules."""
    found: dict[Column, list[Rule]] = {}
    columns = (
        select(Column).where(Column.board_id == board.id, Column.kind == Kind.GUIDE, Column.archived_at.is_(None)).order_by(Column.rank)
    )
    for column in session.scalars(columns):
        if rights.may_read(person, column):
            found[column] = []
    reads = own_reads(session, person, board)
    for card, column in session.execute(_standing(board, Card, Column).order_by(Card.rank)):
        if column in found:
            found[column].append(Rule(card, card.id in reads))
    return list(found.items())


def reading_of(session: Session, person: Person, board: Board, card: Card) -> Reading | None:
    """How it stands with this rule; None for a card that is no rule in use. The next is an unread one, from the top again after the last."""
    rules = [rule for _column, rules in rules_for(session, person, board) for rule in rules]
    place = next((number for number, rule in enumerate(rules) if rule.card.id == card.id), None)
    if place is None:
        return None
    after = next((rule.card.id for rule in rules[place + 1 :] + rules[:place] if not rule.is_read), None)
    return Reading(rules[place].is_read, after, _readership_of(session, board, card) if rights.may_arrange(person) else None)


def mark_read(session: Session, person_id: int, card_id: int, version: int | None) -> None:
    """Remember that this person has read this version of a rule; None: that they have not. Saying it twice alters nothing.

    Raises NotFound, or Conflict for what is no rule in use, and for a version that somebody has edited since.
    """
    person = queue_for(session, person_id)
    card = session.get(Card, card_id)
    column = session.get(Column, card.column_id) if card else None
    if card is None or column is None or not rights.may_read(person, column):
        raise NotFound("card_not_found")
    require_rule(card, column)
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
    """Who has read the rules of the board, or one of them: in four queries, however many rules and people there are."""
    rules = _standing(board, Card, Column).order_by(Column.rank, Card.rank)
    reads = _standing(board, CardRead.card_id, CardRead.person_id).join(
        CardRead, (CardRead.card_id == Card.id) & (CardRead.version == Card.version)
    )
    if card is not None:
        rules, reads = rules.where(Card.id == card.id), reads.where(Card.id == card.id)
    have_read: defaultdict[int, set[int]] = defaultdict(set)
    for card_id, person_id in session.execute(reads):
        have_read[card_id].add(person_id)
    people = _people_at_work(session)
    found: dict[Column, list[Readership]] = {}
    for rule, column in session.execute(rules):
        readable = [person for person in people if rights.may_read(person, column)]
        readers = [person for person in readable if person.id in have_read[rule.id]]
        others = [person for person in readable if person.id not in have_read[rule.id]]
        found.setdefault(column, []).append(Readership(rule, readers, others))
    return list(found.items())


def _readership_of(session: Session, board: Board, card: Card) -> Readership | None:
    return next((each for _column, found in readership(session, board, card) for each in found), None)


def require_rule(card: Card, column: Column) -> None:
    """Raises Conflict unless the card stands in a guide column."""
    if column.kind != Kind.GUIDE:
        raise Conflict("not_a_rule")
    if card.archived_at is not None:
        raise Conflict("card_archived")
    if column.archived_at is not None:
        raise Conflict("column_archived")


def _people_at_work(session: Session) -> Sequence[Person]:
    query = select(Person).where(Person.disabled_at.is_(None), Person.erased_at.is_(None)).options(selectinload(Person.services))
    return sorted(session.scalars(query), key=lambda person: sorting_key(person.name))


def _standing(board: Board, *what: Any) -> Select[Any]:
    """What is asked of each card that stands in a guide column."""
    return (
        select(*what)
        .select_from(Card)
        .join(Column, Column.id == Card.column_id)
        .where(Card.board_id == board.id, Card.archived_at.is_(None), Column.kind == Kind.GUIDE, Column.archived_at.is_(None))
    )

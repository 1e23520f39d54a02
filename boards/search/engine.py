"""Finding what a person may read, best first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, selectinload

from boards import rights
from boards.clock import day_of
from boards.labels import Label
from boards.models import Board, Card, Column, Person
from boards.search.backends import index_of
from boards.search.query_parser import TermQuery, Text, parse_query
from boards.search.ranking import Candidate, score

# So many at most are looked at closely, of those that the database finds best.
_CANDIDATES = 60
# And so many where only some of them will fit: filters look at cards, not at the index.
_TO_BE_FILTERED = 1000
# Fewer cards with every word than this, and those with only some are shown behind them: with some of so many of the most telling words.
_ENOUGH = 8
_TELLING = 5


@dataclass(frozen=True)
class Found:
    card: Card
    column: Column
    board: Board
    score: float


@dataclass(frozen=True)
class Findings:
    """What was found, best first, and the words as they were understood, for whoever shows where they stand."""

    asked: Sequence[TermQuery]
    cards: Sequence[Found]


def search(
    session: Session,
    person: Person,
    query: str,
    today: date,
    *,
    board: Board | None = None,
    archived: bool = False,
    fits: Callable[[Card, Column], bool] | None = None,
    most: int = 20,
) -> Findings:
    """What this person may read and probably looks for. Any text may be a query; one without words finds nothing.

    `board`: the one in sight, whose cards come before others as good. `archived`: what was put away, too. `fits`: what else is asked of a card.
    """
    homes = {column.id: (column, at) for column, at in _homes(session, person, board, archived)}
    columns = [column for column, _board in homes.values()]
    labels = session.scalars(select(Label).where(Label.board_id.in_({column.board_id for column in columns}))).all()
    readable = _readable(person, columns, archived)
    asked = parse_query(session, query, readable, columns, labels)
    if not asked:
        return Findings([], [])
    candidates = _candidates(session, asked, readable, _TO_BE_FILTERED if fits else _CANDIDATES)
    scored = [(score(asked, candidate, today, board.id if board else None), candidate) for candidate in candidates]
    best = sorted(((points, each.id) for points, each in scored if points > 0), reverse=True)
    loaded = (
        select(Card)
        .where(Card.id.in_([id for _points, id in (best if fits else best[:most])]))
        .options(selectinload(Card.confirmed_by))
    )
    cards = {card.id: card for card in session.scalars(loaded)}
    found = (Found(cards[id], *homes[cards[id].column_id], points) for points, id in best if id in cards)
    return Findings(asked, list(islice((each for each in found if fits is None or fits(each.card, each.column)), most)))


def _homes(session: Session, person: Person, board: Board | None, archived: bool) -> Iterator[tuple[Column, Board]]:
    """The columns that the person may read, of every board in use and of the one in sight."""
    in_use = Board.archived_at.is_(None)
    query = (
        select(Column, Board)
        .join(Board, Board.id == Column.board_id)
        .where(in_use if board is None else or_(in_use, Board.id == board.id))
    )
    if not archived:
        query = query.where(Column.archived_at.is_(None))
    return ((column, at) for column, at in session.execute(query) if rights.may_read(person, column))


def _readable(person: Person, columns: Collection[Column], archived: bool) -> ColumnElement[bool]:
    """The condition of a card that the person may read."""
    if archived:
        return rights.seen_cards(person, columns)
    return and_(Card.column_id.in_([column.id for column in columns]), Card.archived_at.is_(None))


def _candidates(
    session: Session, asked: Sequence[TermQuery], readable: ColumnElement[bool], most: int
) -> list[Candidate]:
    """Cards with every word; with every word but those that their column says; when these are few, those with any."""
    found = _with(session, asked, readable, most, every=True)
    said_by: defaultdict[frozenset[int], set[int]] = defaultdict(set)  # columns by the words that they say
    for column in {id for word in asked for id in word.columns}:
        said_by[frozenset(place for place, word in enumerate(asked) if column in word.columns)].add(column)
    for said, columns in said_by.items():
        others = [word for place, word in enumerate(asked) if place not in said]
        found |= _with(session, others, and_(readable, Card.column_id.in_(columns)), most, every=True)
    if len(found) < _ENOUGH and len(asked) > 1:
        telling = sorted(asked, key=lambda word: word.weight, reverse=True)[:_TELLING]
        found |= _with(session, telling, readable, most, every=False)
    return list(found.values())


def _with(
    session: Session, asked: Sequence[TermQuery], readable: ColumnElement[bool], most: int, *, every: bool
) -> dict[int, Candidate]:
    if not asked:
        return {}
    index = index_of(session)
    words = index.query((word.sought for word in asked), every=every)
    facts = (
        Card.id,
        index.title,
        index.body,
        Card.column_id,
        Card.board_id,
        Card.label_ids,
        Card.valid_until,
        Card.confirmed_at,
    )
    rows = session.execute(
        select(*facts)
        .join(index.rows, index.id == Card.id)
        .where(index.holds(words), readable)
        .order_by(index.rank(words))
        .limit(most)
    )
    return {
        id: Candidate(id, Text.of(title.split()), Text.of(text.split()), column, board, labels, ends, day_of(confirmed))
        for id, title, text, column, board, labels, ends, confirmed in rows
    }

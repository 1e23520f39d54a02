"""Find the cards that a person may read, best first."""

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

# Best matches of the database that are scored here.
_CANDIDATES = 60
# As many when filters, which the index does not know, will drop some.
_CANDIDATES_TO_FILTER = 1000
# With fewer cards than this that have every word, those with any of the most significant words follow.
_ENOUGH = 8
_SIGNIFICANT_WORDS = 5


@dataclass(frozen=True)
class SearchHit:
    """A card that was found, with its place and score."""

    card: Card
    column: Column
    board: Board
    score: float


@dataclass(frozen=True)
class Findings:
    """Cards found, best first, and the parsed words, to mark them in texts."""

    asked: Sequence[TermQuery]
    cards: Sequence[SearchHit]


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
    """Search what this person may read. Any text is a valid query; one without words finds nothing.

    `board` ranks its cards before equally good ones; `archived` includes the archive; `fits` filters further.
    """
    homes = {column.id: (column, at) for column, at in _homes(session, person, board, archived)}
    columns = [column for column, _board in homes.values()]
    labels = session.scalars(select(Label).where(Label.board_id.in_({column.board_id for column in columns}))).all()
    readable = _readable(person, columns, archived)
    asked = parse_query(session, query, readable, columns, labels)
    if not asked:
        return Findings([], [])
    candidates = _candidates(session, asked, readable, _CANDIDATES_TO_FILTER if fits else _CANDIDATES)
    scored = [(score(asked, candidate, today, board.id if board else None), candidate) for candidate in candidates]
    best = sorted(((points, each.id) for points, each in scored if points > 0), reverse=True)
    loaded = (
        select(Card)
        .where(Card.id.in_([id for _points, id in (best if fits else best[:most])]))
        .options(selectinload(Card.confirmed_by))
    )
    cards = {card.id: card for card in session.scalars(loaded)}
    found = (SearchHit(cards[id], *homes[cards[id].column_id], points) for points, id in best if id in cards)
    return Findings(asked, list(islice((each for each in found if fits is None or fits(each.card, each.column)), most)))


def _homes(session: Session, person: Person, board: Board | None, archived: bool) -> Iterator[tuple[Column, Board]]:
    """Yield the readable columns of every board in use, and of `board`."""
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
    """Return the condition that the person may read a card."""
    if archived:
        return rights.seen_cards(person, columns)
    return and_(Card.column_id.in_([column.id for column in columns]), Card.archived_at.is_(None))


def _candidates(
    session: Session, asked: Sequence[TermQuery], readable: ColumnElement[bool], most: int
) -> list[Candidate]:
    """Find cards with every word, then without those their column's name answers, then with any."""
    found = _with(session, asked, readable, most, every=True)
    answering: defaultdict[frozenset[int], set[int]] = defaultdict(set)  # columns by the words their names answer
    for column in {id for word in asked for id in word.columns}:
        answering[frozenset(place for place, word in enumerate(asked) if column in word.columns)].add(column)
    for answered, columns in answering.items():
        others = [word for place, word in enumerate(asked) if place not in answered]
        found |= _with(session, others, and_(readable, Card.column_id.in_(columns)), most, every=True)
    if len(found) < _ENOUGH and len(asked) > 1:
        significant = sorted(asked, key=lambda word: word.weight, reverse=True)[:_SIGNIFICANT_WORDS]
        found |= _with(session, significant, readable, most, every=False)
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

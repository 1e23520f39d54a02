"""Finding what a person may read, best first: what the title says before what the text says, what holds before what has ended."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from boards import rights
from boards.models import Board, Card, Column, Person
from boards.search.equivalents import equivalents
from boards.search.index import Sought, candidates, frequencies, slips
from boards.search.terms import index_terms, is_root, wanted

QUERY_MAX_CHARACTERS = 400
ENOUGH = 8

# How well a term of a text answers a word of the query, and how much it counts where it stands.
_ITSELF, _FORM, _BEGINNING, _SLIP, _EQUIVALENT, _KIN = 1.0, 0.9, 0.7, 0.7, 0.6, 0.4
_IN_TITLE, _IN_COLUMN, _IN_BODY = 3.0, 2.0, 1.2
_EXPIRED = 0.5
_A_YEAR_OLD = 0.9


@dataclass(frozen=True)
class Found:
    card: Card
    column: Column
    score: float


@dataclass(frozen=True)
class _Word:
    """A word of the query, how telling it is, and the columns whose title holds it."""

    sought: Sought
    weight: float
    columns: frozenset[int]

    def likeness(self, terms: Iterable[str]) -> float:
        wanted, best = self.sought.wanted, 0.0
        for term in terms:
            if term == wanted.word:
                return _ITSELF
            if term in wanted.forms:
                best = max(best, _KIN if is_root(term) else _FORM)
            elif self.sought.open_ended and term.startswith(wanted.word):
                best = max(best, _BEGINNING)
            elif term in self.sought.slips:
                best = max(best, _SLIP)
            elif term in self.sought.equivalents:
                best = max(best, _EQUIVALENT)
        return best


def search(
    session: Session, person: Person, query: str, today: date, *, board: Board | None = None, archived: bool = False, most: int = 20
) -> list[Found]:
    """What this person may read and probably looks for, best first. Any text may be a query; one without words finds nothing."""
    homes = _homes(session, person, board, archived)
    words = _words(session, query[:QUERY_MAX_CHARACTERS], homes)
    if not words:
        return []
    found = _candidates(session, words, homes, archived)
    cards: Iterable[Card] = session.scalars(select(Card).where(Card.id.in_(found))) if found else []
    scored = [Found(card, homes[card.column_id], _score(words, card, *found[card.id], today)) for card in cards if card.column_id in homes]
    return sorted((each for each in scored if each.score > 0), key=lambda each: (-each.score, -each.card.id))[:most]


def _homes(session: Session, person: Person, board: Board | None, archived: bool) -> dict[int, Column]:
    query = select(Column).join(Board, Board.id == Column.board_id).where(Board.archived_at.is_(None))
    if board is not None:
        query = query.where(Column.board_id == board.id)
    if not archived:
        query = query.where(Column.archived_at.is_(None))
    return {column.id: column for column in session.scalars(query) if rights.may_read(person, column)}


def _words(session: Session, query: str, homes: dict[int, Column]) -> list[_Word]:
    titles = {id: index_terms(column.title) for id, column in homes.items()}
    sought = [Sought(each, equivalents=equivalents(each.word)) for each in wanted(query)]
    counts = frequencies(session, sought)
    for number, each in enumerate(sought):
        if counts[number] == 0:
            sought[number] = replace(each, slips=slips(session, each.wanted), shortened=True)
    counts = frequencies(session, sought)
    every = session.scalar(select(func.count()).select_from(Card)) or 1
    words = []
    for each, count in zip(sought, counts, strict=True):
        word = _Word(each, math.log(1 + every / (count + 0.5)), frozenset())
        words.append(replace(word, columns=frozenset(id for id, terms in titles.items() if word.likeness(terms) > 0)))
    return words


def _candidates(session: Session, words: Sequence[_Word], homes: dict[int, Column], archived: bool) -> dict[int, tuple[str, str]]:
    """Cards with every word; with every word but those that their column says; when these are few, those with any."""
    sought = [word.sought for word in words]
    found = candidates(session, sought, homes, every=True, archived=archived)
    for column in {id for word in words for id in word.columns}:
        others = [word.sought for word in words if column not in word.columns]
        found |= candidates(session, others, [column], every=True, archived=archived)
    if len(found) < ENOUGH:
        found |= candidates(session, sought, homes, every=False, archived=archived)
    return found


def _score(words: Sequence[_Word], card: Card, title: str, body: str, today: date) -> float:
    in_title, in_body = title.split(), set(body.split())
    score = matched = 0.0
    for word in words:
        title_likeness, body_likeness = word.likeness(in_title), word.likeness(in_body)
        best = max(
            _IN_TITLE * title_likeness,
            _IN_BODY * body_likeness,
            _IN_COLUMN * (card.column_id in word.columns),
        )
        score += word.weight * (best + 0.3 * (title_likeness > 0 and body_likeness > 0))
        matched += word.weight * (best > 0)
    score *= matched / sum(word.weight for word in words)
    score *= 1 + 0.3 * sum(word.likeness(in_title) > 0 for word in words) / (1 + len(set(in_title)) / 2)
    if card.valid_until is not None and card.valid_until < today:
        score *= _EXPIRED
    age = (today - (card.edited_at or card.created_at).date()).days
    return score * (1 - (1 - _A_YEAR_OLD) * min(1.0, max(0, age) / 365))

"""Expand the words of a query: other forms, typos, synonyms, names of columns and labels."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from sqlalchemy import ColumnElement, Integer, func, literal, select, union_all
from sqlalchemy.orm import Session

from boards.labels import Label
from boards.models import Card, Column
from boards.search.analyzer import QueryTerm, forms, index_terms, label_term, query_terms
from boards.search.backends import IndexQuery, index_of
from boards.search.index import typo_matches
from boards.search.synonyms import Expression, synonyms_of

QUERY_MAX_CHARACTERS = 400
# Counting stops here: it would take longer than the search, for words of little weight.
_COUNTED = 500
_SHORTENED_FROM = 3

# Likeness of a match to a word of the query.
ITSELF, FORM, BEGINNING, SLIP, MEANING, KIN = 1.0, 0.9, 0.7, 0.7, 0.6, 0.4


@dataclass(frozen=True)
class Text:
    """The terms of a text, as a set and on one line."""

    terms: frozenset[str]
    line: str

    @classmethod
    def of(cls, terms: Collection[str]) -> Text:
        """Build a Text from its terms, in their order."""
        return cls(frozenset(terms), f" {' '.join(terms)}")


@dataclass(frozen=True)
class TermQuery:
    """A word of the query, its alternatives, its weight, and the columns and labels so named."""

    term: QueryTerm
    weight: float = 1.0
    typo_matches: frozenset[str] = frozenset()
    open_ended: bool = False
    roots: tuple[str, ...] = ()
    meanings: frozenset[Expression] = frozenset()
    columns: frozenset[int] = frozenset()
    labels: frozenset[int] = frozenset()

    @property
    def sought(self) -> IndexQuery:
        """Return the query for the index."""
        terms = self.term.names | self.typo_matches | set(map(label_term, self.labels))
        return IndexQuery(
            terms, frozenset(self.roots) | ({self.term.word} if self.open_ended else set()), self.meanings
        )

    def likeness(self, text: Text) -> float:
        """Return how well the text answers the word, from 0 to 1."""
        terms, word = text.terms, self.term.word
        if word in terms:
            return ITSELF
        if not self.term.names.isdisjoint(terms):
            return FORM
        if self.open_ended and f" {word}" in text.line:
            return BEGINNING
        if not self.typo_matches.isdisjoint(terms):
            return SLIP
        if any(all(not known.isdisjoint(terms) for known in expression) for expression in self.meanings):
            return MEANING
        return KIN if any(f" {root}" in text.line for root in self.roots) else 0.0


def parse_query(
    session: Session, query: str, readable: ColumnElement[bool], columns: Collection[Column], labels: Collection[Label]
) -> list[TermQuery]:
    """Expand the words of a query; cards that are not `readable` have no influence."""
    words = query_terms(query[:QUERY_MAX_CHARACTERS])
    asked = [TermQuery(word, open_ended=word.unfinished, roots=(word.root,) if word.root else ()) for word in words]
    counts = _counts(session, asked, readable)
    for place, count in enumerate(counts):
        if count == 0:
            asked[place] = _misspelt(session, asked[place])
    means = synonyms_of([replace(each.term, joined=each.term.joined | each.typo_matches) for each in asked])
    asked = [replace(each, meanings=meanings) for each, meanings in zip(asked, means, strict=True)]
    every = session.scalar(select(func.count()).select_from(Card)) or 1
    return [
        _named(replace(each, weight=_weight(count, every)), columns, labels)
        for each, count in zip(asked, counts, strict=True)
    ]


def _misspelt(session: Session, asked: TermQuery) -> TermQuery:
    """Expand a word found nowhere to words one typo away, and to words that begin with it."""
    near = typo_matches(session, asked.term)
    roots = {root for word in near if (root := QueryTerm(word, forms(word)).root)}
    open_ended = asked.open_ended or len(asked.term.word) >= _SHORTENED_FROM
    return replace(
        asked,
        typo_matches=near.union(*map(forms, near)),
        roots=tuple(sorted(roots)) if near else asked.roots,
        open_ended=open_ended,
    )


def _named(asked: TermQuery, columns: Collection[Column], labels: Collection[Label]) -> TermQuery:
    return replace(
        asked,
        columns=frozenset(column.id for column in columns if asked.likeness(_name(column.title))),
        labels=frozenset(label.id for label in labels if asked.likeness(_name(label.name))),
    )


def _counts(session: Session, asked: Sequence[TermQuery], readable: ColumnElement[bool]) -> list[int]:
    """Count the readable cards with each of these words, in one query."""
    if not asked:
        return []
    index = index_of(session)
    counting = []
    for place, each in enumerate(asked):
        words = index.query(
            [IndexQuery(each.term.names, frozenset({each.term.word} if each.open_ended else ()))], every=True
        )
        some = (
            select(index.id)
            .join(Card, Card.id == index.id)
            .where(index.holds(words), readable)
            .limit(_COUNTED)
            .subquery()
        )
        counting.append(select(literal(place, Integer).label("place"), func.count()).select_from(some))
    return [count for _place, count in session.execute(union_all(*counting).order_by("place"))]


def _weight(count: int, every: int) -> float:
    """Return the inverse document frequency."""
    return math.log(1 + every / (count + 0.5))


@lru_cache(maxsize=2000)
def _name(name: str) -> Text:
    return Text.of(index_terms(name))

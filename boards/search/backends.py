"""Write and query the index of terms on SQLite (FTS5) and PostgreSQL (full text).

Terms are letters and digits only, so nothing in them needs escaping.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    TableClause,
    Text,
    bindparam,
    cast,
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    select,
    table,
    text,
    union_all,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import UserDefinedType

from boards.search.synonyms import Expression

Terms = tuple[set[str], set[str]]  # of a card's title, and of the rest of it


@dataclass(frozen=True)
class IndexQuery:
    """Alternatives that match one word of a query: terms, prefixes, or whole expressions."""

    terms: frozenset[str]
    beginnings: frozenset[str] = frozenset()
    expressions: frozenset[Expression] = frozenset()


class Index(ABC):
    """Table with the terms of each card, of the database's own kind."""

    rows: TableClause
    id: ColumnElement[int]
    title: ColumnElement[str]
    body: ColumnElement[str]
    both: str  # operator: all of these
    either: str  # operator: any of these

    @abstractmethod
    def insert(self, session: Session, terms: Mapping[int, Terms]) -> None:
        """Write the terms of each card."""

    @abstractmethod
    def holds(self, query: str) -> ColumnElement[bool]:
        """Return the condition that a row matches the query."""

    @abstractmethod
    def rank(self, query: str) -> ColumnElement[Any]:
        """Return a sort key, smaller for better matches."""

    @abstractmethod
    def wipe(self, session: Session) -> None:
        """Purge deleted rows from the index file."""

    @abstractmethod
    def _term(self, term: str) -> str: ...

    @abstractmethod
    def _beginning(self, letters: str) -> str: ...

    def take_out(self, session: Session, ids: Iterable[int]) -> list[tuple[str, str]]:
        """Delete these cards' rows; return the terms they held, of title and rest."""
        mine = self.id.in_(list(ids))
        held = [(title, body) for title, body in session.execute(select(self.title, self.body).where(mine))]
        if held:
            session.execute(delete(self.rows).where(mine))
        return held

    def unknown(self, session: Session, words: Iterable[str]) -> list[str]:
        """Return those of these words that no row holds."""
        each = [
            select(literal(word)).where(~exists(select(self.id).where(self.holds(self._term(word))))) for word in words
        ]
        return list(session.scalars(union_all(*each)))

    def query(self, sought: Iterable[IndexQuery], *, every: bool) -> str:
        """Write a query matched by every (else any) of these words, in the database's own syntax."""
        return (self.both if every else self.either).join(
            f"({self.either.join(self._answers(each))})" for each in sought
        )

    def _answers(self, each: IndexQuery) -> Iterator[str]:
        yield from map(self._term, sorted(each.terms))
        yield from map(self._beginning, sorted(each.beginnings))
        for expression in each.expressions:
            yield f"({self.both.join(f'({self.either.join(map(self._term, sorted(word)))})' for word in expression)})"


class _FTS5(Index):
    """SQLite's virtual table."""

    rows = table("card_terms", column("rowid", Integer), column("title", Text), column("body", Text))
    id, title, body = rows.c.rowid, rows.c.title, rows.c.body
    both, either = " AND ", " OR "

    def insert(self, session: Session, terms: Mapping[int, Terms]) -> None:
        rows = [
            {"rowid": id, "title": " ".join(sorted(title)), "body": " ".join(sorted(body))}
            for id, (title, body) in terms.items()
        ]
        session.execute(insert(self.rows), rows)

    def holds(self, query: str) -> ColumnElement[bool]:
        return literal_column("card_terms").op("MATCH", is_comparison=True)(bindparam(None, query))

    def rank(self, query: str) -> ColumnElement[float]:  # noqa: ARG002 - it is the query of `holds` that is ranked
        return literal_column("bm25(card_terms, 4.0, 1.0)")

    def _term(self, term: str) -> str:
        return f'"{term}"'

    def _beginning(self, letters: str) -> str:
        return f'"{letters}" *'

    def wipe(self, session: Session) -> None:
        """Rewrite the index: deleting only marks rows as deleted."""
        session.execute(text("INSERT INTO card_terms (card_terms) VALUES ('optimize')"))


class _Terms(UserDefinedType[str]):
    """PostgreSQL's TSVECTOR or TSQUERY as text; its own types would import its dialect on SQLite too."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_options: Any) -> str:
        return self.name


_VECTOR, _QUERY = _Terms("TSVECTOR"), _Terms("TSQUERY")


class _FullText(Index):
    """PostgreSQL's term vectors, with a higher weight for titles."""

    rows = table(
        "card_terms", column("card_id", Integer), column("title", Text), column("body", Text), column("terms", _VECTOR)
    )
    id, title, body = rows.c.card_id, rows.c.title, rows.c.body
    both, either = " & ", " | "

    def insert(self, session: Session, terms: Mapping[int, Terms]) -> None:
        rows = [
            {
                "card_id": id,
                "title": " ".join(sorted(title)),
                "body": " ".join(sorted(body)),
                "terms": self._vector(title, body),
            }
            for id, (title, body) in terms.items()
        ]
        session.execute(insert(self.rows), rows)

    def _vector(self, title: set[str], body: set[str]) -> str:
        """Write every term at the same position, as weights belong to positions."""
        return " ".join(f"'{term}':1{'A' if term in title else 'D'}" for term in sorted(title | body))

    def holds(self, query: str) -> ColumnElement[bool]:
        return self.rows.c.terms.op("@@", is_comparison=True)(cast(query, _QUERY))

    def rank(self, query: str) -> ColumnElement[float]:
        return -func.ts_rank(self.rows.c.terms, cast(query, _QUERY))

    def _term(self, term: str) -> str:
        return f"'{term}'"

    def _beginning(self, letters: str) -> str:
        return f"'{letters}':*"

    def wipe(self, session: Session) -> None:
        """Do nothing: autovacuum purges deleted rows."""


def index_of(session: Session) -> Index:
    """Return the index of the session's database."""
    return _SQLITE if session.get_bind().dialect.name == "sqlite" else _POSTGRESQL


_SQLITE = _FTS5()
_POSTGRESQL = _FullText()

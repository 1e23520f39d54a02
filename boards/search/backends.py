"""What differs between the databases: how the index of terms is written and asked. A term is letters and digits, so nothing in it needs escaping."""

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
    """What answers one word of a query: any of these terms, what begins so, or all that an expression says."""

    terms: frozenset[str]
    beginnings: frozenset[str] = frozenset()
    expressions: frozenset[Expression] = frozenset()


class Index(ABC):
    """The terms of each card, in a table of the database's own kind."""

    rows: TableClause
    id: ColumnElement[int]
    title: ColumnElement[str]
    body: ColumnElement[str]
    both: str  # how its language joins what must all be there
    either: str  # or any

    @abstractmethod
    def insert(self, session: Session, told: Mapping[int, Terms]) -> None: ...

    @abstractmethod
    def holds(self, query: str) -> ColumnElement[bool]:
        """Whether a row answers the query."""

    @abstractmethod
    def rank(self, query: str) -> ColumnElement[Any]:
        """How well it does: smaller for better."""

    @abstractmethod
    def wipe(self, session: Session) -> None:
        """Leave nothing in the file of rows that were deleted."""

    @abstractmethod
    def _term(self, term: str) -> str: ...

    @abstractmethod
    def _beginning(self, letters: str) -> str: ...

    def take_out(self, session: Session, ids: Iterable[int]) -> list[tuple[str, str]]:
        """Delete these cards' rows; returns the terms that they held, of title and rest."""
        mine = self.id.in_(list(ids))
        held = [(title, body) for title, body in session.execute(select(self.title, self.body).where(mine))]
        if held:
            session.execute(delete(self.rows).where(mine))
        return held

    def unknown(self, session: Session, words: Iterable[str]) -> list[str]:
        """Which of these words no row holds."""
        each = [
            select(literal(word)).where(~exists(select(self.id).where(self.holds(self._term(word))))) for word in words
        ]
        return list(session.scalars(union_all(*each)))

    def query(self, sought: Iterable[IndexQuery], *, every: bool) -> str:
        """What is found by every (else any) of these words, in the database's own language."""
        return (self.both if every else self.either).join(
            f"({self.either.join(self._answers(each))})" for each in sought
        )

    def _answers(self, each: IndexQuery) -> Iterator[str]:
        yield from map(self._term, sorted(each.terms))
        yield from map(self._beginning, sorted(each.beginnings))
        for expression in each.expressions:
            yield f"({self.both.join(f'({self.either.join(map(self._term, sorted(word)))})' for word in expression)})"


class _FTS5(Index):
    """SQLite's: a virtual table that is asked in a language of its own."""

    rows = table("card_terms", column("rowid", Integer), column("title", Text), column("body", Text))
    id, title, body = rows.c.rowid, rows.c.title, rows.c.body
    both, either = " AND ", " OR "

    def insert(self, session: Session, told: Mapping[int, Terms]) -> None:
        rows = [
            {"rowid": id, "title": " ".join(sorted(title)), "body": " ".join(sorted(body))}
            for id, (title, body) in told.items()
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
        """Deleting only marks a row as gone: its words stay in the file until the index is written anew."""
        session.execute(text("INSERT INTO card_terms (card_terms) VALUES ('optimize')"))


class _Terms(UserDefinedType[str]):
    """PostgreSQL's vector of terms, and a question put to it: texts on their way. Its own types would bring its whole dialect, on SQLite too."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_options: Any) -> str:
        return self.name


_VECTOR, _QUERY = _Terms("TSVECTOR"), _Terms("TSQUERY")


class _FullText(Index):
    """PostgreSQL's: a vector of terms beside them, those of the title weighing more."""

    rows = table(
        "card_terms", column("card_id", Integer), column("title", Text), column("body", Text), column("terms", _VECTOR)
    )
    id, title, body = rows.c.card_id, rows.c.title, rows.c.body
    both, either = " & ", " | "

    def insert(self, session: Session, told: Mapping[int, Terms]) -> None:
        rows = [
            {
                "card_id": id,
                "title": " ".join(sorted(title)),
                "body": " ".join(sorted(body)),
                "terms": self._vector(title, body),
            }
            for id, (title, body) in told.items()
        ]
        session.execute(insert(self.rows), rows)

    def _vector(self, title: set[str], body: set[str]) -> str:
        """A weight belongs to a place in the text, so each term has one, and the same."""
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
        """The database sees to it by itself."""


def index_of(session: Session) -> Index:
    return _SQLITE if session.get_bind().dialect.name == "sqlite" else _POSTGRESQL


_SQLITE = _FTS5()
_POSTGRESQL = _FullText()

"""The index of the cards' words: SQLite's FTS5 or PostgreSQL's full text, fed with the same terms, kept in step by whoever writes cards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Integer, bindparam, delete, insert, select, text
from sqlalchemy.orm import Session

from boards.models import Card
from boards.search.models import Variant, Word
from boards.search.terms import TYPO_FROM, Wanted, index_terms, is_one_slip, variants

CANDIDATES = 300
SHORTENED_FROM = 3
_BATCH = 500


@dataclass(frozen=True)
class Sought:
    """A word of the query with every term that may stand for it in the index."""

    wanted: Wanted
    equivalents: frozenset[str] = frozenset()
    slips: frozenset[str] = frozenset()  # what it may have been meant for
    shortened: bool = False  # it may be the beginning of a word, though another follows

    @property
    def terms(self) -> frozenset[str]:
        return self.wanted.forms | self.equivalents | self.slips

    @property
    def open_ended(self) -> bool:
        return self.wanted.unfinished or (self.shortened and len(self.wanted.word) >= SHORTENED_FROM)


def index_cards(session: Session, cards: Iterable[Card]) -> None:
    """Write the terms of these cards, as they are now, in place of what was known of them."""
    cards = list(cards)
    told = {card.id: (index_terms(card.title), index_terms(card.body_text)) for card in cards}
    forget_cards(session, told)
    if told:
        rows = [{"id": id, "title": " ".join(title), "body": " ".join(body)} for id, (title, body) in told.items()]
        session.execute(text(_of(session).insert), rows)
        _learn(session, {term for each in told.values() for terms in each for term in terms})


def forget_cards(session: Session, ids: Iterable[int]) -> None:
    rows = [{"id": id} for id in ids]
    if rows:
        session.execute(text(_of(session).forget), rows)


def empty_index(session: Session) -> None:
    for statement in (text("DELETE FROM card_terms"), delete(Variant), delete(Word)):
        session.execute(statement)


def frequencies(session: Session, sought: Sequence[Sought]) -> list[int]:
    """How many cards hold each of these words, in one query."""
    if not sought:
        return []
    of = _of(session)
    counting = " UNION ALL ".join(f"SELECT {number} AS place, ({of.count.format(query=f'q{number}')})" for number in range(len(sought)))
    asked = {f"q{number}": of.query([replace(each, wanted=each.wanted.without_root())], " & ") for number, each in enumerate(sought)}
    return [row[1] for row in sorted(session.execute(text(counting), asked).tuples())]


def slips(session: Session, missed: Wanted) -> frozenset[str]:
    """The words of the index that this one may have been meant for: one slip apart, by itself or by a stem."""
    near: set[str] = set()
    for form in missed.forms:
        if len(form) >= TYPO_FROM and form.isalpha():
            close = session.scalars(select(Variant.word).where(Variant.variant.in_(variants(form))).distinct().limit(200))
            near |= {other for other in close if is_one_slip(form, other)}
    return frozenset(near)


def candidates(
    session: Session, sought: Sequence[Sought], columns: Iterable[int], *, every: bool, archived: bool
) -> dict[int, tuple[str, str]]:
    """The best cards of these columns that hold every (else any) of the words: their terms, of title and body, by id."""
    of, homes = _of(session), sorted(columns)
    if not sought or not homes:
        return {}
    asked = {"query": of.query(sought, " & " if every else " | "), "homes": homes, "archived": archived, "most": CANDIDATES}
    query = text(of.candidates).bindparams(bindparam("homes", expanding=True, type_=Integer))
    return {id: (title, body) for id, title, body in session.execute(query, asked).tuples()}


def _learn(session: Session, terms: set[str]) -> None:
    """Remember the words, so that one misspelt can be found."""
    fresh = sorted(term for term in terms if len(term) >= TYPO_FROM and term.isalpha())
    for start in range(0, len(fresh), _BATCH):
        some = fresh[start : start + _BATCH]
        known = set(session.scalars(select(Word.word).where(Word.word.in_(some))))
        new = [word for word in some if word not in known]
        if new:
            session.execute(insert(Word), [{"word": word} for word in new])
            session.execute(insert(Variant), [{"variant": variant, "word": word} for word in new for variant in variants(word)])


class _SQLite:
    insert = "INSERT INTO card_terms (rowid, title, body) VALUES (:id, :title, :body)"
    forget = "DELETE FROM card_terms WHERE rowid = :id"
    count = "SELECT count(*) FROM card_terms WHERE card_terms MATCH :{query}"
    candidates = """
        SELECT cards.id, card_terms.title, card_terms.body FROM card_terms JOIN cards ON cards.id = card_terms.rowid
        WHERE card_terms MATCH :query AND cards.column_id IN :homes AND (:archived OR cards.archived_at IS NULL)
        ORDER BY bm25(card_terms, 4.0, 1.0) LIMIT :most"""

    @staticmethod
    def query(sought: Sequence[Sought], joint: str) -> str:
        """In FTS5's own language. Terms are letters and digits, so nothing in them needs escaping."""
        return {" & ": " AND ", " | ": " OR "}[joint].join(f"({' OR '.join(_SQLite._alternatives(each))})" for each in sought)

    @staticmethod
    def _alternatives(each: Sought) -> list[str]:
        return [f'"{term}"' for term in sorted(each.terms)] + ([f'"{each.wanted.word}" *'] if each.open_ended else [])


class _PostgreSQL:
    insert = """
        INSERT INTO card_terms (card_id, title, body, terms) VALUES (:id, :title, :body,
        setweight(array_to_tsvector(array_remove(string_to_array(:title, ' '), '')), 'A') || setweight(array_to_tsvector(array_remove(string_to_array(:body, ' '), '')), 'D'))"""
    forget = "DELETE FROM card_terms WHERE card_id = :id"
    count = "SELECT count(*) FROM card_terms WHERE terms @@ CAST(:{query} AS tsquery)"
    candidates = """
        SELECT cards.id, card_terms.title, card_terms.body FROM card_terms JOIN cards ON cards.id = card_terms.card_id
        WHERE terms @@ CAST(:query AS tsquery) AND cards.column_id IN :homes AND (:archived OR cards.archived_at IS NULL)
        ORDER BY ts_rank(terms, CAST(:query AS tsquery)) DESC LIMIT :most"""

    @staticmethod
    def query(sought: Sequence[Sought], joint: str) -> str:
        return joint.join(f"({' | '.join(_PostgreSQL._alternatives(each))})" for each in sought)

    @staticmethod
    def _alternatives(each: Sought) -> list[str]:
        return [f"'{term}'" for term in sorted(each.terms)] + ([f"'{each.wanted.word}':*"] if each.open_ended else [])


def _of(session: Session) -> Any:
    return _SQLite if session.get_bind().dialect.name == "sqlite" else _PostgreSQL

"""Maintain the index of the cards' words, in the transaction that changes a card.

Labels are indexed by id, so renaming one changes no card; columns are not indexed, so a move changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session

from boards.models import Card, Column, Record
from boards.search.analyzer import TYPO_FROM, QueryTerm, index_terms, is_one_typo, label_term, variants
from boards.search.backends import index_of
from boards.search.models import Variant, Word

INDEXED = {"title", "body_html", "internal_note", "label_ids"}
_BATCH = 500
_ASKED_AT_ONCE = 100  # terms; SQLite allows at most 500 terms in a compound SELECT
_CLOSE_AT_MOST = 200


def update_index(session: Session, altered: Mapping[Card | Column, Record | None]) -> None:
    """Index the cards whose words changed. `altered` maps each row to its difference, None for new rows."""
    cards = ((card, difference) for card, difference in altered.items() if isinstance(card, Card))
    index_cards(
        session, (card for card, difference in cards if difference is None or INDEXED & difference["after"].keys())
    )


def index_cards(session: Session, cards: Iterable[Card]) -> None:
    """Replace the indexed terms of these cards by their current ones."""
    terms = {card.id: _terms(card) for card in cards}
    ids = list(terms)
    for start in range(0, len(ids), _BATCH):
        some = {id: terms[id] for id in ids[start : start + _BATCH]}
        before = _take_out(session, some)
        now = {term for each in some.values() for part in each for term in part}
        index_of(session).insert(session, some)
        _learn(session, now - before)
        _unlearn(session, before - now)


def forget_cards(session: Session, ids: Iterable[int]) -> None:
    """Remove these cards, and words only they had; call it before they are deleted."""
    ids = list(ids)
    for start in range(0, len(ids), _BATCH):
        _unlearn(session, _take_out(session, ids[start : start + _BATCH]))
    index_of(session).wipe(session)


def rebuild(session: Session) -> int:
    """Rebuild the index from all cards; return their number."""
    session.execute(text("DELETE FROM card_terms"))
    for table in (Variant, Word):
        session.execute(delete(table))
    ids = session.scalars(select(Card.id).order_by(Card.id)).all()
    for start in range(0, len(ids), _BATCH):
        index_cards(session, session.scalars(select(Card).where(Card.id.in_(ids[start : start + _BATCH]))))
        session.expunge_all()
    return len(ids)


def is_missing(session: Session) -> bool:
    """Return True if there are cards but no index, as in databases older than it."""
    indexed = session.scalar(text("SELECT 1 FROM card_terms LIMIT 1"))
    return indexed is None and session.scalar(select(Card.id).limit(1)) is not None


def typo_matches(session: Session, missed: QueryTerm) -> frozenset[str]:
    """Return the indexed words one typo away from this word or one of its stems."""
    near: set[str] = set()
    for form in missed.forms:
        if len(form) >= TYPO_FROM and form.isalpha():
            close = session.scalars(
                select(Variant.word).where(Variant.variant.in_(variants(form))).distinct().limit(_CLOSE_AT_MOST)
            )
            near |= {other for other in close if is_one_typo(form, other)}
    return frozenset(near)


def _terms(card: Card) -> tuple[set[str], set[str]]:
    """Return the terms of the title, and those of the rest."""
    labels = set(map(label_term, card.label_ids))
    return index_terms(card.title), index_terms(card.body_text) | index_terms(card.internal_note) | labels


def _take_out(session: Session, ids: Iterable[int]) -> set[str]:
    """Delete these cards from the index; return the terms they had."""
    return {
        term
        for title, body in index_of(session).take_out(session, list(ids))
        for term in (*title.split(), *body.split())
    }


def _learn(session: Session, terms: set[str]) -> None:
    """Add words to the typo dictionary."""
    for some in _words(terms, _BATCH):
        known = set(session.scalars(select(Word.word).where(Word.word.in_(some))))
        new = [word for word in some if word not in known]
        if new:
            session.execute(insert(Word), [{"word": word} for word in new])
            session.execute(
                insert(Variant),
                [{"variant": variant, "word": word} for word in new for variant in sorted(variants(word))],
            )


def _unlearn(session: Session, terms: set[str]) -> None:
    """Remove words that no card has any more from the typo dictionary."""
    for some in _words(terms, _ASKED_AT_ONCE):
        gone = index_of(session).unknown(session, some)
        for table in (Variant, Word):
            session.execute(delete(table).where(table.word.in_(gone)))


def _words(terms: set[str], size: int) -> Iterable[Sequence[str]]:
    """Yield the words long enough for typo matching, in batches."""
    words = sorted(term for term in terms if len(term) >= TYPO_FROM and term.isalpha())
    return (words[start : start + size] for start in range(0, len(words), size))

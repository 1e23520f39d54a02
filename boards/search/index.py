"""The index of the cards' words: SQLite's FTS5 or PostgreSQL's full text, fed with the same terms in the transaction that alters a card.

A label stands in it by its number, so that renaming one alters no card; where a card stands is asked of the card, so that a move alters nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session

from boards.card_fields import SEARCHED
from boards.models import Card, Column, Record
from boards.search.analyzer import TYPO_FROM, QueryTerm, index_terms, is_one_typo, label_term, variants
from boards.search.backends import index_of
from boards.search.models import Variant, Word

INDEXED = {*(field.name for field in SEARCHED), "label_ids"}
_BATCH = 500
_ASKED_AT_ONCE = 100  # terms; SQLite joins no more than 500 questions
_CLOSE_AT_MOST = 200


def update_index(session: Session, altered: Mapping[Card | Column, Record | None]) -> None:
    """Write down what a change alters of the cards' words: nothing for most. `altered`: what each row was before and is now; None for new ones."""
    cards = ((card, difference) for card, difference in altered.items() if isinstance(card, Card))
    index_cards(
        session, (card for card, difference in cards if difference is None or INDEXED & difference["after"].keys())
    )


def index_cards(session: Session, cards: Iterable[Card]) -> None:
    """Write the terms of these cards, as they are now, in place of what was known of them."""
    told = {card.id: _terms(card) for card in cards}
    ids = list(told)
    for start in range(0, len(ids), _BATCH):
        some = {id: told[id] for id in ids[start : start + _BATCH]}
        before = _take_out(session, some)
        now = {term for each in some.values() for terms in each for term in terms}
        index_of(session).insert(session, some)
        _learn(session, now - before)
        _unlearn(session, before - now)


def forget_cards(session: Session, ids: Iterable[int]) -> None:
    """Leave nothing of these cards in the index, nor any word that only they had. To be called while they are still there."""
    ids = list(ids)
    for start in range(0, len(ids), _BATCH):
        _unlearn(session, _take_out(session, ids[start : start + _BATCH]))
    index_of(session).wipe(session)


def rebuild(session: Session) -> int:
    """Make the index anew from the cards; says how many there are."""
    session.execute(text("DELETE FROM card_terms"))
    for table in (Variant, Word):
        session.execute(delete(table))
    ids = session.scalars(select(Card.id).order_by(Card.id)).all()
    for start in range(0, len(ids), _BATCH):
        index_cards(session, session.scalars(select(Card).where(Card.id.in_(ids[start : start + _BATCH]))))
        session.expunge_all()
    return len(ids)


def is_missing(session: Session) -> bool:
    """Whether cards stand there without an index: they are older than it."""
    indexed = session.scalar(text("SELECT 1 FROM card_terms LIMIT 1"))
    return indexed is None and session.scalar(select(Card.id).limit(1)) is not None


def typo_matches(session: Session, missed: QueryTerm) -> frozenset[str]:
    """The words of the index that this one may have been meant for: one slip apart, by itself or by a stem."""
    near: set[str] = set()
    for form in missed.forms:
        if len(form) >= TYPO_FROM and form.isalpha():
            close = session.scalars(
                select(Variant.word).where(Variant.variant.in_(variants(form))).distinct().limit(_CLOSE_AT_MOST)
            )
            near |= {other for other in close if is_one_typo(form, other)}
    return frozenset(near)


def _terms(card: Card) -> tuple[set[str], set[str]]:
    """Of the title, and of everything else that is to be found."""
    texts = (getattr(card, field.searched) for field in SEARCHED if field.searched and field.name != "title")
    return index_terms(card.title), set(map(label_term, card.label_ids)).union(*map(index_terms, texts))


def _take_out(session: Session, ids: Iterable[int]) -> set[str]:
    """Take these cards out of the index; returns the terms that they were known by."""
    return {
        term
        for title, body in index_of(session).take_out(session, list(ids))
        for term in (*title.split(), *body.split())
    }


def _learn(session: Session, terms: set[str]) -> None:
    """Remember the words, so that one misspelt can be found."""
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
    """Forget those of these words that no card has any more."""
    for some in _words(terms, _ASKED_AT_ONCE):
        gone = index_of(session).unknown(session, some)
        for table in (Variant, Word):
            session.execute(delete(table).where(table.word.in_(gone)))


def _words(terms: set[str], size: int) -> Iterable[Sequence[str]]:
    """Those in which a slip of the finger can be told, in batches."""
    words = sorted(term for term in terms if len(term) >= TYPO_FROM and term.isalpha())
    return (words[start : start + size] for start in range(0, len(words), size))

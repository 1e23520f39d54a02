"""Score cards: titles before texts, current before expired, recently confirmed before old."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from boards.search.query_parser import TermQuery, Text

# Weight of an answer by its place.
_IN_TITLE, _IN_COLUMN, _IN_LABEL, _IN_TEXT = 3.0, 2.0, 2.0, 1.2
_IN_BOTH = 0.3  # added when both text and title answer
_WHOLE_TITLE = 0.3  # added in proportion for a title without other words
_EXPIRED = 0.5
_A_YEAR_OLD = 0.9
_CURRENT_BOARD = 1.25


@dataclass(frozen=True)
class Candidate:
    """The facts of a card that ranking needs."""

    id: int
    title: Text
    text: Text
    column_id: int
    board_id: int
    label_ids: Sequence[int]
    ends: date | None
    confirmed: date


def score(asked: Sequence[TermQuery], card: Candidate, today: date, current_board: int | None) -> float:
    """Return how well the card answers the words, above 0 if at all."""
    found = answered = titled = 0.0
    for word in asked:
        in_title, in_text = word.likeness(card.title), word.likeness(card.text)
        best = max(
            _IN_TITLE * in_title,
            _IN_COLUMN * (card.column_id in word.columns),
            _IN_LABEL * (not word.labels.isdisjoint(card.label_ids)),
            _IN_TEXT * in_text,
        )
        found += word.weight * (best + _IN_BOTH * (in_title > 0 and in_text > 0))
        answered += word.weight * (best > 0)
        titled += in_title > 0
    found *= answered / sum(word.weight for word in asked)
    found *= 1 + _WHOLE_TITLE * titled / (1 + len(card.title.terms) / 2)
    return found * _age_factor(card, today) * (_CURRENT_BOARD if card.board_id == current_board else 1)


def _age_factor(card: Candidate, today: date) -> float:
    """Return a factor below 1 for expired cards and for old ones."""
    age = min(1.0, max(0, (today - card.confirmed).days) / 365)
    return (_EXPIRED if card.ends is not None and card.ends < today else 1) * (1 - (1 - _A_YEAR_OLD) * age)

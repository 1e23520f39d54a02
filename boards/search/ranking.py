"""What comes first: what the title says before what the text says, what holds before what has ended, what was confirmed lately before what is old."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from boards.search.query_parser import TermQuery, Text

# What an answer counts where it stands.
_IN_TITLE, _IN_COLUMN, _IN_LABEL, _IN_TEXT = 3.0, 2.0, 2.0, 1.2
_IN_BOTH = 0.3  # besides, when text and title both have it
_WHOLE_TITLE = 0.3  # of a title that says nothing else
_EXPIRED = 0.5
_A_YEAR_OLD = 0.9
_BOARD_IN_SIGHT = 1.25


@dataclass(frozen=True)
class Candidate:
    """A card that has some of the words: what ranking it takes, and no more."""

    id: int
    title: Text
    text: Text
    column_id: int
    board_id: int
    label_ids: Sequence[int]
    ends: date | None
    confirmed: date


def score(asked: Sequence[TermQuery], card: Candidate, today: date, board_in_sight: int | None) -> float:
    """How well the card answers the words, above 0 if at all."""
    found = telling = titled = 0.0
    for word in asked:
        in_title, in_text = word.likeness(card.title), word.likeness(card.text)
        best = max(
            _IN_TITLE * in_title,
            _IN_COLUMN * (card.column_id in word.columns),
            _IN_LABEL * (not word.labels.isdisjoint(card.label_ids)),
            _IN_TEXT * in_text,
        )
        found += word.weight * (best + _IN_BOTH * (in_title > 0 and in_text > 0))
        telling += word.weight * (best > 0)
        titled += in_title > 0
    found *= telling / sum(word.weight for word in asked)
    found *= 1 + _WHOLE_TITLE * titled / (1 + len(card.title.terms) / 2)
    return found * _standing(card, today) * (_BOARD_IN_SIGHT if card.board_id == board_in_sight else 1)


def _standing(card: Candidate, today: date) -> float:
    """How much what the card says is still worth."""
    age = min(1.0, max(0, (today - card.confirmed).days) / 365)
    return (_EXPIRED if card.ends is not None and card.ends < today else 1) * (1 - (1 - _A_YEAR_OLD) * age)

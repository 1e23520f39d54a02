"""Mark the words of a query in a text and cut the best excerpt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from boards.search.analyzer import composed, tokens
from boards.search.query_parser import TermQuery, Text

_BEFORE = 40  # characters of context before the first match
_CUT = re.compile(r"\s")


class ExcerptPiece(NamedTuple):
    """A stretch of text and whether it answers the query."""

    text: str
    answers: bool


class _Mark(NamedTuple):
    start: int
    end: int
    weight: float


def marked(text: str, asked: Sequence[TermQuery]) -> list[ExcerptPiece]:
    """Return the whole text on one line, in pieces."""
    line = _on_one_line(text)
    return _pieces(line, _marks(line, asked), 0, len(line))


def matching_excerpt(text: str, asked: Sequence[TermQuery], length: int = 180) -> list[ExcerptPiece]:
    """Return the stretch of about `length` characters that answers most; by default the beginning."""
    line = _on_one_line(text)
    marks = _marks(line, asked)
    start, end = _window(line, marks, length)
    pieces = _pieces(line, marks, start, end)
    before = [ExcerptPiece("… ", False)] if start else []
    return [*before, *pieces, *([ExcerptPiece("…", False)] if end < len(line) else [])]


def _marks(line: str, asked: Sequence[TermQuery]) -> list[_Mark]:
    marks = []
    for token in tokens(line):
        text = Text.of(token.terms)
        if weight := max((word.weight * word.likeness(text) for word in asked), default=0.0):
            marks.append(_Mark(token.start, token.end, weight))
    return marks


def _window(line: str, marks: Sequence[_Mark], length: int) -> tuple[int, int]:
    if len(line) <= length:
        return 0, len(line)
    heaviest = max(
        marks,
        key=lambda mark: sum(other.weight for other in marks if 0 <= other.start - mark.start < length - _BEFORE),
        default=None,
    )
    start = (
        0
        if heaviest is None or heaviest.start <= _BEFORE
        else _after_space(line, heaviest.start - _BEFORE, heaviest.start)
    )
    return start, _before_space(line, start, start + length)


def _after_space(line: str, earliest: int, latest: int) -> int:
    found = _CUT.search(line, earliest, latest)
    return found.end() if found else latest


def _before_space(line: str, start: int, latest: int) -> int:
    if latest >= len(line):
        return len(line)
    cut = line.rfind(" ", start, latest)
    return cut if cut > start else latest


def _pieces(line: str, marks: Sequence[_Mark], start: int, end: int) -> list[ExcerptPiece]:
    pieces, at = [], start
    for mark in marks:
        if start <= mark.start and mark.end <= end:
            pieces += [ExcerptPiece(line[at : mark.start], False), ExcerptPiece(line[mark.start : mark.end], True)]
            at = mark.end
    return [piece for piece in (*pieces, ExcerptPiece(line[at:end], False)) if piece.text]


def _on_one_line(text: str) -> str:
    return composed(text).replace("\n", " · ")

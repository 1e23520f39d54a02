"""Compare two texts word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

# SequenceMatcher takes quadratic to cubic time: beyond this many words the difference is one piece.
COMPARED_AT_MOST = 1000
# Unchanged words shown beside a difference.
AROUND = 8

# A word or sign with the space before it: text appended to a last word leaves that word unchanged.
_WORD = re.compile(r"\s*\w+|\s*[^\w\s]|\s+")


class Piece(NamedTuple):
    """A stretch of text and whether it stayed, was removed or was added."""

    kind: Literal["same", "removed", "added"]
    text: str


def word_differences(before: str, after: str) -> list[Piece]:
    """Return the pieces of both texts, in order: `before` is all but the added, `after` all but the removed."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    start = next(
        (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new))
    )
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    middle = _compared(old[start : len(old) - end], new[start : len(new) - end])
    pieces = [Piece("same", "".join(old[:start])), *middle, Piece("same", "".join(old[len(old) - end :]))]
    return [piece for piece in pieces if piece.text]


def condensed(pieces: list[Piece]) -> list[Piece]:
    """Shorten long unchanged pieces to the words nearest to a difference."""
    return [
        Piece("same", _near(piece.text, at > 0, at < len(pieces) - 1)) if piece.kind == "same" else piece
        for at, piece in enumerate(pieces)
    ]


def cut(pieces: list[Piece], characters: int) -> list[Piece]:
    """Return the first pieces, up to this many characters."""
    shown: list[Piece] = []
    for kind, text in pieces:
        if len(text) > characters:
            return [*shown, Piece(kind, f"{text[:characters]}…")]
        shown.append(Piece(kind, text))
        characters -= len(text)
    return shown


def _compared(old: list[str], new: list[str]) -> list[Piece]:
    if max(len(old), len(new)) > COMPARED_AT_MOST:
        return [Piece("removed", "".join(old)), Piece("added", "".join(new))]
    pieces = []
    for operation, i, j, k, m in SequenceMatcher(None, old, new).get_opcodes():
        if operation == "equal":
            pieces.append(Piece("same", "".join(old[i:j])))
        else:
            pieces += [Piece("removed", "".join(old[i:j])), Piece("added", "".join(new[k:m]))]
    return pieces


def _near(text: str, follows: bool, precedes: bool) -> str:
    words = _WORD.findall(text)
    if len(words) <= AROUND * (follows + precedes) + 1:
        return text
    head = "".join(words[:AROUND]) if follows else ""
    tail = "".join(words[-AROUND:]) if precedes else ""
    return f"{head} …{tail}" if follows else f"…{tail}" if precedes else text

"""Expressions that mean the same at a counter: abbreviations, and everyday words beside the administration's own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from boards.search.analyzer import QueryTerm, forms, is_empty, tokens

_FILE = Path(__file__).with_name("synonyms.txt")
_WORDS_AT_MOST = 4

Expression = tuple[frozenset[str], ...]  # for each word the terms by which it is known; it is found where every word is


def synonyms_of(words: Sequence[QueryTerm]) -> list[frozenset[Expression]]:
    """For each of these words, which follow each other, what else the expressions mean in which it stands."""
    found: list[set[Expression]] = [set() for _word in words]
    known = [word.names for word in words]
    for start in range(len(words)):
        for end in range(start + 1, min(start + _WORDS_AT_MOST, len(words)) + 1):
            others = _meant(known[start:end])
            for place in range(start, end):
                found[place] |= others
    return [frozenset(each) for each in found]


def _meant(said: Sequence[frozenset[str]]) -> set[Expression]:
    """What else is meant by an expression of these words."""
    meant: set[Expression] = set()
    for expression, others in (each for term in said[0] for each in _table().get(term, ())):
        if len(expression) == len(said) and all(one & other for one, other in zip(said, expression, strict=True)):
            meant |= others
    return meant


@cache
def _table() -> dict[str, list[tuple[Expression, frozenset[Expression]]]]:
    """Each expression with the others of its line, under the terms of its first word."""
    table: defaultdict[str, list[tuple[Expression, frozenset[Expression]]]] = defaultdict(list)
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            meaning = [_expression(written) for written in line.split(",")]
            for expression in meaning:
                for term in expression[0]:
                    table[term].append((expression, frozenset(other for other in meaning if other is not expression)))
    return dict(table)


def _expression(written: str) -> Expression:
    """A word with hyphens counts as one: its parts mean other things."""
    wholes = [token.joined or token.words[0] for token in tokens(written)]
    return tuple(forms(whole) for whole in wholes if not is_empty(whole)) or tuple(map(forms, wholes))

"""Look up expressions of the same meaning: abbreviations, and everyday words for official ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from boards.search.analyzer import QueryTerm, forms, is_empty, tokens

_FILE = Path(__file__).with_name("synonyms.txt")
_WORDS_AT_MOST = 4

Expression = tuple[frozenset[str], ...]  # the terms of each word, all of which must be found


def synonyms_of(words: Sequence[QueryTerm]) -> list[frozenset[Expression]]:
    """Return, for each of these consecutive words, the synonyms of the expressions it is part of."""
    found: list[set[Expression]] = [set() for _word in words]
    known = [word.names for word in words]
    for start in range(len(words)):
        for end in range(start + 1, min(start + _WORDS_AT_MOST, len(words)) + 1):
            others = _meant(known[start:end])
            for place in range(start, end):
                found[place] |= others
    return [frozenset(each) for each in found]


def _meant(words: Sequence[frozenset[str]]) -> set[Expression]:
    """Return the synonyms of an expression of these words."""
    meant: set[Expression] = set()
    for expression, others in (each for term in words[0] for each in _table().get(term, ())):
        if len(expression) == len(words) and all(one & other for one, other in zip(words, expression, strict=True)):
            meant |= others
    return meant


@cache
def _table() -> dict[str, list[tuple[Expression, frozenset[Expression]]]]:
    """Map the terms of each expression's first word to the expression and its synonyms."""
    table: defaultdict[str, list[tuple[Expression, frozenset[Expression]]]] = defaultdict(list)
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            meaning = [_expression(written) for written in line.split(",")]
            for expression in meaning:
                for term in expression[0]:
                    table[term].append((expression, frozenset(other for other in meaning if other is not expression)))
    return dict(table)


def _expression(written: str) -> Expression:
    """Return the forms of each word; a hyphenated word counts as one."""
    wholes = [token.joined or token.words[0] for token in tokens(written)]
    return tuple(forms(whole) for whole in wholes if not is_empty(whole)) or tuple(map(forms, wholes))

"""Words that mean the same at a counter: abbreviations, and everyday words beside the administration's own."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path

from boards.search.terms import fold, forms, is_root, tokens

_FILE = Path(__file__).with_name("equivalents.txt")


def equivalents(word: str) -> frozenset[str]:
    """The terms under which the other words of its lines are found; `word` without accents."""
    return frozenset().union(*(_table().get(form, frozenset()) for form in forms(word) if not is_root(form)))


@cache
def _table() -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        words = [] if line.startswith("#") else [_known_by(word) for word in line.split()]
        for word in words:
            for term in word:
                found[term] |= {other for each in words if each is not word for other in each}
    return {term: frozenset(others) for term, others in found.items()}


def _known_by(word: str) -> set[str]:
    """A word with hyphens is known by the whole alone: its parts mean other things."""
    (token,) = tokens(word)
    whole = token.joined or token.words[0]
    return {form for form in forms(whole if not token.joined else fold(whole)) if not is_root(form)}

"""The terms of a text: what is written to the index and what is looked for in it, the same on every database.

Accents, capitals and ligatures do not count; a word is known by itself and by its stems (Snowball's French); telephone numbers, times and
dates are one term however they are spaced.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from boards.search.stemming import stem

TYPO_FROM = 5  # letters: in shorter words one letter makes another word
LONGEST = 50  # characters by which a word is known: PostgreSQL refuses very long ones, and nobody types them
_PREFIX_FROM = 2
_ROOT_FROM = 5
_LABEL = "~"  # begins no word

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})
_MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
_SPACE = "[ .\u00a0\u202f-]?"
_TOKEN = re.compile(
    rf"""
    (?P<phone> (?<!\d) (?:(?:\+|00)33 {_SPACE} (?:\(0\){_SPACE})? | 0) (?P<area>[1-9]) (?P<rest>(?:{_SPACE}\d\d){{2,4}}) (?!\d) )
    | (?P<date> (?<![\d/.-]) (?P<day>0?[1-9]|[12]\d|3[01]) (?:\ ?/\ ?|[.-]) (?P<month>0?[1-9]|1[0-2]) (?:(?:\ ?/\ ?|[.-])(?P<year>(?:19|20)?\d\d))? (?![\d/.-]) )
    | (?P<time> (?<!\d) (?P<hour>[01]?\d|2[0-4]) [ \u00a0\u202f]? (?:h(?:eures?)?\b | h(?=\d) | :(?=[0-5]\d(?!\d))) [ \u00a0\u202f]? (?P<minute>[0-5]\d(?!\d))? )
    | (?P<first> \b1er\b )
    | (?P<elided> \b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu) ['’ʼ`´] (?=\w) )
    | (?P<word> [^\W_]+ (?:-[^\W_]+)* )
    """,
    re.VERBOSE | re.IGNORECASE,
)

# Words that every French sentence has: they tell nothing of what is looked for.
_EMPTY = frozenset(Path(__file__).with_name("empty_words.txt").read_text(encoding="utf-8").split())


@dataclass(frozen=True)
class QueryTerm:
    """One word of a query: itself, its other forms, what it makes with its neighbours, and whether somebody may still be typing it."""

    word: str
    forms: frozenset[str]
    unfinished: bool = False
    joined: frozenset[str] = frozenset()  # « vide grenier » may stand as « vide-grenier »

    @property
    def names(self) -> frozenset[str]:
        """The terms that are this very word."""
        return self.forms | self.joined

    @property
    def root(self) -> str | None:
        """What its kin begin with: « inscrire » and « inscription » share it, which the stemmer keeps apart."""
        return (
            self.word[: max(_ROOT_FROM, len(self.word) * 6 // 10)]
            if len(self.word) > _ROOT_FROM and self.word.isalpha()
            else None
        )


def index_terms(text: str) -> set[str]:
    """Every term under which the text can be found."""
    return {term for token in tokens(composed(text)) for term in token.terms}


def composed(text: str) -> str:
    """The text with each accent in its letter, as texts are stored; an accent that stands alone would end a word."""
    return unicodedata.normalize("NFC", text)


def query_terms(query: str, limit: int = 12) -> list[QueryTerm]:
    """What a query looks for, at most `limit` words of it; its empty words only when it has no other."""
    words = list(dict.fromkeys(word for token in tokens(composed(query)) for word in token.words if fold(word)))
    telling = [place for place, word in enumerate(words) if not is_empty(word)] or list(range(len(words)))
    last = len(words) - 1 if query[-1:].isalnum() else None
    return [
        QueryTerm(fold(word), forms(word), place == last and len(fold(word)) >= _PREFIX_FROM, _joined(words, place))
        for place, word in ((place, words[place]) for place in telling[:limit])
    ]


def is_empty(word: str) -> bool:
    """Whether every French sentence has the word, so that it tells nothing of what is looked for."""
    return fold(word) in _EMPTY


def fold(text: str) -> str:
    """Small letters and digits, without accents or ligatures."""
    letters = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(letter for letter in letters if letter.isalnum())[:LONGEST]


def variants(word: str) -> set[str]:
    """The word without each of its letters in turn, and itself: two words one slip apart share one of these."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def is_one_typo(one: str, other: str) -> bool:
    """Whether a letter too many, too few or wrong, or two changed about, is all that tells these words apart."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    rest, rest_of_other = one[start:], other[start:]
    return (
        rest[1:] == rest_of_other[1:]
        or rest[1:] == rest_of_other
        or rest == rest_of_other[1:]
        or (rest[:2] == rest_of_other[:2][::-1] and rest[2:] == rest_of_other[2:])
    )


def _joined(words: list[str], place: int) -> frozenset[str]:
    pairs = (words[start : start + 2] for start in (place - 1, place) if start >= 0)
    return frozenset(fold("".join(pair)) for pair in pairs if len(pair) == 2 and all(map(str.isalpha, pair)))


@dataclass(frozen=True)
class Token:
    """A stretch of a text, from `start` to `end`, and the words that it is known by."""

    start: int
    end: int
    words: tuple[str, ...]
    joined: str | None = None  # a word with hyphens, without them

    @property
    def terms(self) -> frozenset[str]:
        """Every term under which it can be found."""
        return frozenset().union(*map(forms, self.words), forms(self.joined) if self.joined else ())


def tokens(text: str) -> Iterator[Token]:
    """What a text is made of, but for spaces, signs and elided articles."""
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup if found.lastgroup in _TOLD else next(name for name in _TOLD if found[name] is not None)
        words = tuple(_TOLD[kind](found))
        if words:
            whole = "".join(words) if kind == "word" and len(words) > 1 else None
            yield Token(*found.span(), words, whole)


@lru_cache(maxsize=10_000)
def forms(word: str) -> frozenset[str]:
    """The word and its stems.

    People leave accents out, and the stemmer goes by them: so it is asked with and without.
    """
    plain = fold(word)
    if not plain.isalpha():
        return frozenset({plain} if plain else ())
    return frozenset({plain, fold(stem(word[:LONGEST])), stem(plain)})


def _date(found: re.Match[str]) -> list[str]:
    year = found["year"]
    return [
        str(int(found["day"])),
        _MONTHS[int(found["month"]) - 1],
        *([year if len(year) == 4 else f"20{year}"] if year else []),
    ]


def _time(found: re.Match[str]) -> list[str]:
    minute = found["minute"]
    return [f"{int(found['hour'])}h{minute if minute != '00' else ''}" if minute else f"{int(found['hour'])}h"]


def _phone(found: re.Match[str]) -> list[str]:
    return [f"0{found['area']}{re.sub(r'[^0-9]', '', found['rest'])}"]


def _word(found: re.Match[str]) -> list[str]:
    return found["word"].casefold().split("-")


_TOLD: dict[str, Callable[[re.Match[str]], list[str]]] = {
    "phone": _phone,
    "date": _date,
    "time": _time,
    "first": lambda _found: ["1"],
    "elided": lambda _found: [],
    "word": _word,
}


def label_term(label_id: int) -> str:
    """The term by which a card is found under its label, whatever that is called."""
    return f"{_LABEL}{label_id}"

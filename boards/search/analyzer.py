"""Split texts and queries into search terms, the same on every database.

Accents, capitals and ligatures do not count; words have their stems (Snowball's French) too;
phone numbers, times and dates are one term however they are spaced.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import snowballstemmer  # type: ignore[import-untyped]  # it ships no types

TYPO_FROM = 5  # letters; in shorter words one letter makes another word
MAX_TERM_CHARACTERS = 50  # characters; PostgreSQL refuses very long terms
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
    (?P<phone> (?<!\d) (?:(?:\+|00)33 {_SPACE} (?:\(0\){_SPACE})? | 0)
        (?P<area>[1-9]) (?P<rest>(?:{_SPACE}\d\d){{2,4}}) (?!\d) )
    | (?P<date> (?<![\d/.-]) (?P<day>0?[1-9]|[12]\d|3[01]) (?:\ ?/\ ?|[.-]) (?P<month>0?[1-9]|1[0-2])
        (?:(?:\ ?/\ ?|[.-])(?P<year>(?:19|20)?\d\d))? (?![\d/.-]) )
    | (?P<time> (?<!\d) (?P<hour>[01]?\d|2[0-4]) [ \u00a0\u202f]?
        (?:h(?:eures?)?\b | h(?=\d) | :(?=[0-5]\d(?!\d))) [ \u00a0\u202f]? (?P<minute>[0-5]\d(?!\d))? )
    | (?P<first> \b1er\b )
    | (?P<elided> \b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu) ['’ʼ`´] (?=\w) )
    | (?P<word> [^\W_]+ (?:-[^\W_]+)* )
    """,
    re.VERBOSE | re.IGNORECASE,
)

_stemmer = snowballstemmer.stemmer("french")
# French stop words.
_EMPTY = frozenset(Path(__file__).with_name("empty_words.txt").read_text(encoding="utf-8").split())


@dataclass(frozen=True)
class QueryTerm:
    """A word of a query with its other forms; `unfinished` when it may still be being typed."""

    word: str
    forms: frozenset[str]
    unfinished: bool = False
    joined: frozenset[str] = frozenset()  # « vide grenier » may stand as « vide-grenier »

    @property
    def names(self) -> frozenset[str]:
        """Return the terms that are this very word."""
        return self.forms | self.joined

    @property
    def root(self) -> str | None:
        """Return the prefix shared with related words that the stemmer separates, if long enough."""
        return (
            self.word[: max(_ROOT_FROM, len(self.word) * 6 // 10)]
            if len(self.word) > _ROOT_FROM and self.word.isalpha()
            else None
        )


def index_terms(text: str) -> set[str]:
    """Return every term under which the text can be found."""
    return {term for token in tokens(composed(text)) for term in token.terms}


def composed(text: str) -> str:
    """Normalize to composed accents, as stored: a separate accent would end a word."""
    return unicodedata.normalize("NFC", text)


def query_terms(query: str, limit: int = 12) -> list[QueryTerm]:
    """Return the first `limit` words of a query, stop words only when it has no others."""
    words = list(dict.fromkeys(word for token in tokens(composed(query)) for word in token.words if fold(word)))
    significant = [place for place, word in enumerate(words) if not is_empty(word)] or list(range(len(words)))
    last = len(words) - 1 if query[-1:].isalnum() else None
    return [
        QueryTerm(fold(word), forms(word), place == last and len(fold(word)) >= _PREFIX_FROM, _joined(words, place))
        for place, word in ((place, words[place]) for place in significant[:limit])
    ]


def is_empty(word: str) -> bool:
    """Return True for a stop word."""
    return fold(word) in _EMPTY


def fold(text: str) -> str:
    """Reduce to lower-case letters and digits, without accents or ligatures."""
    letters = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(letter for letter in letters if letter.isalnum())[:MAX_TERM_CHARACTERS]


def variants(word: str) -> set[str]:
    """Return the word and the word without each letter in turn; words one typo apart share one."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def is_one_typo(one: str, other: str) -> bool:
    """Return True if one letter added, missing, wrong or swapped separates the words."""
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
    """A stretch of a text from `start` to `end`, and its words."""

    start: int
    end: int
    words: tuple[str, ...]
    joined: str | None = None  # a word with hyphens, without them

    @property
    def terms(self) -> frozenset[str]:
        """Return every term under which it can be found."""
        return frozenset().union(*map(forms, self.words), forms(self.joined) if self.joined else ())


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text, without spaces, signs and elided articles."""
    for found in _TOKEN.finditer(text):
        kind = (
            found.lastgroup
            if found.lastgroup in _READERS
            else next(name for name in _READERS if found[name] is not None)
        )
        words = tuple(_READERS[kind](found))
        if words:
            whole = "".join(words) if kind == "word" and len(words) > 1 else None
            yield Token(*found.span(), words, whole)


@lru_cache(maxsize=10_000)
def forms(word: str) -> frozenset[str]:
    """Return the word and its stems, with and without accents, which people leave out."""
    plain = fold(word)
    if not plain.isalpha():
        return frozenset({plain} if plain else ())
    return frozenset({plain, fold(_stemmer.stemWord(word[:MAX_TERM_CHARACTERS])), _stemmer.stemWord(plain)})


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


_READERS: dict[str, Callable[[re.Match[str]], list[str]]] = {
    "phone": _phone,
    "date": _date,
    "time": _time,
    "first": lambda _found: ["1"],
    "elided": lambda _found: [],
    "word": _word,
}


def label_term(label_id: int) -> str:
    """Return the term that stands for a label, independent of its name."""
    return f"{_LABEL}{label_id}"

"""What one looks at of a board, or among what a search found: the filters of an address, and whether a card fits them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qs, urlencode

from boards.clock import day_of
from boards.errors import FieldError
from boards.freshness import ENDS_SOON, freshness
from boards.models import Card, Column, Kind

WORDS_MAX_CHARACTERS = 200
LABELS_AT_MOST = 10
_ID_MAX_DIGITS = 18  # what a database stores for certain; Python itself refuses to read thousands

_Word = TypeVar("_Word", bound=StrEnum)


class Fresh(StrEnum):
    """How far a card still holds: as boards/freshness.py says, and whether it ends within days."""

    CURRENT = "current"
    STALE = "stale"
    EXPIRING = "expiring"
    EXPIRED = "expired"


class Period(StrEnum):
    """How long ago a card last had news or was edited."""

    TODAY = "today"
    WEEK = "week"
    MONTH = "month"

    def first_day(self, today: date) -> date:
        return today - timedelta(days={"today": 0, "week": 6, "month": 29}[self.value])


@dataclass(frozen=True)
class Filters:
    """What is looked for: each filter that is set narrows it further, several labels too. The field names are those of addresses."""

    q: str = ""
    service: int | None = None
    label: tuple[int, ...] = ()
    fresh: Fresh | None = None
    kind: Kind | None = None
    period: Period | None = None
    mine: bool = False
    unread: bool = False

    def __bool__(self) -> bool:
        """Whether anything is set at all."""
        return self != Filters()

    @property
    def without_words(self) -> Filters:
        return replace(self, q="")

    @property
    def arguments(self) -> list[tuple[str, str]]:
        """Names and values as addresses hold them, always in the same order."""
        words = {"fresh": self.fresh, "kind": self.kind, "period": self.period}
        return [
            *([("q", self.q)] if self.q else []),
            *([("service", str(self.service))] if self.service is not None else []),
            *(("label", str(label)) for label in self.label),
            *((name, word.value) for name, word in words.items() if word is not None),
            *((name, "1") for name in ("mine", "unread") if getattr(self, name)),
        ]

    @property
    def query(self) -> str:
        """The query string that asks for this, in its one canonical form."""
        return urlencode(self.arguments)

    def fits(self, card: Card, column: Column, *, today: date, me: int, unread: bool) -> bool:
        """Whether the card is looked for by anything but its words; `unread`: whether `me` has yet to read it."""
        return (
            self.service in (None, column.service_id)
            and set(self.label) <= set(card.label_ids)
            and (self.fresh is None or self.fresh is how_it_holds(card, column, today))
            and self.kind in (None, column.kind)
            and (self.period is None or last_news(card) >= self.period.first_day(today))
            and (not self.mine or card.author_id == me)
            and (not self.unread or unread)
        )

    def known(self, *, services: Collection[int], labels: Collection[int]) -> tuple[Filters, list[FieldError]]:
        """Without the services and labels that do not exist, or not any more; and which fields named such."""
        gone = [
            FieldError(name, "literal_error", {})
            for name, named, there in (
                ("service", {self.service} - {None}, services),
                ("label", set(self.label), labels),
            )
            if not named <= set(there)
        ]
        service = self.service if self.service in services else None
        return replace(self, service=service, label=tuple(label for label in self.label if label in labels)), gone


def read_filters(arguments: Mapping[str, Sequence[str]]) -> tuple[Filters, list[FieldError]]:
    """The filters in these arguments of an address, and what is wrong with any: pages leave that out and say so, programs are refused.

    Blank ones are what an untouched form sends, and what has another name is somebody else's.
    """
    given = _Given(arguments)
    filters = Filters(
        q=given.words("q"),
        service=given.id("service"),
        label=given.ids("label"),
        fresh=given.one_of("fresh", Fresh),
        kind=given.one_of("kind", Kind),
        period=given.one_of("period", Period),
        mine=given.flag("mine"),
        unread=given.flag("unread"),
    )
    return filters, given.wrong


def filters_in(query: str) -> tuple[Filters, list[FieldError]]:
    """As `read_filters`, of a whole query string."""
    try:
        return read_filters(parse_qs(query.removeprefix("?"), keep_blank_values=True, max_num_fields=100))
    except ValueError:  # more fields than anybody fills in
        return Filters(), [FieldError("query", "too_long", {"limit": 100})]


def how_it_holds(card: Card, column: Column, today: date) -> Fresh:
    if card.valid_until is not None and today <= card.valid_until <= today + timedelta(days=ENDS_SOON):
        return Fresh.EXPIRING
    return Fresh(freshness(card, column, today))


def last_news(card: Card) -> date:
    """The day on which the card last had news, or was edited."""
    return day_of(max(filter(None, (card.created_at, card.edited_at, card.signalled_at))))


class _Given:
    """The arguments of an address, and what was found wrong while reading them."""

    def __init__(self, arguments: Mapping[str, Sequence[str]]) -> None:
        self._values = {
            name: [value.strip() for value in values if value.strip()] for name, values in arguments.items()
        }
        self.wrong: list[FieldError] = []

    def words(self, name: str) -> str:
        text = "".join(character if character.isprintable() else " " for character in " ".join(self._all(name)))
        words = " ".join(text.split())
        if len(words) > WORDS_MAX_CHARACTERS:
            self._refuse(name, "too_long", limit=WORDS_MAX_CHARACTERS)
        return words[:WORDS_MAX_CHARACTERS].rstrip()

    def id(self, name: str) -> int | None:
        return next(iter(self._ids(name, self._all(name)[-1:])), None)

    def ids(self, name: str) -> tuple[int, ...]:
        found = self._ids(name, self._all(name))
        if len(found) > LABELS_AT_MOST:
            self._refuse(name, "too_many_items", limit=LABELS_AT_MOST)
        return tuple(found[:LABELS_AT_MOST])

    def one_of(self, name: str, words: type[_Word]) -> _Word | None:
        value = self._last(name)
        if value is None or value in list(words):
            return words(value) if value else None
        self._refuse(name, "literal_error")
        return None

    def flag(self, name: str) -> bool:
        value = self._last(name)
        if value not in (None, "0", "1"):
            self._refuse(name, "literal_error")
        return value == "1"

    def _ids(self, name: str, values: Sequence[str]) -> list[int]:
        fit = [value for value in values if value.isascii() and value.isdigit() and len(value) <= _ID_MAX_DIGITS]
        if len(fit) < len(values):
            self._refuse(name, "type")
        return sorted(set(map(int, fit)))

    def _all(self, name: str) -> list[str]:
        return self._values.get(name, [])

    def _last(self, name: str) -> str | None:
        return next(iter(self._all(name)[-1:]), None)

    def _refuse(self, name: str, code: str, **facts: int) -> None:
        self.wrong.append(FieldError(name, code, facts))

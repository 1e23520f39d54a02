"""Parse the filters of an address and test cards against them."""

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
_ID_MAX_DIGITS = 18  # fits a BIGINT; Python refuses to parse thousands of digits

_Word = TypeVar("_Word", bound=StrEnum)


class Fresh(StrEnum):
    """Freshness of a card, as filtered: that of boards/freshness.py, and expiring soon."""

    CURRENT = "current"
    STALE = "stale"
    EXPIRING = "expiring"
    EXPIRED = "expired"


class Period(StrEnum):
    """Time since a card's last news or edit."""

    TODAY = "today"
    WEEK = "week"
    MONTH = "month"

    def first_day(self, today: date) -> date:
        """Return the first day of the period."""
        return today - timedelta(days={"today": 0, "week": 6, "month": 29}[self.value])


@dataclass(frozen=True)
class Filters:
    """Filters that narrow each other, several labels too; field names are those of addresses."""

    q: str = ""
    service: int | None = None
    label: tuple[int, ...] = ()
    fresh: Fresh | None = None
    kind: Kind | None = None
    period: Period | None = None
    mine: bool = False
    unread: bool = False

    def __bool__(self) -> bool:
        """Return True if any filter is set."""
        return self != Filters()

    @property
    def without_words(self) -> Filters:
        """Return the filters without the searched words."""
        return replace(self, q="")

    @property
    def arguments(self) -> list[tuple[str, str]]:
        """Return the names and values of the address, always in the same order."""
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
        """Return the canonical query string."""
        return urlencode(self.arguments)

    def fits(self, card: Card, column: Column, *, today: date, me: int, unread: bool) -> bool:
        """Return True if the card passes all filters but the words; `unread`: not yet read by `me`."""
        return (
            self.service in (None, column.service_id)
            and set(self.label) <= set(card.label_ids)
            and (self.fresh is None or self.fresh is filter_freshness(card, column, today))
            and self.kind in (None, column.kind)
            and (self.period is None or last_news(card) >= self.period.first_day(today))
            and (not self.mine or card.author_id == me)
            and (not self.unread or unread)
        )

    def known(self, *, services: Collection[int], labels: Collection[int]) -> tuple[Filters, list[FieldError]]:
        """Drop services and labels that do not exist; return an error for each such field."""
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
    """Parse query arguments; return the valid filters and an error for each invalid one.

    Blank values, as sent by an untouched form, and other names are ignored.
    """
    given = _ArgumentReader(arguments)
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
    """Parse a query string as `read_filters` does."""
    try:
        return read_filters(parse_qs(query.removeprefix("?"), keep_blank_values=True, max_num_fields=100))
    except ValueError:  # too many fields
        return Filters(), [FieldError("query", "too_long", {"limit": 100})]


def filter_freshness(card: Card, column: Column, today: date) -> Fresh:
    """Return the freshness by which the card is filtered."""
    if card.valid_until is not None and today <= card.valid_until <= today + timedelta(days=ENDS_SOON):
        return Fresh.EXPIRING
    return Fresh(freshness(card, column, today))


def last_news(card: Card) -> date:
    """Return the day of the card's last news or edit."""
    return day_of(max(filter(None, (card.created_at, card.edited_at, card.signalled_at))))


class _ArgumentReader:
    """Arguments of an address, with the errors found while parsing them."""

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

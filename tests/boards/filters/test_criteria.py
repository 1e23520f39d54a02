"""Filters in a URL: one canonical form, tolerant parsing, and matching cards."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boards.filters.criteria import LABELS_AT_MOST, Filters, Fresh, Period, filters_in
from boards.models import Card, Column, Kind

TODAY = date(2026, 11, 22)
SET = Filters("piscine fermée", 3, (2, 7), Fresh.STALE, Kind.SERVICE, Period.WEEK, mine=True, unread=True)

some_filters = st.builds(
    Filters,
    q=st.text(max_size=40).map(lambda text: " ".join("".join(filter(str.isprintable, text)).split())),
    service=st.none() | st.integers(1, 10**12),
    label=st.sets(st.integers(1, 10**6), max_size=LABELS_AT_MOST).map(lambda ids: tuple(sorted(ids))),
    fresh=st.none() | st.sampled_from(Fresh),
    kind=st.none() | st.sampled_from(Kind),
    period=st.none() | st.sampled_from(Period),
    mine=st.booleans(),
    unread=st.booleans(),
)


def card(**fields: object) -> Card:
    written = datetime(2026, 11, 1, 12, tzinfo=UTC)
    return Card(
        **{
            "label_ids": [],
            "author_id": 1,
            "created_at": written,
            "confirmed_at": written,
            "edited_at": None,
            "signalled_at": None,
            **fields,
        }
    )


def column(kind: Kind = Kind.SERVICE, service_id: int | None = 3) -> Column:
    return Column(kind=kind, service_id=service_id, check_after=90)


def fits(filters: Filters, card: Card, column: Column, *, me: int = 1, unread: bool = False) -> bool:
    return filters.fits(card, column, today=TODAY, me=me, unread=unread)


def test_the_address_has_one_form_for_the_same_filters() -> None:
    assert (
        SET.query
        == "q=piscine+ferm%C3%A9e&service=3&label=2&label=7&fresh=stale&kind=service&period=week&mine=1&unread=1"
    )
    assert filters_in(
        "unread=1&label=7&mine=1&q=%20piscine%09%20ferm%C3%A9e&label=2&label=7&period=week&kind=service&fresh=stale&service=3"
    ) == (SET, [])


@given(some_filters)
def test_a_formatted_filter_parses_back(filters: Filters) -> None:
    assert filters_in(filters.query) == (filters, [])
    assert bool(filters) == bool(filters.query)


@given(st.text(max_size=300))
def test_any_address_is_read_and_settles_at_once(query: str) -> None:
    found, _wrong = filters_in(query)
    assert filters_in(found.query) == (found, [])


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("fresh=rotten&kind=service", [("fresh", "literal_error")]),
        ("kind=column", [("kind", "literal_error")]),
        ("period=year&mine=yes", [("period", "literal_error"), ("mine", "literal_error")]),
        ("service=ccas&label=x&label=2", [("service", "type"), ("label", "type")]),
        ("service=" + "9" * 5000, [("service", "type")]),
        ("q=" + "a" * 10_000, [("q", "too_long")]),
        ("&".join(f"label={id}" for id in range(1, 40)), [("label", "too_many_items")]),
        ("&".join(f"a{id}=1" for id in range(1, 400)), [("query", "too_long")]),
        ("service=&fresh=&mine=0&as=reader", []),
        ("q=%22+OR+*+NEAR(%00%E2%80%AE", []),
    ],
)
def test_invalid_filters_are_reported_by_field_and_dropped(query: str, wrong: list[tuple[str, str]]) -> None:
    _filters, errors = filters_in(query)
    assert [(error.field, error.code) for error in errors] == wrong


def test_filters_on_missing_objects_are_reported_and_dropped() -> None:
    filters, gone = SET.known(services={1}, labels={7, 9})
    assert (filters.service, filters.label) == (None, (7,))
    assert [error.field for error in gone] == ["service", "label"]
    assert SET.known(services={3}, labels={2, 7}) == (SET, [])


def test_each_filter_narrows() -> None:
    marked = card(label_ids=[2, 7])
    assert fits(Filters(), marked, column())
    assert fits(Filters(label=(2, 7)), marked, column())
    assert not fits(Filters(label=(2, 8)), marked, column())
    assert fits(Filters(service=3), marked, column())
    assert not fits(Filters(service=3), marked, column(Kind.FREE, None))
    assert fits(Filters(kind=Kind.FREE), marked, column(Kind.FREE, None))
    assert not fits(Filters(kind=Kind.FREE), marked, column())
    assert fits(Filters(mine=True), marked, column())
    assert not fits(Filters(mine=True), marked, column(), me=2)
    assert fits(Filters(unread=True), marked, column(), unread=True)
    assert not fits(Filters(unread=True), marked, column())


@pytest.mark.parametrize(
    ("fields", "holds"),
    [
        ({}, Fresh.CURRENT),
        ({"confirmed_at": datetime(2026, 8, 20, tzinfo=UTC)}, Fresh.STALE),
        ({"confirmed_at": datetime(2026, 8, 20, tzinfo=UTC), "valid_until": date(2026, 12, 1)}, Fresh.CURRENT),
        ({"valid_until": date(2026, 11, 25)}, Fresh.EXPIRING),
        ({"valid_until": TODAY}, Fresh.EXPIRING),
        ({"valid_until": date(2026, 11, 21)}, Fresh.EXPIRED),
    ],
)
def test_each_card_holds_in_one_way(fields: dict[str, object], holds: Fresh) -> None:
    assert [fresh for fresh in Fresh if fits(Filters(fresh=fresh), card(**fields), column())] == [holds]


def test_a_period_counts_days_of_the_town_since_the_last_news() -> None:
    just_before_midnight_here = card(signalled_at=datetime(2026, 11, 21, 22, 59, tzinfo=UTC))
    just_after = card(edited_at=datetime(2026, 11, 21, 23, 1, tzinfo=UTC))
    assert not fits(Filters(period=Period.TODAY), just_before_midnight_here, column())
    assert fits(Filters(period=Period.TODAY), just_after, column())
    assert fits(Filters(period=Period.WEEK), card(created_at=datetime(2026, 11, 16, 12, tzinfo=UTC)), column())
    assert not fits(Filters(period=Period.WEEK), card(created_at=datetime(2026, 11, 15, 12, tzinfo=UTC)), column())
    assert fits(Filters(period=Period.MONTH), card(), column())

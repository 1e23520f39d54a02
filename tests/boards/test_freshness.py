"""Confirming cards, cards due for a check and their editors, silent edits, and the audience of a card."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from boards.clock import today
from boards.database import db, read_session
from boards.errors import Conflict, Forbidden, Invalid
from boards.freshness import Freshness, freshness, to_check
from boards.models import Person
from tests.clock import Clock
from tests.town import Town

DAYS_90 = timedelta(days=90)


@pytest.fixture(autouse=True)
def _noon(clock: Clock) -> None:
    clock.set("2026-09-14 12:00")


def of(town: Town, card: int) -> Freshness:
    row = town.card(card)
    return freshness(row, town.column(row.column_id), today())


def asked(town: Town, who: int) -> list[tuple[str, list[str], list[str]]]:
    person = read_session().get_one(Person, who)
    places = to_check(read_session(), person, town.fresh_board())
    return [
        (place.column.kind, [card.title for card in place.stale], [card.title for card in place.ending])
        for place in places
    ]


def test_a_card_asks_after_its_columns_delay_and_no_day_sooner(town: Town, clock: Clock) -> None:
    card = town.add_card()
    clock.set("2026-12-12 23:59")  # 89 days, the clocks having changed in between
    assert of(town, card) is Freshness.CURRENT
    clock.set("2026-12-13 00:00")
    assert of(town, card) is Freshness.STALE


def test_a_card_with_an_end_asks_for_nothing(town: Town, clock: Clock) -> None:
    card = town.add_card(valid_until="2026-12-31")
    clock.set("2026-12-31 23:00")
    assert of(town, card) is Freshness.CURRENT
    clock.set("2027-01-01 00:00")
    assert of(town, card) is Freshness.EXPIRED


def test_facilitators_set_the_delay_and_suggestions_never_ask(town: Town, clock: Clock) -> None:
    card, idea = town.add_card(), town.add_card("Idée", column=town.suggestions, suggestion="improvement")
    town.perform(town.facilitator, type="edit_column", column=town.service, check_after=7)
    clock.advance(timedelta(days=7))
    assert of(town, card) is Freshness.STALE
    town.perform(town.facilitator, type="edit_column", column=town.service, check_after=0)
    assert of(town, card) is Freshness.CURRENT
    clock.advance(timedelta(days=5000))
    assert of(town, idea) is Freshness.CURRENT
    town.perform(town.facilitator, type="undo_change", seq=town.seq)
    assert town.column(town.service).check_after == 7


@pytest.mark.parametrize("days", [-1, 3651, "90", 1.5])
def test_a_delay_is_a_number_of_days(town: Town, days: Any) -> None:
    with pytest.raises(Invalid):
        town.perform(town.facilitator, type="edit_column", column=town.service, check_after=days)


def test_one_click_confirms_says_who_and_when_and_can_be_taken_back(town: Town, clock: Clock) -> None:
    card = town.add_card()
    written = clock.moment
    clock.advance(DAYS_90)
    signalled = town.card(card).signalled_seq
    confirmed = town.perform(town.facilitator, type="confirm_card", card=card)
    row = town.card(card)
    assert (row.confirmed_at, row.confirmed_by_id, of(town, card)) == (
        clock.moment,
        town.facilitator,
        Freshness.CURRENT,
    )
    assert (row.version, row.signalled_seq, row.edited_at) == (1, signalled, None)
    town.perform(town.facilitator, type="undo_change", seq=confirmed.seq)
    assert (town.card(card).confirmed_at, town.card(card).confirmed_by_id) == (written, town.agent)


def test_a_confirmation_that_somebody_repeated_is_not_taken_back(town: Town, clock: Clock) -> None:
    card = town.add_card()
    clock.advance(timedelta(hours=1))
    first = town.perform(town.agent, type="confirm_card", card=card)
    clock.advance(timedelta(hours=1))
    town.perform(town.facilitator, type="confirm_card", card=card)
    with pytest.raises(Conflict, match="changed_since"):
        town.perform(town.agent, type="undo_change", seq=first.seq)


def test_only_editors_confirm(town: Town) -> None:
    card = town.add_card()
    for who in (town.colleague, town.reader):
        with pytest.raises(Forbidden):
            town.perform(who, type="confirm_card", card=card)
    town.perform(town.agent, type="archive_card", card=card)
    with pytest.raises(Conflict, match="card_archived"):
        town.perform(town.agent, type="confirm_card", card=card)


def test_each_is_asked_for_what_they_may_edit_the_oldest_first_then_what_ends_soon(town: Town, clock: Clock) -> None:
    town.add_card("Ancienne")
    clock.advance(timedelta(days=1))
    town.add_card("Moins ancienne")
    town.add_card("Libre", column=town.free, actor=town.colleague)
    clock.advance(DAYS_90)
    town.add_card("Dans trois jours", valid_until=(today() + timedelta(days=3)).isoformat())
    town.add_card("Ce soir", valid_until=today().isoformat())
    town.add_card("Dans quatre jours", valid_until=(today() + timedelta(days=4)).isoformat())
    service = ("service", ["Ancienne", "Moins ancienne"], ["Ce soir", "Dans trois jours"])
    free: tuple[str, list[str], list[str]] = ("free", ["Libre"], [])
    assert asked(town, town.agent) == [service, free]
    assert asked(town, town.facilitator) == [service, free]
    assert asked(town, town.colleague) == [free]
    assert asked(town, town.reader) == []


def test_contributors_are_asked_to_check_only_their_own_cards(town: Town, clock: Clock) -> None:
    town.perform(town.facilitator, type="set_rights", column=town.free, agents="contribute")
    town.add_card("De Léo", column=town.free, actor=town.colleague)
    town.add_card("De Sonia", column=town.free)
    clock.advance(DAYS_90)
    assert asked(town, town.colleague) == [("free", ["De Léo"], [])]


def test_the_number_of_queries_does_not_grow_with_the_cards_to_check(town: Town, clock: Clock) -> None:
    def queries() -> int:
        board, person = town.fresh_board(), read_session().get_one(Person, town.facilitator)
        counted: list[Any] = []
        event.listen(db.engine, "before_cursor_execute", count := lambda *arguments: counted.append(arguments[2]))
        to_check(read_session(), person, board)
        event.remove(db.engine, "before_cursor_execute", count)
        return len(counted)

    town.add_card()
    clock.advance(DAYS_90)
    few = queries()
    for number in range(20):
        town.add_card(f"Info {number}")
    clock.advance(DAYS_90)
    assert queries() == few <= 4


def test_each_edit_confirms_and_is_news_but_for_silent_ones(town: Town, clock: Clock) -> None:
    card = town.add_card()
    clock.advance(DAYS_90)
    before = town.card(card)
    town.perform(town.facilitator, type="edit_card", card=card, version=1, title="Piscine fermé", silent=True)
    row = town.card(card)
    assert (row.title, row.version) == ("Piscine fermé", 2)
    assert (row.confirmed_at, row.confirmed_by_id, row.signalled_seq) == (
        before.confirmed_at,
        town.agent,
        before.signalled_seq,
    )
    town.perform(town.facilitator, type="edit_card", card=card, version=2, title="Piscine fermée")
    row = town.card(card)
    assert (row.confirmed_at, row.confirmed_by_id, row.signalled_seq) == (clock.moment, town.facilitator, town.seq)


@pytest.mark.parametrize("fields", [{"valid_until": "2030-01-01"}, {"tellable": False}, {"visible_from": None}])
def test_nothing_but_a_text_is_mended_silently(town: Town, fields: dict[str, Any]) -> None:
    card = town.add_card()
    with pytest.raises(Invalid) as refused:
        town.perform(town.agent, type="edit_card", card=card, version=1, title="Autre", silent=True, **fields)
    assert [(error.field, error.code) for error in refused.value.errors] == [("silent", "not_silently")]


def test_restoring_undoing_or_reusing_a_text_is_news(town: Town) -> None:
    card = town.add_card("Avant", body="<p>Un</p>")
    first = town.seq
    steps: list[dict[str, Any]] = [
        {"type": "edit_card", "version": 1, "body": "<p>Deux</p>"},
        {"type": "restore_text", "version": 2, "seq": first},
    ]
    for what in steps:
        town.perform(town.facilitator, card=card, **what)
        assert (town.card(card).signalled_seq, town.card(card).signalled_by_id) == (town.seq, town.facilitator)
    town.perform(town.agent, type="undo_change", seq=town.seq)
    assert (town.card(card).signalled_seq, town.card(card).signalled_by_id) == (town.seq, town.agent)
    town.perform(town.agent, type="archive_card", card=card)
    town.perform(town.facilitator, type="restore_card", card=card)
    assert (town.card(card).signalled_seq, town.card(card).signalled_by_id) == (town.seq, town.facilitator)


def test_moving_is_no_news(town: Town) -> None:
    card = town.add_card()
    town.perform(town.facilitator, type="move_card", card=card, column=town.free)
    assert town.card(card).signalled_seq == town.seq - 1


def test_the_audience_follows_the_column_unless_set(town: Town) -> None:
    def tellable(column: int, **fields: Any) -> bool:
        return town.card(town.add_card("Info", column=column, actor=town.facilitator, **fields)).tellable

    assert [tellable(column) for column in (town.service, town.free, town.guide, town.suggestions)] == [
        True,
        True,
        False,
        False,
    ]
    assert [tellable(town.service, tellable=False), tellable(town.guide, tellable=True)] == [False, True]
    town.perform(town.facilitator, type="set_rights", column=town.free, readers="none")
    assert not tellable(town.free)
    town.perform(town.facilitator, type="set_rights", column=town.service, services={str(town.mediatheque): "none"})
    assert not tellable(town.service)


def test_internal_note_and_audience_are_edited_and_taken_back(town: Town) -> None:
    card = town.add_card(internal_note="Clé chez le gardien\n\n ")
    assert town.card(card).internal_note == "Clé chez le gardien"
    edited = town.perform(town.agent, type="edit_card", card=card, version=1, internal_note="", tellable=False)
    assert (town.card(card).internal_note, town.card(card).tellable) == ("", False)
    town.perform(town.agent, type="undo_change", seq=edited.seq)
    assert (town.card(card).internal_note, town.card(card).tellable) == ("Clé chez le gardien", True)


def test_a_text_taken_up_again_brings_its_note_but_no_passed_end_and_no_audience(town: Town, clock: Clock) -> None:
    card = town.add_card("Avant", internal_note="Note", valid_until=(today() + timedelta(days=1)).isoformat())
    then = town.seq
    town.perform(
        town.agent,
        type="edit_card",
        card=card,
        version=1,
        title="Après",
        internal_note="",
        valid_until=None,
        tellable=False,
    )
    clock.advance(timedelta(days=3))
    town.perform(town.agent, type="restore_text", card=card, version=2, seq=then)
    row = town.card(card)
    assert (row.title, row.internal_note, row.valid_until, row.tellable) == ("Avant", "Note", None, False)


def test_a_note_has_its_limit(town: Town) -> None:
    with pytest.raises(Invalid) as refused:
        town.add_card(internal_note="x" * 4001)
    assert (refused.value.errors[0].field, refused.value.errors[0].code) == ("internal_note", "too_long")

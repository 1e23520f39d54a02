"""Flashes: rights to start and stop one, duration, limit of three per town, and audience."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from boards.commands import parse_command
from boards.database import read_session, write_transaction
from boards.errors import Conflict, Invalid, Refusal
from boards.flashes import flashes_for, unread_among
from boards.log.time_travel import board_as_it_was
from boards.models import Person
from boards.personal.unread import mark_seen
from tests.clock import Clock
from tests.town import Town


@pytest.fixture
def card(town: Town, clock: Clock) -> int:
    """Create an info of the agent's own service, on a Monday at ten."""
    clock.set("2026-11-23 10:00")
    return town.add_card("Piscine évacuée")


def light(town: Town, card: int, *, actor: int | None = None, **fields: Any) -> None:
    town.perform(actor or town.agent, type="flash_card", card=card, on=True, **fields)


def put_out(town: Town, card: int, *, actor: int | None = None) -> None:
    town.perform(actor or town.agent, type="flash_card", card=card, on=False)


def lit(town: Town, who: str = "facilitator") -> list[str]:
    """Return the titles of active flashes readable by this person."""
    read_session().rollback()
    return [
        flash.card.title
        for flash in flashes_for(
            read_session(), read_session().get_one(Person, getattr(town, who), populate_existing=True)
        )
    ]


def unread(town: Town, who: str) -> set[int]:
    read_session().rollback()
    person = read_session().get_one(Person, getattr(town, who), populate_existing=True)
    return unread_among(read_session(), person, flashes_for(read_session(), person))


def refusal(town: Town, actor: int, **command: Any) -> str:
    before = (town.seq, len(town.log))
    with pytest.raises(Refusal) as refused:
        town.perform(actor, **command)
    assert (town.seq, len(town.log)) == before
    return refused.value.code


def of_another_board(town: Town, title: str, *, hidden: bool = False) -> int:
    """Create a card in a free column of the other board."""
    made = town.perform(
        town.facilitator, board=town.other_board, type="add_column", title=f"Là où {title}", kind="free"
    )
    (column,) = made.columns
    added = town.perform(town.facilitator, board=town.other_board, type="add_card", column=column, title=title)
    if hidden:
        town.perform(
            town.facilitator, board=town.other_board, type="set_rights", column=column, agents="none", readers="none"
        )
    return next(iter(added.cards))


def light_there(town: Town, card: int) -> None:
    town.perform(town.facilitator, board=town.other_board, type="flash_card", card=card, on=True)


# --- on and off -------------------------------------------------------------------------------------------------------


def test_it_flashes_until_the_end_of_the_day_in_the_town(town: Town, card: int, clock: Clock) -> None:
    light(town, card)
    assert lit(town) == ["Piscine évacuée"]
    assert town.card(card).flash_until == datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert town.log[-1].type == "card_flashed"
    clock.set("2026-11-23 23:59:59")
    assert lit(town) == ["Piscine évacuée"]
    clock.set("2026-11-24 00:00")
    assert lit(town) == []


def test_or_until_a_moment_within_a_week(town: Town, card: int, clock: Clock) -> None:
    light(town, card, until="2026-11-23T10:30:00+01:00")
    clock.set("2026-11-23 10:30")
    assert lit(town) == []
    light(town, card, until="2026-11-30T10:30:00+01:00")
    for until, code in {
        "2026-11-23T10:30:00+01:00": "moment_past",
        "2026-11-30T10:30:01+01:00": "flash_too_long",
    }.items():
        with pytest.raises(Invalid) as refused:
            light(town, card, until=until)
        assert [(error.field, error.code) for error in refused.value.errors] == [("until", code)]


def test_a_day_of_twenty_three_hours_ends_with_it(town: Town, clock: Clock) -> None:
    clock.set("2027-03-28 01:30")
    card = town.add_card()
    light(town, card)
    assert town.card(card).flash_until == datetime(2027, 3, 28, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "until", ["demain", "2026-02-30T10:00:00Z", "2026-11-23T18:00:00", "2026-11-23", 1_795_000_000, True, [], ""]
)
def test_an_invalid_moment_is_refused(until: Any) -> None:
    with pytest.raises(Invalid) as refused:
        parse_command({"type": "flash_card", "card": 1, "on": True, "until": until})
    assert [error.field for error in refused.value.errors] == ["until"]


def test_a_stopped_flash_has_no_end(town: Town) -> None:
    with pytest.raises(Invalid) as refused:
        parse_command({"type": "flash_card", "card": 1, "on": False, "until": "2026-11-23T18:00:00Z"})
    assert [(error.field, error.code) for error in refused.value.errors] == [("until", "put_out_now")]


def test_anyone_who_may_publish_in_the_column_starts_and_stops_it(town: Town, card: int) -> None:
    for stranger in (town.colleague, town.reader):
        assert refusal(town, stranger, type="flash_card", card=card, on=True) == "may_not_edit"
    light(town, card, actor=town.facilitator)
    assert refusal(town, town.colleague, type="flash_card", card=card, on=False) == "may_not_edit"
    put_out(town, card)
    assert lit(town) == []
    assert refusal(town, town.agent, type="flash_card", card=card, on=False) == "not_flashing"
    idea = town.add_card("Une idée", column=town.suggestions, actor=town.colleague)
    assert refusal(town, town.agent, type="flash_card", card=idea, on=True) == "may_not_edit"
    light(town, idea, actor=town.colleague)
    town.perform(
        town.facilitator,
        type="set_rights",
        column=town.service,
        agents="none",
        readers="none",
        services={str(town.ccas): "none"},
    )
    assert refusal(town, town.agent, type="flash_card", card=card, on=True) == "card_not_found"


# --- end of a flash ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("put_away", ["archive_card", "archive_cards"])
def test_an_archived_card_stops_flashing_even_once_restored(town: Town, card: int, put_away: str) -> None:
    light(town, card)
    town.perform(town.agent, type=put_away, **({"card": card} if put_away == "archive_card" else {"cards": [card]}))
    assert lit(town) == []
    assert refusal(town, town.agent, type="flash_card", card=card, on=True) == "card_archived"
    town.perform(town.agent, type="undo_change", seq=town.seq)
    assert town.card(card).archived_at is None
    assert lit(town) == []


def test_it_ends_with_the_last_day_of_its_card(town: Town, card: int, clock: Clock) -> None:
    town.perform(town.agent, type="edit_card", card=card, version=1, valid_until="2026-11-24")
    light(town, card, until="2026-11-28T10:00:00+01:00")
    assert town.card(card).flash_until == datetime(2026, 11, 24, 23, tzinfo=UTC)
    clock.set("2026-11-25 08:00")
    assert refusal(town, town.agent, type="flash_card", card=card, on=True) == "card_expired"


def test_it_ends_when_its_card_is_told_to_end_earlier(town: Town, card: int, clock: Clock) -> None:
    light(town, card, until="2026-11-28T10:00:00+01:00")
    town.perform(town.agent, type="edit_card", card=card, version=1, valid_until="2026-11-24")
    clock.set("2026-11-25 00:00")
    assert lit(town) == []


def test_it_is_gone_with_its_column_or_board(town: Town, card: int) -> None:
    light(town, card)
    town.perform(town.facilitator, type="archive_column", column=town.service)
    assert lit(town) == []
    town.perform(town.facilitator, type="restore_column", column=town.service)
    assert lit(town) == ["Piscine évacuée"]
    elsewhere = of_another_board(town, "Ailleurs")
    light_there(town, elsewhere)
    town.perform(town.facilitator, board=town.other_board, type="archive_board")
    assert lit(town) == ["Piscine évacuée"]


# --- three at most ----------------------------------------------------------------------------------------------------


def test_a_fourth_flash_is_refused_naming_the_readable_active_ones(town: Town, card: int, clock: Clock) -> None:
    here, there, hidden = (
        town.add_card("Ici"),
        of_another_board(town, "Là-bas"),
        of_another_board(town, "À part", hidden=True),
    )
    light(town, here)
    light_there(town, there)
    light_there(town, hidden)
    assert lit(town) == ["À part", "Là-bas", "Ici"]
    with pytest.raises(Conflict, match="too_many_flashes") as refused:
        light(town, card)
    assert refused.value.facts == {"titles": ["Là-bas", "Ici"], "at_most": 3}
    light(town, here)  # one of the three may begin anew
    put_out(town, here)
    light(town, card)
    clock.set("2026-11-24 00:00")
    light(town, here)
    assert lit(town) == ["Ici"]


def test_one_that_comes_back_with_its_column_gives_way_to_later_ones(town: Town, card: int, clock: Clock) -> None:
    light(town, card)
    town.perform(town.facilitator, type="archive_column", column=town.service)
    for title in ("Un", "Deux", "Trois"):
        clock.advance(timedelta(seconds=1))
        light_there(town, of_another_board(town, title))
    town.perform(town.facilitator, type="restore_column", column=town.service)
    assert lit(town) == ["Trois", "Deux", "Un"]


# --- audience ---------------------------------------------------------------------------------------------------------


def test_only_those_who_may_read_its_column_see_it(town: Town, card: int) -> None:
    light(town, card)
    assert all(lit(town, who) == ["Piscine évacuée"] for who in ("agent", "colleague", "reader"))
    town.perform(town.facilitator, type="set_rights", column=town.service, agents="none", readers="none")
    assert lit(town, "agent") == ["Piscine évacuée"]
    assert lit(town, "colleague") == lit(town, "reader") == []


def test_it_is_news_to_everybody_but_its_author_until_read(town: Town, card: int) -> None:
    light(town, card)
    assert unread(town, "agent") == set()
    assert unread(town, "colleague") == unread(town, "reader") == {card}
    with write_transaction() as session:
        person, row = session.get_one(Person, town.colleague), town.card(card)
        mark_seen(session, person, row, row.signalled_seq)
    assert unread(town, "colleague") == set()
    assert unread(town, "reader") == {card}
    light(town, card)
    assert unread(town, "colleague") == {card}  # anew


# --- taking back ------------------------------------------------------------------------------------------------------


def test_lighting_and_putting_out_are_taken_back(town: Town, card: int, clock: Clock) -> None:
    light(town, card, until="2026-11-23T12:00:00+01:00")
    light(town, card, until="2026-11-23T18:00:00+01:00")
    town.perform(town.agent, type="undo_change", seq=town.seq)
    assert town.card(card).flash_until == datetime(2026, 11, 23, 11, tzinfo=UTC)
    put_out(town, card)
    seq = town.seq
    town.perform(town.agent, type="undo_change", seq=seq)
    assert lit(town) == ["Piscine évacuée"]
    assert refusal(town, town.agent, type="undo_change", seq=seq) == "changed_since"
    put_out(town, card)
    for title in ("Un", "Deux", "Trois"):
        light(town, town.add_card(title))
    assert refusal(town, town.agent, type="undo_change", seq=town.log[-7].seq) == "too_many_flashes"
    clock.advance(timedelta(days=1))
    town.perform(town.agent, type="undo_change", seq=town.log[-7].seq)  # it is over by now
    assert lit(town) == []


def test_the_same_moment_again_is_a_flash_of_its_own(town: Town, card: int, clock: Clock) -> None:
    light(town, card)
    first = town.card(card).flash_until
    clock.advance(timedelta(minutes=1))
    light(town, card)
    town.perform(town.agent, type="undo_change", seq=town.seq)
    assert town.card(card).flash_until == first
    assert lit(town) == ["Piscine évacuée"]


def test_the_past_shows_what_flashed_then(town: Town, card: int) -> None:
    light(town, card)
    seq = town.seq
    put_out(town, card)
    read_session().rollback()
    past = board_as_it_was(read_session(), read_session().get_one(Person, town.agent), town.fresh_board(), seq)
    assert [card.flash_until is not None for card in past.cards[town.service]] == [True]

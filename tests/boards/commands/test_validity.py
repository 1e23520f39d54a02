"""Validity dates: publishing and expiring by schedule, refusals, and visibility of waiting cards."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from app.board.rendering import serialize_change
from boards import freshness
from boards.clock import start_of, today
from boards.commands import parse_command
from boards.commands.base import Command
from boards.commands.scheduled import ExpireCards, PublishCards
from boards.database import read_session, write_transaction
from boards.errors import Busy, Conflict, Forbidden, Invalid, NotFound
from boards.freshness import expire_due, publish_due
from boards.history.feed import history
from boards.log.change_log import CommittedChange, changes_after
from boards.log.time_travel import board_as_it_was, card_as_it_was
from boards.models import Board, Card, Person
from boards.perform import perform_scheduled
from boards.queries import archived, find_card, scheduled
from boards.search.engine import search
from boards.suggestions import notices, unread_notices
from tests.clock import Clock
from tests.town import Town


@pytest.fixture(autouse=True)
def _noon(clock: Clock) -> None:
    clock.set("2026-11-23 12:00")  # a Monday


def day(after: int) -> str:
    return (today() + timedelta(days=after)).isoformat()


def test_a_card_for_later_waits_and_is_published_on_its_day(town: Town, clock: Clock) -> None:
    card = town.add_card("Vœux du maire", visible_from=day(2), valid_until=day(5))
    assert town.titles(town.service) == []
    assert (town.card(card).visible_from, town.card(card).signalled_seq) == (date(2026, 11, 25), 0)
    clock.set("2026-11-24 23:59")
    assert publish_due() == 0
    clock.set("2026-11-25 00:00")
    assert publish_due() == 1
    row = town.card(card)
    assert (town.titles(town.service), row.visible_from, row.confirmed_at) == (["Vœux du maire"], None, clock.moment)
    assert (row.signalled_seq, row.signalled_by_id) == (town.seq, town.agent)  # no news to who wrote it
    assert (town.log[-1].type, town.log[-1].actor_id) == ("cards_published", None)
    assert publish_due() == 0


@pytest.mark.parametrize("when", [-1, 0])
def test_from_today_or_before_it_stands_at_once(town: Town, when: int) -> None:
    card = town.add_card(visible_from=day(when))
    assert (town.card(card).archived_at, town.card(card).visible_from) == (None, None)


def test_a_card_leaves_after_its_last_day(town: Town, clock: Clock) -> None:
    card = town.add_card("Piscine fermée", valid_until=day(0))
    clock.set("2026-11-23 23:59")
    assert expire_due() == 0
    clock.set("2026-11-24 00:00")
    assert expire_due() == 1
    assert town.titles(town.service) == []
    assert freshness.has_expired(town.card(card))
    assert (town.log[-1].type, town.log[-1].actor_id) == ("cards_expired", None)
    before = town.seq
    assert (expire_due(), town.seq) == (0, before)


def test_after_a_long_time_down_all_is_caught_up(town: Town, clock: Clock) -> None:
    """Due cards are published; cards whose end has passed too stay archived."""
    missed = town.add_card("Marché de Noël", visible_from=day(1), valid_until=day(2))
    late = town.add_card("Vœux du maire", visible_from=day(3))
    clock.advance(timedelta(days=10))
    assert (publish_due(), expire_due()) == (1, 1)
    assert town.titles(town.service) == ["Vœux du maire"]
    assert (town.card(missed).visible_from, freshness.has_expired(town.card(missed))) == (None, True)
    assert town.card(late).archived_at is None


def test_a_board_that_fails_holds_up_no_other(town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    here = town.add_card("Vœux", visible_from=day(1))
    added = town.perform(town.facilitator, board=town.other_board, type="add_column", title="Ailleurs", kind="free")
    [column] = added.columns
    there = town.perform(
        town.facilitator, board=town.other_board, type="add_card", column=column, title="Braderie", visible_from=day(1)
    )
    [elsewhere] = there.cards

    def perform_but_here(board_id: int, command: Command) -> CommittedChange:
        if board_id == town.board:
            raise Busy("database_unavailable")
        return perform_scheduled(board_id, command)

    clock.advance(timedelta(days=1))
    monkeypatch.setattr(freshness, "perform_scheduled", perform_but_here)
    with pytest.raises(ExceptionGroup, match="1 of 2 boards"):
        publish_due()
    assert (town.card(here).is_scheduled, town.card(elsewhere).is_scheduled) == (True, False)


def test_due_cards_of_a_board_are_one_change_in_bounded_batches(
    town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        town.add_card(f"Info {number}", valid_until=day(0))
    other = town.add_card("Sans fin")
    clock.advance(timedelta(days=1))
    before = town.seq
    assert (expire_due(), town.seq) == (5, before + 1)
    for card in range(1, 6):
        town.perform(town.agent, type="restore_card", card=card)
    with write_transaction() as session:
        session.query(Card).filter(Card.id != other).update({"valid_until": today() - timedelta(days=1)})
    monkeypatch.setattr(freshness, "ExpireCards", lambda: ExpireCards(at_most=2))
    before = town.seq
    assert (expire_due(), town.seq) == (5, before + 3)


def test_boards_that_were_archived_are_left_alone(town: Town, clock: Clock) -> None:
    card = town.add_card(valid_until=day(0))
    clock.advance(timedelta(days=1))
    with write_transaction() as session:
        session.get_one(Board, town.board).archived_at = clock.moment
    assert expire_due() == 0
    with write_transaction() as session:
        session.get_one(Board, town.board).archived_at = None
    assert expire_due() == 1
    assert town.card(card).archived_at is not None


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"valid_until": -1}, ("valid_until", "day_past")),
        ({"visible_from": 5, "valid_until": 4}, ("valid_until", "ends_before_it_is_shown")),
    ],
)
def test_dates_out_of_order_or_past_are_refused_for_a_new_card_and_an_edit(
    town: Town, fields: dict[str, int], wrong: tuple[str, str]
) -> None:
    dates: dict[str, Any] = {name: day(after) for name, after in fields.items()}
    card = town.add_card()
    before = town.seq
    commands: list[dict[str, Any]] = [
        {"type": "add_card", "column": town.service, "title": "Info"},
        {"type": "edit_card", "card": card, "version": 1, "title": "Autre"},
    ]
    for command in commands:
        with pytest.raises(Invalid) as refused:
            town.perform(town.agent, **command, **dates)
        assert [(error.field, error.code) for error in refused.value.errors] == [wrong]
    assert (town.seq, town.card(card).title) == (before, "Piscine fermée")


def test_a_waiting_card_may_not_be_moved_beyond_its_end(town: Town) -> None:
    card = town.add_card(valid_until=day(3))
    with pytest.raises(Invalid) as refused:
        town.perform(town.agent, type="edit_card", card=card, version=1, visible_from=day(4))
    assert refused.value.errors[0].field == "visible_from"


def test_an_end_that_has_passed_may_stay_as_it_is(town: Town, clock: Clock) -> None:
    """An unchanged end is accepted until archiving, as forms resend the values they show."""
    card = town.add_card(valid_until=day(0))
    clock.advance(timedelta(days=1))
    town.perform(town.agent, type="edit_card", card=card, version=1, title="Piscine rouverte", valid_until="2026-11-23")
    assert town.card(card).title == "Piscine rouverte"


def test_a_standing_card_may_be_sent_to_wait_and_be_published_at_once(town: Town) -> None:
    card = town.add_card("Vœux")
    town.perform(town.agent, type="edit_card", card=card, version=1, visible_from=day(3))
    assert town.titles(town.service) == []
    town.perform(town.agent, type="edit_card", card=card, version=2, title="Vœux du maire")
    assert town.card(card).is_scheduled
    town.perform(town.agent, type="edit_card", card=card, version=3, visible_from=None)
    assert town.titles(town.service) == ["Vœux du maire"]
    assert town.card(card).signalled_seq == town.seq


def test_publish_now_is_restoring(town: Town) -> None:
    card = town.add_card("Vœux", visible_from=day(3))
    town.perform(town.facilitator, type="restore_card", card=card)
    row = town.card(card)
    assert (row.is_scheduled, row.archived_at, row.confirmed_by_id, row.signalled_by_id) == (
        False,
        None,
        town.facilitator,
        town.facilitator,
    )


def test_archiving_a_waiting_card_ends_its_wait_and_undoing_lets_it_wait_again(town: Town, clock: Clock) -> None:
    card = town.add_card("Vœux", visible_from=day(3))
    away = town.perform(town.agent, type="archive_card", card=card)
    assert (town.card(card).is_scheduled, town.card(card).archived_at is None) == (False, False)
    town.perform(town.agent, type="undo_change", seq=away.seq)
    assert town.card(card).visible_from == date(2026, 11, 26)
    assert town.titles(town.service) == []
    clock.advance(timedelta(days=3))
    assert publish_due() == 1


def test_a_new_card_for_later_can_be_taken_back_and_brought_back(town: Town) -> None:
    card = town.add_card("Vœux", visible_from=day(3))
    undone = town.perform(town.agent, type="undo_change", seq=town.seq)
    assert not town.card(card).is_scheduled
    town.perform(town.agent, type="undo_change", seq=undone.seq)
    assert town.card(card).is_scheduled


def test_a_waiting_card_moves_and_stays_off_the_board(town: Town) -> None:
    card = town.add_card("Vœux", visible_from=day(3))
    town.perform(town.facilitator, type="move_card", card=card, column=town.free)
    assert (town.titles(town.free), town.card(card).column_id) == ([], town.free)


def test_restoring_an_expired_card_takes_its_end_off(town: Town, clock: Clock) -> None:
    card = town.add_card(valid_until=day(0))
    clock.advance(timedelta(days=2))
    expire_due()
    town.perform(town.agent, type="restore_card", card=card)
    assert (town.card(card).valid_until, town.card(card).archived_at, town.card(card).version) == (None, None, 2)
    assert expire_due() == 0


def test_scheduled_changes_are_not_undone(town: Town, clock: Clock) -> None:
    town.add_card(valid_until=day(0))
    clock.advance(timedelta(days=1))
    expire_due()
    with pytest.raises(Conflict, match="cannot_undo"):
        town.perform(town.facilitator, type="undo_change", seq=town.seq)


def test_when_nothing_is_due_nothing_is_written(town: Town) -> None:
    before = town.seq
    for command in (PublishCards(), ExpireCards()):
        with pytest.raises(Conflict, match="nothing_due"):
            perform_scheduled(town.board, command)
    assert town.seq == before


@pytest.mark.parametrize(
    ("shown_on", "just_before", "at_midnight"),
    [
        ("2027-03-28", "2027-03-27T22:59:59+00:00", "2027-03-27T23:00:00+00:00"),  # summer time begins during this day
        ("2027-03-29", "2027-03-28T21:59:59+00:00", "2027-03-28T22:00:00+00:00"),  # and has begun
        ("2027-10-31", "2027-10-30T21:59:59+00:00", "2027-10-30T22:00:00+00:00"),  # it ends
        ("2027-11-01", "2027-10-31T22:59:59+00:00", "2027-10-31T23:00:00+00:00"),
    ],
)
def test_days_begin_at_the_towns_midnight_whatever_the_season(
    town: Town, clock: Clock, shown_on: str, just_before: str, at_midnight: str
) -> None:
    eve = (date.fromisoformat(shown_on) - timedelta(days=1)).isoformat()
    town.add_card("Arrive", visible_from=shown_on)
    town.add_card("Part", valid_until=eve)
    assert start_of(date.fromisoformat(shown_on)).isoformat() == at_midnight
    clock.set(just_before)
    assert (publish_due(), expire_due()) == (0, 0)
    clock.set(at_midnight)
    assert (publish_due(), expire_due()) == (1, 1)
    assert town.titles(town.service) == ["Arrive"]


# A waiting card is visible to its author, the agent, and to its editor, the facilitator; to nobody else.

SECRET = "Fermeture surprise"


def person(id: int) -> Person:
    return read_session().get_one(Person, id)


def everything_told(town: Town, who: int) -> str:
    """Return the page, all changes, the history and the archive as this person gets them."""
    board, me = town.fresh_board(), person(who)
    missed = changes_after(read_session(), board, 0).changes or []
    told: list[Any] = [serialize_change(change, me.audience, "fr") for change in missed]
    told += [
        [(each.title, each.before, each.after) for each in entry.told]
        for entry in history(read_session(), me, board).entries
    ]
    told += [
        card.title for card, _column in archived(read_session(), board, me)[1] + scheduled(read_session(), board, me)
    ]
    told += [
        card.title
        for seq in range(1, board.seq + 1)
        for cards in board_as_it_was(read_session(), me, board, seq).cards.values()
        for card in cards
    ]
    told += [each.card.title for each in notices(read_session(), me)]
    told += [each.card.title for each in search(read_session(), me, SECRET, today(), archived=True).cards]
    return str(told)


@pytest.mark.parametrize("put_away", [False, True])
def test_a_card_leaks_nowhere_while_it_waits_nor_when_it_was_put_away_before_its_day(
    town: Town, put_away: bool
) -> None:
    card = town.add_card(SECRET, visible_from=day(3))
    town.perform(town.agent, type="edit_card", card=card, version=1, body=f"<p>{SECRET}</p>")
    town.perform(town.facilitator, type="move_card", card=card, column=town.service, after=None)
    if put_away:
        town.perform(town.agent, type="archive_card", card=card)
        assert not town.card(card).is_scheduled
    for who in (town.agent, town.facilitator):
        assert find_card(read_session(), person(who), card)
        assert SECRET in everything_told(town, who)
    for who in (town.colleague, town.reader):
        with pytest.raises(NotFound):
            find_card(read_session(), person(who), card)
        with pytest.raises(NotFound):
            card_as_it_was(read_session(), person(who), town.fresh_board(), card, town.seq)
        assert SECRET not in everything_told(town, who)
        for command in ("restore_card", "archive_card", "confirm_card"):
            with pytest.raises((NotFound, Forbidden)) as refused:
                town.perform(who, type=command, card=card)
            assert refused.value.code == "card_not_found"


def test_restoring_a_waiting_card_shows_it_to_everybody(town: Town) -> None:
    card = town.add_card(SECRET, visible_from=day(3))
    town.perform(town.agent, type="archive_card", card=card)
    town.perform(town.agent, type="restore_card", card=card)
    assert find_card(read_session(), person(town.reader), card)[0].title == SECRET
    town.perform(town.agent, type="archive_card", card=card)
    assert SECRET in everything_told(town, town.reader)


def test_nobody_even_hears_that_something_happens_to_a_waiting_card(town: Town) -> None:
    committed = town.perform(town.agent, type="add_card", column=town.service, title=SECRET, visible_from=day(3))
    reader, agent = person(town.reader).audience, person(town.agent).audience
    assert serialize_change(committed, reader, "fr")["type"] == "unseen"
    assert serialize_change(committed, agent, "fr")["cards"] == {"1": None}


def test_a_card_that_leaves_to_wait_leaves_everybodys_page(town: Town) -> None:
    card = town.add_card("Vœux")
    committed = town.perform(town.agent, type="edit_card", card=card, version=1, title=SECRET, visible_from=day(3))
    assert serialize_change(committed, person(town.reader).audience, "fr")["cards"] == {str(card): None}
    assert SECRET not in everything_told(town, town.reader)


def test_drafts_before_publication_stay_visible_to_editors_only(town: Town, clock: Clock) -> None:
    card = town.add_card(SECRET, visible_from=day(1))
    town.perform(town.agent, type="edit_card", card=card, version=1, title="Ouverture", internal_note="Badge chez Léo")
    clock.advance(timedelta(days=1))
    publish_due()
    told = everything_told(town, town.reader)
    assert "Ouverture" in told
    assert SECRET not in told
    assert SECRET in everything_told(town, town.agent)
    whats = [
        each.what
        for entry in history(read_session(), person(town.reader), town.fresh_board()).entries
        for each in entry.told
        if each.of_card
    ]
    assert whats == ["published_on_time"]


def test_a_notice_about_a_waiting_card_waits_too(town: Town) -> None:
    card = town.add_card("Une idée", column=town.suggestions, actor=town.colleague, suggestion="improvement")
    town.perform(town.facilitator, type="set_status", card=card, status="studied")
    assert unread_notices(read_session(), person(town.colleague)) == 1
    town.perform(town.facilitator, type="edit_card", card=card, version=1, visible_from=day(2))
    assert town.card(card).is_scheduled
    assert unread_notices(read_session(), person(town.colleague)) == 0
    assert notices(read_session(), person(town.colleague)) == []


def test_scheduled_changes_have_no_actor_in_the_history(town: Town, clock: Clock) -> None:
    town.add_card("Vœux", visible_from=day(1), valid_until=day(1))
    clock.advance(timedelta(days=1))
    publish_due()
    clock.advance(timedelta(days=1))
    expire_due()
    entries = history(read_session(), person(town.reader), town.fresh_board()).entries
    assert [(entry.actor, entry.told[0].what, entry.may_undo) for entry in entries[:2]] == [
        (None, "expired", False),
        (None, "published_on_time", False),
    ]


@pytest.mark.parametrize("written", [1_767_225_600, "1767225600", 20270101, True])
def test_a_number_of_seconds_is_neither_a_day_nor_a_moment(town: Town, written: object) -> None:
    for command in (
        {"type": "add_card", "column": town.service, "title": "Piscine", "valid_until": written},
        {"type": "flash_card", "card": 1, "on": True, "until": written},
    ):
        with pytest.raises(Invalid) as refused:
            parse_command(command)
        assert [error.field for error in refused.value.errors] == ["valid_until" if "column" in command else "until"]

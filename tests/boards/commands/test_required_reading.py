"""« Lecture demandée »: requesting a reading, its audience and readers, and the single reminder."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from boards.commands import parse_command
from boards.database import read_session, write_transaction
from boards.directory import make_default
from boards.errors import Invalid, Refusal
from boards.models import Board, Person
from boards.models.personal import Notice
from boards.personal.read_receipts import ReadStatus, mark_version_read, read_status, read_versions
from boards.personal.reminders import remind_readers
from boards.suggestions import notices, unread_notices
from tests.clock import Clock
from tests.town import Town


@pytest.fixture
def card(town: Town, clock: Clock) -> int:
    clock.set("2026-11-23 10:00")
    return town.add_card("Nouveaux horaires")


def ask(town: Town, card: int, *, actor: int | None = None, **fields: Any) -> None:
    town.perform(actor or town.agent, type="require_reading", card=card, required=True, **fields)


def stop(town: Town, card: int) -> None:
    town.perform(town.agent, type="require_reading", card=card, required=False)


def read(town: Town, who: int, card: int) -> None:
    with write_transaction() as session:
        mark_version_read(session, who, card, town.card(card).version)


def opened(town: Town, who: str, card: int) -> ReadStatus | None:
    row = town.card(card)
    column = town.column(row.column_id)
    person = read_session().get_one(Person, getattr(town, who), populate_existing=True)
    return read_status(read_session(), person, read_session().get_one(Board, town.board), row, column)


def names(town: Town, card: int) -> tuple[set[str], set[str]]:
    """Return the names of readers and of non-readers."""
    found = opened(town, "facilitator", card)
    assert found
    assert found.readership
    return {person.name for person in found.readership.readers}, {person.name for person in found.readership.others}


def remind() -> dict[int, list[int]]:
    read_session().rollback()
    return remind_readers()


def told(town: Town, who: str) -> list[int]:
    read_session().rollback()
    rows = (
        read_session()
        .query(Notice)
        .filter_by(person_id=getattr(town, who), what="reading_reminder")
        .order_by(Notice.id)
    )
    return [notice.card_id for notice in rows]


def refusal(town: Town, actor: int, **command: Any) -> str:
    before = (town.seq, len(town.log))
    with pytest.raises(Refusal) as refused:
        town.perform(actor, **command)
    assert (town.seq, len(town.log)) == before
    return refused.value.code


# --- asking -----------------------------------------------------------------------------------------------------------


def test_editors_of_the_card_request_and_withdraw_a_reading(town: Town, card: int) -> None:
    for stranger in (town.colleague, town.reader):
        assert refusal(town, stranger, type="require_reading", card=card, required=True) == "may_not_edit"
    ask(town, card)
    assert town.card(card).must_read
    stop(town, card)
    row = town.card(card)
    assert (row.must_read, row.must_read_services, row.must_read_at) == (False, [], None)
    idea = town.add_card("Une idée", column=town.suggestions, actor=town.colleague)
    ask(town, idea, actor=town.colleague)  # its author
    assert refusal(town, town.agent, type="require_reading", card=idea, required=False) == "may_not_edit"


def test_everybody_who_may_read_it_is_asked_or_the_agents_of_some_services(town: Town, card: int) -> None:
    ask(town, card)
    assert names(town, card) == (set(), {"Élise Laurent", "Sonia Bernard", "Léo Dumas", "Carole Viala"})
    ask(town, card, services=[town.mediatheque, town.mediatheque])
    assert town.card(card).must_read_services == [town.mediatheque]
    assert names(town, card) == (set(), {"Léo Dumas"})
    ask(town, card, services=[town.mediatheque, town.ccas])
    read(town, town.colleague, card)
    assert names(town, card) == ({"Léo Dumas"}, {"Sonia Bernard"})
    town.perform(town.facilitator, type="set_rights", column=town.service, agents="none", services={})
    assert names(town, card) == (set(), {"Sonia Bernard"})  # those who may read it no longer are not counted


@pytest.mark.parametrize("services", [[0], ["3"], [True], "3", {"3": True}, [1] * 201, None])
def test_services_are_ids(services: Any) -> None:
    with pytest.raises(Invalid):
        parse_command({"type": "require_reading", "card": 1, "required": True, "services": services})


def test_services_must_be_in_use_and_a_withdrawn_request_has_none(town: Town, card: int) -> None:
    assert (
        refusal(town, town.agent, type="require_reading", card=card, required=True, services=[987_654])
        == "service_not_found"
    )
    with pytest.raises(Invalid) as refused:
        parse_command({"type": "require_reading", "card": card, "required": False, "services": [town.ccas]})
    assert [(error.field, error.code) for error in refused.value.errors] == [("services", "nobody_asked")]


def test_it_is_withdrawn_by_anyone_who_could_request_it(town: Town, card: int, clock: Clock) -> None:
    ask(town, card, services=[town.ccas])
    asked_at = town.card(card).must_read_at
    clock.advance(timedelta(hours=1))
    ask(town, card)
    assert refusal(town, town.colleague, type="undo_change", seq=town.seq) == "may_not_edit"
    town.perform(town.agent, type="undo_change", seq=town.seq)
    row = town.card(card)
    assert (row.must_read, row.must_read_services, row.must_read_at) == (True, [town.ccas], asked_at)


def test_agents_do_not_undo_a_request_on_a_card_moved_to_the_guide(town: Town, clock: Clock) -> None:
    card = town.add_card("Une règle", column=town.free)
    ask(town, card)
    seq = town.seq
    town.perform(town.facilitator, type="move_card", card=card, column=town.guide)
    town.perform(town.facilitator, type="set_rights", column=town.guide, agents="edit")
    assert refusal(town, town.agent, type="undo_change", seq=seq) == "may_not_arrange"


# --- reading it -------------------------------------------------------------------------------------------------------


def test_readers_count_until_the_card_is_edited(town: Town, card: int) -> None:
    ask(town, card)
    read(town, town.colleague, card)
    assert names(town, card)[0] == {"Léo Dumas"}
    read_session().rollback()
    assert read_versions(
        read_session(), read_session().get_one(Person, town.colleague), read_session().get_one(Board, town.board)
    ) == {card: 1}
    town.perform(town.agent, type="edit_card", card=card, version=1, body="<p>De 9 h à 12 h.</p>")
    assert names(town, card)[0] == set()


def test_everybody_sees_the_count_and_editors_see_the_non_readers(town: Town, card: int) -> None:
    ask(town, card, services=[town.mediatheque])
    seen = {who: opened(town, who, card) for who in ("facilitator", "agent", "colleague", "reader")}
    assert all(each and each.readership and each.readership.among == 1 for each in seen.values())
    assert {who for who, each in seen.items() if each and each.by_name} == {"facilitator", "agent"}
    assert {who for who, each in seen.items() if each and each.is_asked} == {"colleague"}
    stop(town, card)
    assert opened(town, "facilitator", card) is None


# --- the reminder -----------------------------------------------------------------------------------------------------


def test_non_readers_are_reminded_once_after_two_days(town: Town, card: int, clock: Clock) -> None:
    other = town.add_card("Autre info", column=town.free, actor=town.facilitator)
    ask(town, card)
    ask(town, other, actor=town.facilitator, services=[town.mediatheque])
    read(town, town.reader, card)
    clock.advance(timedelta(days=2) - timedelta(seconds=1))
    assert remind() == {}
    clock.advance(timedelta(seconds=1))
    assert remind() == {town.facilitator: [card], town.colleague: [card, other]}  # neither who read it nor who wrote it
    assert remind() == {}
    clock.advance(timedelta(days=30))
    assert remind() == {}
    assert told(town, "colleague") == [card, other]
    person = read_session().get_one(Person, town.colleague)
    assert unread_notices(read_session(), person) == 2
    assert [(each.notice.what, each.actor) for each in notices(read_session(), person)] == [
        ("reading_reminder", None)
    ] * 2


def test_asked_anew_it_is_reminded_of_anew(town: Town, card: int, clock: Clock) -> None:
    ask(town, card, services=[town.mediatheque])
    clock.advance(timedelta(days=2))
    assert remind() == {town.colleague: [card]}
    ask(town, card, services=[town.mediatheque])
    assert remind() == {}
    clock.advance(timedelta(days=2))
    assert remind() == {town.colleague: [card]}
    town.perform(town.agent, type="undo_change", seq=town.seq)  # the first time it was asked: that was told
    assert remind() == {}


def test_readers_of_an_earlier_version_have_two_days_again(town: Town, card: int, clock: Clock) -> None:
    ask(town, card, services=[town.mediatheque])
    read(town, town.colleague, card)
    clock.advance(timedelta(days=5))
    town.perform(town.agent, type="edit_card", card=card, version=1, body="<p>Autrement.</p>")
    assert remind() == {}
    clock.advance(timedelta(days=2))
    assert remind() == {town.colleague: [card]}


def test_two_workers_at_once_remind_once(app: Flask, town: Town, card: int, clock: Clock) -> None:
    ask(town, card)
    clock.advance(timedelta(days=2))
    together = Barrier(2)

    def work() -> dict[int, list[int]]:
        with app.app_context():
            together.wait()
            return remind_readers()

    with ThreadPoolExecutor(2) as workers:
        one, other = [job.result() for job in [workers.submit(work), workers.submit(work)]]
    assert sorted([*one, *other]) == sorted([town.facilitator, town.colleague, town.reader])
    assert all(told(town, who) == [card] for who in ("facilitator", "colleague", "reader"))


@pytest.mark.parametrize("gone", ["stopped", "archived", "column", "board", "rights", "disabled"])
def test_only_the_audience_is_reminded(town: Town, card: int, clock: Clock, gone: str) -> None:
    ask(town, card, services=[town.mediatheque])
    if gone == "stopped":
        stop(town, card)
    elif gone == "archived":
        town.perform(town.agent, type="archive_card", card=card)
    elif gone == "column":
        town.perform(town.facilitator, type="archive_column", column=town.service)
    elif gone == "board":
        with write_transaction() as session:
            make_default(session, town.other_board)
        town.perform(town.facilitator, type="archive_board")
    elif gone == "rights":
        town.perform(town.facilitator, type="set_rights", column=town.service, services={str(town.mediatheque): "none"})
    else:
        with write_transaction() as session:
            session.get_one(Person, town.colleague).disabled_at = clock()
    clock.advance(timedelta(days=3))
    assert remind() == {}

"""« Nouveautés » lists unread cards with the difference from the version this person last read."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, select

from boards.commands.import_columns import ImportColumns
from boards.commands.import_data import IncomingCard, IncomingColumn, Tally
from boards.database import db, read_session
from boards.freshness import expire_due
from boards.models import Board, Card, Kind, Person
from boards.perform import perform
from boards.personal.unread import mark_all, set_unread
from boards.whats_new import SHOWN_AT_MOST, News, NewsItem, NewsKind, news_for
from tests.boards.personal.test_unread import act, see
from tests.clock import Clock
from tests.town import Town


def news(town: Town, person: int) -> News:
    board = town.fresh_board()
    return news_for(read_session(), read_session().get_one(Person, person), board)


def only(found: News) -> NewsItem:
    (item,) = found.items
    return item


@pytest.fixture
def card(town: Town) -> int:
    """Create a card that everybody has read."""
    card = town.add_card("Piscine fermée", body="<p>Vidange annuelle.</p>")
    for person in (town.facilitator, town.colleague, town.reader):
        act(person, mark_all, Board, town.board, town.seq)
    return card


def test_a_new_card_says_who_published_it_and_when(town: Town) -> None:
    card = town.add_card("Piscine fermée")
    item = only(news(town, town.reader))
    assert (item.card.id, item.what, item.column.id) == (card, NewsKind.NEW, town.service)
    assert item.by is not None
    assert item.by.name == "Sonia Bernard"
    assert item.at == item.card.signalled_at
    assert not news(town, town.agent)


def test_a_text_that_changed_is_told_against_what_this_person_last_saw(town: Town, card: int) -> None:
    town.perform(town.agent, type="edit_card", card=card, version=1, title="Piscine rouverte", body="<p>Vidange.</p>")
    see(town, town.colleague, card)
    town.perform(
        town.agent, type="edit_card", card=card, version=2, body="<p>Vidange finie.</p>", valid_until="2199-01-02"
    )
    later, earlier = only(news(town, town.colleague)), only(news(town, town.reader))
    assert (later.what, earlier.what) == (NewsKind.CHANGED, NewsKind.CHANGED)
    assert later.activity.before == {"body_html": "<p>Vidange.</p>", "valid_until": None}
    assert earlier.activity.before == {
        "title": "Piscine fermée",
        "body_html": "<p>Vidange annuelle.</p>",
        "valid_until": None,
    }
    assert earlier.activity.after == {
        "title": "Piscine rouverte",
        "body_html": "<p>Vidange finie.</p>",
        "valid_until": "2199-01-02",
    }


def test_a_card_added_and_edited_since_is_new_without_a_difference(town: Town, card: int) -> None:
    other = town.add_card("Brouillon")
    town.perform(town.agent, type="edit_card", card=other, version=1, title="Au propre")
    item = only(news(town, town.reader))
    assert (item.what, item.activity.before) == (NewsKind.NEW, {})


def test_an_edit_that_was_taken_back_by_hand_differs_in_nothing(town: Town, card: int) -> None:
    town.perform(town.agent, type="edit_card", card=card, version=1, title="Autre")
    town.perform(town.agent, type="edit_card", card=card, version=2, title="Piscine fermée")
    assert only(news(town, town.reader)).activity.before == {}


def test_text_from_an_unreadable_column_is_not_shown_as_earlier_version(town: Town, card: int) -> None:
    secret = town.add_card("Licenciement", column=town.free)
    town.perform(town.facilitator, type="set_rights", column=town.free, readers="none")
    act(town.reader, mark_all, Board, town.board, town.seq)
    act(town.colleague, mark_all, Board, town.board, town.seq)
    town.perform(town.facilitator, type="move_card", card=secret, column=town.service)
    town.perform(town.agent, type="edit_card", card=secret, version=1, title="Bienvenue")
    assert (only(news(town, town.reader)).what, only(news(town, town.reader)).activity.before) == (NewsKind.NEW, {})
    assert only(news(town, town.colleague)).activity.before == {"title": "Licenciement"}


def test_an_answered_suggestion_shows_its_outcome(town: Town) -> None:
    idea = town.add_card("Un banc", column=town.suggestions)
    town.perform(town.facilitator, type="set_status", card=idea, status="studied")
    act(town.reader, mark_all, Board, town.board, town.seq)
    town.perform(town.facilitator, type="set_status", card=idea, status="declined", note="Trop cher.")
    item = only(news(town, town.reader))
    assert (item.what, item.activity.before["status"], item.activity.after["note"]) == (
        NewsKind.ANSWERED,
        "studied",
        "Trop cher.",
    )


def test_a_card_set_back_to_unread_says_so(town: Town, card: int) -> None:
    act(town.reader, set_unread, Card, card)
    assert only(news(town, town.reader)).what == NewsKind.SET_BACK


def test_it_is_told_by_column_as_this_person_sees_them_the_newest_first(town: Town) -> None:
    one, two = town.add_card("Un", column=town.free), town.add_card("Deux")
    three = town.add_card("Trois", after=None)
    found = news(town, town.reader)
    assert [(column.id, [item.card.id for item in items]) for column, items in found.columns] == [
        (town.service, [three, two]),
        (town.free, [one]),
    ]
    assert found.count == 3


def test_a_read_card_that_ends_today_is_listed(town: Town, clock: Clock) -> None:
    clock.set("2026-11-22 10:00")
    card, unread = town.add_card("Ce soir", valid_until="2026-11-22"), town.add_card("Aussi", valid_until="2026-11-22")
    town.add_card("Demain", valid_until="2026-11-23")
    act(town.reader, mark_all, Board, town.board, town.card(card).signalled_seq)
    found = news(town, town.reader)
    assert [item.card.id for item in found.ending] == [card]
    assert [item.card.id for item in found.items if item.ends_today] == [unread]
    clock.set("2026-11-22 23:30")  # in the town it is still this day
    assert [item.card.id for item in news(town, town.reader).ending] == [card]


def test_more_than_can_be_read_at_once_is_counted(town: Town) -> None:
    for number in range(SHOWN_AT_MOST + 3):
        town.add_card(str(number))
    found = news(town, town.reader)
    assert (found.count, len(found.items), found.items[0].card.title) == (
        SHOWN_AT_MOST + 3,
        SHOWN_AT_MOST,
        str(SHOWN_AT_MOST + 2),
    )


def test_the_number_of_queries_is_constant(town: Town, card: int) -> None:
    def statements() -> int:
        board, person = town.fresh_board(), read_session().get_one(Person, town.reader)
        asked: list[str] = []

        def hear(*anything: Any) -> None:
            asked.append(anything[2])

        event.listen(db.engine, "before_cursor_execute", hear)
        news_for(read_session(), person, board)
        event.remove(db.engine, "before_cursor_execute", hear)
        return len(asked)

    town.perform(town.agent, type="edit_card", card=card, version=1, title="Autre")
    few = statements()
    cards = [town.add_card() for _ in range(10)]
    act(town.reader, mark_all, Board, town.board, town.seq)
    for number in cards:
        town.perform(town.agent, type="edit_card", card=number, version=1, body="<p>Oui</p>", valid_until="2199-01-01")
    assert statements() == few


def test_the_list_is_empty_when_nothing_is_new(town: Town) -> None:
    found = news(town, town.reader)
    assert not found
    assert (found.count, found.items, found.expired, found.ending) == (0, [], [], [])


def test_an_edited_imported_card_is_compared_with_the_import(town: Town) -> None:
    column = IncomingColumn("Importée", Kind.FREE, 250, cards=[IncomingCard(title="Avant")])
    perform(town.facilitator, town.board, ImportColumns(columns=[column], tally=Tally()))
    (card,) = read_session().scalars(select(Card.id)).all()
    assert not news(town, town.reader)
    town.perform(town.facilitator, type="edit_card", card=card, version=1, title="Après")
    item = only(news(town, town.reader))
    assert (item.what, item.activity.before) == (NewsKind.CHANGED, {"title": "Avant"})


def test_an_ended_card_rescheduled_for_later_is_listed_for_its_editors_only(town: Town, clock: Clock) -> None:
    clock.set("2026-11-23 12:00")
    card = town.add_card("Piscine fermée", valid_until="2026-11-23")
    clock.set("2026-11-24 08:00")
    expire_due()
    assert [item.card.id for item in news(town, town.reader).expired] == [card]
    town.perform(town.agent, type="restore_card", card=card)
    version = town.card(card).version
    town.perform(
        town.agent,
        type="edit_card",
        card=card,
        version=version,
        title="Fermeture définitive",
        visible_from="2026-12-24",
    )
    for person in (town.reader, town.colleague):
        assert not news(town, person)

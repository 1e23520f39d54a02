"""The board at an earlier moment equals the page of that moment, for people who could read it then and still may."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from boards.database import db, read_session, write_transaction
from boards.errors import NotFound
from boards.log.time_travel import PastBoard, board_as_it_was, card_as_it_was, seq_at
from boards.models import Card, Change, Column, Person
from tests.town import Town


def past(town: Town, seq: int, who: int | None = None) -> PastBoard:
    board = town.fresh_board()
    return board_as_it_was(read_session(), read_session().get_one(Person, who or town.facilitator), board, seq)


def past_card(town: Town, card: int, seq: int, who: int | None = None) -> tuple[Card, Column]:
    board = town.fresh_board()
    return card_as_it_was(read_session(), read_session().get_one(Person, who or town.facilitator), board, card, seq)


def titles(past: PastBoard) -> dict[str, list[str]]:
    return {column.title: [card.title for card in past.cards[column.id]] for column in past.columns}


@pytest.fixture
def card(town: Town) -> int:
    return town.add_card("Un", body="<p>Ouvert mardi</p>", valid_until="2031-01-02")


def test_everything_that_happened_since_is_taken_back(town: Town, card: int) -> None:
    then = town.seq
    town.add_card("Deux")
    town.perform(
        town.facilitator, type="edit_card", card=card, version=1, title="Autre", body="<p>Fermé</p>", valid_until=None
    )
    town.perform(town.facilitator, type="edit_column", column=town.service, title="Renommée", hue=100)
    town.perform(town.facilitator, type="move_column", column=town.service)
    town.perform(town.agent, type="move_card", card=card, column=town.free)
    town.perform(town.agent, type="archive_card", card=card)
    town.perform(town.facilitator, type="archive_column", column=town.guide)
    town.perform(town.facilitator, type="add_column", title="Nouvelle", kind="free")
    assert titles(past(town, then)) == {"Service": ["Un"], "Guide": [], "Suggestions": [], "Free": []}
    was = past(town, then).cards[town.service][0]
    assert (was.body_html, was.body_text, was.valid_until, was.version) == (
        "<p>Ouvert mardi</p>",
        "Ouvert mardi",
        date(2031, 1, 2),
        1,
    )
    assert was.author is not None
    assert (was.author.name, was.edited_by) == ("Sonia Bernard", None)
    assert titles(past(town, town.seq)) == {"Suggestions": [], "Free": [], "Renommée": ["Deux"], "Nouvelle": []}


def test_before_the_first_change_there_was_nothing(town: Town, card: int) -> None:
    assert titles(past(town, 0)) == {}
    assert titles(past(town, 1)) == {"Service": []}


def test_the_past_cannot_be_written(town: Town, card: int) -> None:
    then = past(town, town.seq)
    assert not any(row in read_session() for row in (*then.columns, *then.cards[town.service]))


def test_a_past_column_is_visible_to_people_who_could_read_it_then_and_may_now(town: Town) -> None:
    town.add_card("Secret", column=town.free, actor=town.facilitator)
    seqs = {"open": town.seq}
    town.perform(town.facilitator, type="set_rights", column=town.free, agents="none")
    seqs["closed"] = town.seq
    assert "Free" not in titles(past(town, seqs["open"], town.agent))
    assert "Free" in titles(past(town, seqs["open"]))
    town.perform(town.facilitator, type="set_rights", column=town.free, agents="read")
    assert "Free" in titles(past(town, seqs["open"], town.agent))
    assert "Free" not in titles(past(town, seqs["closed"], town.agent))
    assert titles(past(town, town.seq, town.agent))["Free"] == ["Secret"]


def test_a_card_as_it_was_wherever_it_stands_now(town: Town, card: int) -> None:
    then = town.seq
    town.perform(town.agent, type="edit_card", card=card, version=1, title="Autre")
    town.perform(town.agent, type="move_card", card=card, column=town.free)
    town.perform(town.facilitator, type="edit_column", column=town.service, title="Renommée")
    was, home = past_card(town, card, then, town.reader)
    assert (was.title, home.title) == ("Un", "Service")
    town.perform(town.agent, type="archive_card", card=card)
    assert past_card(town, card, town.seq)[0].archived_at is not None
    town.perform(town.facilitator, type="set_rights", column=town.free, readers="none")
    assert past_card(town, card, then, town.reader)[0].title == "Un"
    for seq in (town.seq, then - 1, then + 2):
        with pytest.raises(NotFound):
            past_card(town, card, seq, town.reader)
    with pytest.raises(NotFound):
        past_card(town, 987654, then)


def test_the_change_at_a_moment(town: Town, card: int) -> None:
    last = town.seq
    with write_transaction() as session:
        for change in session.query(Change).filter_by(board_id=town.board):
            change.at -= timedelta(days=last - change.seq)
    board = town.fresh_board()
    at = town.log[-1].at
    assert seq_at(read_session(), board, at) == last
    assert seq_at(read_session(), board, at - timedelta(seconds=1)) == last - 1
    assert seq_at(read_session(), board, (at - timedelta(days=2, hours=1)).astimezone(UTC)) == last - 3
    assert seq_at(read_session(), board, at - timedelta(days=900)) == 0


def test_the_boards_name_is_that_of_then(town: Town) -> None:
    then = town.seq
    town.perform(town.facilitator, type="edit_board", title="Nouveau nom")
    assert past(town, then).title == "Accueil"
    assert past(town, town.seq).title == "Nouveau nom"


def test_the_number_of_queries_does_not_grow_with_later_changes(town: Town, card: int) -> None:
    then = town.seq

    def queries() -> int:
        board, person = town.fresh_board(), read_session().get_one(Person, town.agent)
        assert person.services
        counted: list[Any] = []
        event.listen(db.engine, "before_cursor_execute", count := lambda *arguments: counted.append(arguments[2]))
        board_as_it_was(read_session(), person, board, then)
        event.remove(db.engine, "before_cursor_execute", count)
        return len(counted)

    few = queries()
    for number in range(30):
        town.perform(town.agent, type="edit_card", card=card, version=number + 1, title=f"Titre {number}")
        town.add_card(f"Info {number}")
    assert queries() == few <= 5

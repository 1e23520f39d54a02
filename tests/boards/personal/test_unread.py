"""Unread cards: later news by others; marking as read is no change of the board."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, select

from boards.database import db, read_session, write_transaction
from boards.directory import create_board, create_person
from boards.errors import Conflict
from boards.models import Board, Card, Column, Person, Role
from boards.models.personal import CardReadMarker, personal_transaction
from boards.personal.unread import (
    mark_all,
    mark_column,
    mark_seen,
    progress_of,
    restore_progress,
    set_unread,
    unread_of,
)
from tests.town import Town


def unread(town: Town, person: int) -> set[int]:
    db.session.rollback()
    return unread_of(read_session(), read_session().get_one(Person, person), town.fresh_board()).ids


def act(person: int, mark: Callable[..., Any], model: type[Card | Column | Board], id: int, *arguments: Any) -> Any:
    """Apply a read marker, as the pages do."""
    with personal_transaction(person) as session:
        return mark(session, session.get_one(Person, person), session.get_one(model, id), *arguments)


def see(town: Town, person: int, card: int, seq: int | None = None) -> None:
    act(person, mark_seen, Card, card, town.card(card).signalled_seq if seq is None else seq)


def kept(person: int) -> dict[int, int]:
    db.session.rollback()
    return {
        row.card_id: row.seq
        for row in read_session().scalars(select(CardReadMarker).where(CardReadMarker.person_id == person))
    }


def test_cards_published_or_edited_by_others_are_unread_until_opened(town: Town) -> None:
    one, two = town.add_card("Un"), town.add_card("Deux")
    assert unread(town, town.colleague) == {one, two}
    seq = town.seq
    see(town, town.colleague, one)
    assert unread(town, town.colleague) == {two}
    assert unread(town, town.reader) == {one, two}
    assert town.seq == seq
    town.perform(town.agent, type="edit_card", card=one, version=1, title="Un, autrement")
    assert unread(town, town.colleague) == {one, two}


def test_ones_own_changes_are_never_unread(town: Town) -> None:
    card = town.add_card()
    assert unread(town, town.agent) == set()
    town.perform(town.facilitator, type="edit_card", card=card, version=1, title="Corrigée")
    assert (unread(town, town.agent), unread(town, town.facilitator)) == ({card}, set())
    town.perform(town.agent, type="edit_card", card=card, version=2, title="Reprise")
    assert (unread(town, town.agent), unread(town, town.facilitator)) == (set(), {card})


def test_a_move_is_no_news(town: Town) -> None:
    card = town.add_card()
    see(town, town.facilitator, card)
    town.perform(town.agent, type="move_card", card=card, column=town.free)
    assert unread(town, town.facilitator) == set()


def test_only_cards_in_readable_columns_are_unread(town: Town) -> None:
    away, hidden, there = town.add_card(), town.add_card(column=town.free), town.add_card()
    town.perform(town.agent, type="archive_card", card=away)
    town.perform(town.facilitator, type="set_rights", column=town.free, readers="none")
    assert unread(town, town.reader) == {there}
    town.perform(town.facilitator, type="set_rights", column=town.free, readers=None)
    assert unread(town, town.reader) == {hidden, there}
    town.perform(town.facilitator, type="archive_column", column=town.free)
    assert unread(town, town.reader) == {there}


def test_a_card_is_set_back_to_unread_even_ones_own_and_read_again(town: Town) -> None:
    card, other = town.add_card(), town.add_card()
    for person in (town.agent, town.colleague):
        see(town, person, card)
        act(person, set_unread, Card, card)
        act(person, set_unread, Card, card)
        assert card in unread(town, person)
        see(town, person, card)
        assert card not in unread(town, person)
    town.perform(town.agent, type="archive_card", card=other)
    with pytest.raises(Conflict, match="card_archived"):
        act(town.colleague, set_unread, Card, other)


def test_a_card_changed_while_it_is_read_stays_unread(town: Town) -> None:
    card, _other = town.add_card(), town.add_card()
    seen = town.card(card).signalled_seq
    town.perform(town.agent, type="edit_card", card=card, version=1, title="Plus récente")
    see(town, town.reader, card, seen)
    assert card in unread(town, town.reader)
    see(town, town.reader, card)
    see(town, town.reader, card, seen)  # another tab, late
    assert card not in unread(town, town.reader)


def test_a_column_and_the_whole_board_are_marked_and_it_is_taken_back(town: Town) -> None:
    one, two, three = town.add_card(), town.add_card(), town.add_card(column=town.free)
    see(town, town.reader, one)
    before = kept(town.reader)
    seq = town.seq
    late = town.add_card(column=town.free)
    assert act(town.reader, mark_column, Column, town.service, seq) == {two: town.card(two).signalled_seq}
    assert unread(town, town.reader) == {three, late}
    act(town.reader, restore_progress, Board, town.board, None, {two: None, 987_654: 3})
    assert unread(town, town.reader) == {two, three, late}
    assert act(town.reader, mark_all, Board, town.board, seq) == seq
    assert (unread(town, town.reader), kept(town.reader)) == ({late}, {})
    act(town.reader, mark_all, Board, town.board, seq - 2)  # another tab, late
    assert unread(town, town.reader) == {late}
    act(town.reader, restore_progress, Board, town.board, 0, before)
    assert unread(town, town.reader) == {two, three, late}


def test_once_the_last_is_read_nothing_is_kept_of_single_cards(town: Town) -> None:
    cards = [town.add_card() for _ in range(3)]
    for card in cards:
        see(town, town.reader, card)
    assert (unread(town, town.reader), kept(town.reader)) == (set(), {})
    town.perform(town.agent, type="edit_card", card=cards[0], version=1, title="Encore")
    assert unread(town, town.reader) == {cards[0]}


def test_nothing_is_new_on_a_first_day_and_all_of_a_board_made_later(town: Town) -> None:
    town.add_card()
    with write_transaction() as session:
        newcomer = create_person(session, "Nadia", Role.AGENT, ["ccas"]).id
        create_board(session, "nouveau", "Nouveau")
    assert unread(town, newcomer) == set()
    later = town.add_card()
    assert unread(town, newcomer) == {later}


def test_the_answer_to_a_suggestion_is_news_and_the_steps_to_it_are_not(town: Town) -> None:
    idea = town.add_card(column=town.suggestions)
    see(town, town.reader, idea)
    for status, note in (("studied", ""), ("accepted", "")):
        town.perform(town.facilitator, type="set_status", card=idea, status=status, note=note)
        assert unread(town, town.reader) == set()
    town.perform(town.facilitator, type="set_status", card=idea, status="done", note="Voilà")
    assert unread(town, town.reader) == {idea}


def test_counting_takes_as_many_queries_however_many_cards(town: Town) -> None:
    def statements() -> int:
        db.session.rollback()
        board, person = town.fresh_board(), read_session().get_one(Person, town.reader)
        asked: list[str] = []

        def hear(*anything: Any) -> None:
            asked.append(anything[2])

        event.listen(db.engine, "before_cursor_execute", hear)
        unread_of(read_session(), person, board)
        event.remove(db.engine, "before_cursor_execute", hear)
        return len(asked)

    town.add_card()
    few = statements()
    assert few == 4
    cards = [town.add_card(column=column) for column in (town.service, town.free) for _ in range(12)]
    for card in cards[::2]:
        see(town, town.reader, card)
    act(town.reader, set_unread, Card, cards[0])
    assert statements() == few


@pytest.mark.sqlite
def test_counting_does_not_go_through_the_archive(town: Town) -> None:
    """The archive is searched from the person's own markers; SQLite's query plan shows it."""
    board, person = town.fresh_board(), read_session().get_one(Person, town.reader)
    asked: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", hear)
    unread_of(read_session(), person, board)
    progress_of(read_session(), person, board)
    event.remove(db.engine, "before_cursor_execute", hear)
    marked = [
        (statement, parameters)
        for statement, parameters in asked
        if "FROM seen JOIN cards" in " ".join(statement.split())
    ]
    assert len(marked) == 2
    for statement, parameters in marked:
        plan = read_session().connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        assert plan[0].detail.startswith("SEARCH seen USING")

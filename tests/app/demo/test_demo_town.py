"""Content of the demo town: suggestions, rules and boards."""

from __future__ import annotations

import pytest
from flask import Flask

from app.demo import create_demo_town
from boards.database import now, read_session
from boards.models import Board, BoardTemplate, Card, Column, Kind, Person, Status, Suggestion
from boards.models.personal import Notice, Placement
from boards.personal.read_receipts import rules_for
from boards.queries import boards_for


@pytest.fixture
def demo(app: Flask) -> Board:
    assert create_demo_town(app)
    return read_session().query(Board).filter_by(slug="accueil").one()


def test_a_demo_is_made_once(app: Flask, demo: Board) -> None:
    assert not create_demo_town(app)


def test_suggestions_stand_at_every_step(demo: Board) -> None:
    suggestions = (
        read_session()
        .query(Card)
        .join(Column, Column.id == Card.column_id)
        .filter(Column.kind == Kind.SUGGESTIONS)
        .all()
    )
    assert {card.status for card in suggestions} == set(Status)
    assert all(card.note for card in suggestions if card.status == Status.DECLINED)
    assert max(card.votes for card in suggestions) >= 5
    (answered,) = [card for card in suggestions if card.answer_id]
    answer = read_session().get_one(Card, answered.answer_id)
    assert read_session().get_one(Column, answer.column_id).title == "Médiathèque"
    assert [notice.what for notice in read_session().query(Notice).filter_by(card_id=answered.id)] == [
        "answer_published"
    ]
    still_open = [card for card in suggestions if card.suggestion == Suggestion.REQUEST and card.status != Status.DONE]
    assert len({card.asked_id for card in still_open}) == 3


def test_some_have_read_the_rules_and_who_begins_has_not(demo: Board) -> None:
    def unread(name: str) -> int:
        person = read_session().query(Person).filter_by(name=name).one()
        ((_column, rules),) = rules_for(read_session(), person, demo)
        return sum(not rule.is_read for rule in rules)

    left = {unread(person.name) for person in read_session().query(Person).filter_by(disabled_at=None)}
    assert {0, 2, 4} <= left
    assert unread("Jade Perrin") == 9
    assert read_session().query(Card).filter_by(must_read=True).count() == 2


def test_the_counter_has_something_of_everything(demo: Board) -> None:
    """The demo has urgent, new, waiting, ended, unchecked, requested, labelled and annotated cards."""
    cards = read_session().query(Card).filter_by(board_id=demo.id).order_by(Card.id).all()
    (flashing,) = [card for card in cards if card.flash_until]
    assert "Vent fort" in flashing.title
    assert 10 <= sum(card.signalled_seq > 0 for card in cards) <= 40
    (waiting,) = [card for card in cards if card.is_scheduled]
    assert "billetterie" in waiting.title
    assert [card.must_read_services != [] for card in cards if card.must_read] == [False, True]
    assert len({label for card in cards for label in card.label_ids}) == 8
    assert sum(bool(card.internal_note) for card in cards) == 2
    assert (
        sum(
            card.valid_until is None and (now() - card.confirmed_at).days > 90
            for card in cards
            if card.archived_at is None
        )
        > 20
    )


def test_there_is_something_in_the_archive_the_history_and_the_templates(demo: Board) -> None:
    archived = (
        read_session().query(Card).filter(Card.archived_at.is_not(None), Card.visible_from.is_(None)).order_by(Card.id)
    )
    put_away, ended = archived
    assert "Lire ses vieilles photos" in ended.title
    assert "Imprimante en panne" in put_away.title
    (edited,) = read_session().query(Card).filter(Card.version > 2)
    assert (edited.version, "0,20" in edited.body_text) == (3, True)
    assert [template.title for template in read_session().query(BoardTemplate)] == ["Alertes et intempéries"]
    assert read_session().query(Placement).filter_by(pinned=True).count() == 1


def test_there_is_a_second_board_for_alerts(demo: Board) -> None:
    person = read_session().query(Person).filter_by(name="Jade Perrin").one()
    assert [board.title for board in boards_for(read_session(), person)] == ["Accueil", "Alertes et intempéries"]

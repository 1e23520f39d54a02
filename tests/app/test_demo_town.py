"""The demo town as it stands once it is made: what there is to see of suggestions, rules and boards."""

from __future__ import annotations

import pytest
from flask import Flask

from app.demo import create_demo_town
from boards.database import reading
from boards.models import Board, BoardTemplate, Card, Column, Kind, Person, Status, Suggestion
from boards.onboarding import rules_for
from boards.personal import Notice, Placement
from boards.reading import boards_for


@pytest.fixture
def demo(app: Flask) -> Board:
    assert create_demo_town(app)
    return reading().query(Board).filter_by(slug="accueil").one()


def test_a_demo_is_made_once(app: Flask, demo: Board) -> None:
    assert not create_demo_town(app)


def test_suggestions_stand_at_every_step(demo: Board) -> None:
    suggestions = reading().query(Card).join(Column, Column.id == Card.column_id).filter(Column.kind == Kind.SUGGESTIONS).all()
    assert {card.status for card in suggestions} == set(Status)
    assert all(card.note for card in suggestions if card.status == Status.DECLINED)
    assert max(card.votes for card in suggestions) >= 5
    (answered,) = [card for card in suggestions if card.answer_id]
    answer = reading().get_one(Card, answered.answer_id)
    assert reading().get_one(Column, answer.column_id).title == "Médiathèque"
    assert [notice.what for notice in reading().query(Notice).filter_by(card_id=answered.id)] == ["answer_published"]
    still_open = [card for card in suggestions if card.suggestion == Suggestion.REQUEST and card.status != Status.DONE]
    assert len({card.asked_id for card in still_open}) == 3


def test_some_have_read_the_rules_and_who_begins_has_not(demo: Board) -> None:
    def unread(name: str) -> int:
        person = reading().query(Person).filter_by(name=name).one()
        ((_column, rules),) = rules_for(reading(), person, demo)
        return sum(not rule.is_read for rule in rules)

    left = {unread(person.name) for person in reading().query(Person).filter_by(disabled_at=None)}
    assert {0, 2, 4} <= left
    assert unread("Jade Perrin") == 9
    assert reading().query(Card).filter_by(must_read=True).count() == 1


def test_there_is_something_in_the_archive_the_history_and_the_templates(demo: Board) -> None:
    (archived,) = reading().query(Card).filter(Card.archived_at.is_not(None))
    assert "Imprimante en panne" in archived.title
    (edited,) = reading().query(Card).filter(Card.version > 1)
    assert (edited.version, "0,20" in edited.body_text) == (3, True)
    assert [template.title for template in reading().query(BoardTemplate)] == ["Alertes et intempéries"]
    assert reading().query(Placement).filter_by(pinned=True).count() == 1


def test_there_is_a_second_board_for_alerts(demo: Board) -> None:
    person = reading().query(Person).filter_by(name="Jade Perrin").one()
    assert [board.title for board in boards_for(reading(), person)] == ["Accueil", "Alertes et intempéries"]

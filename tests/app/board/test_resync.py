"""A page that slept too long is sent what differs: no more than that, and nothing it may not know."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from boards.database import read_session
from boards.models import Person
from tests.town import Town
from tests.visitor import Visitor


@pytest.fixture
def agent(town: Town, visitor: Visitor) -> Visitor:
    visitor.sign_in("ccas@ville.example")
    return visitor


def had(town: Town, *, person: int | None = None, cards: list[int], **others: Any) -> dict[str, Any]:
    view = read_session().get_one(Person, person or town.agent).audience.key
    return {
        "after": town.seq,
        "view": view,
        "columns": [town.service, town.guide, town.suggestions, town.free],
        "cards": cards,
        **others,
    }


def ask(visitor: Visitor, body: dict[str, Any]) -> dict[str, Any]:
    answer = visitor.client.post("/boards/accueil/differences", json=body, headers={"X-CSRFToken": visitor.csrf_token})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def test_whoever_lacks_nothing_is_told_nothing(town: Town, agent: Visitor) -> None:
    card = town.add_card()
    found = ask(agent, had(town, cards=[card]))
    assert (found["seq"], found["cards"], found["columns"]) == (town.seq, {}, {})


def test_only_what_was_altered_added_or_taken_away_is_told(town: Town, agent: Visitor) -> None:
    untouched, edited, gone = town.add_card("Un"), town.add_card("Deux"), town.add_card("Trois")
    body = had(town, cards=[untouched, edited, gone])
    town.perform(town.agent, type="edit_card", card=edited, version=1, title="Deux bis")
    town.perform(town.agent, type="archive_card", card=gone)
    added = town.add_card("Quatre")
    town.perform(town.facilitator, type="edit_column", column=town.free, title="Divers")
    found = ask(agent, body)
    assert found["seq"] == town.seq
    assert found["cards"].keys() == {str(edited), str(gone), str(added)}
    assert found["cards"][str(gone)] is None
    assert found["cards"][str(edited)]["title"] == "Deux bis"
    assert 'id="card-' in found["cards"][str(added)]["html"]
    assert found["columns"].keys() == {str(town.free)}
    assert found["columns"][str(town.free)]["title"] == "Divers"


def test_a_column_that_was_hidden_goes_and_nothing_in_it_is_told(app: Flask, town: Town) -> None:
    colleague = Visitor(app)
    colleague.sign_in("mediatheque@ville.example")
    card = town.add_card("Un")
    body = had(town, person=town.colleague, cards=[card])
    town.perform(town.facilitator, type="set_rights", column=town.service, agents="none")
    secret = town.add_card("Rien que pour nous")
    found = ask(colleague, body)
    assert found["columns"] == {str(town.service): None}
    assert found["cards"] == {str(card): None}
    assert str(secret) not in found["cards"]
    assert "Rien que pour nous" not in str(found)


def test_whose_rights_are_others_now_reads_the_whole_board(town: Town, agent: Visitor) -> None:
    assert ask(agent, had(town, cards=[], view="someone-else")) == {"seq": town.seq, "resync": True}


def test_what_never_was_and_what_is_too_much_are_answered_with_the_whole_board(
    town: Town, agent: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(agent, had(town, cards=[], after=town.seq + 1))["resync"]
    monkeypatch.setattr("boards.resync.TOUCHED_LIMIT", 1)
    town.add_card("Un")
    town.add_card("Deux")
    assert ask(agent, had(town, cards=[]))["resync"]


@pytest.mark.parametrize("wrong", [{"after": -1}, {"cards": ["1"]}, {"columns": None}, {"more": 1}])
def test_what_is_wrong_is_said(town: Town, agent: Visitor, wrong: dict[str, Any]) -> None:
    body = had(town, cards=[]) | wrong
    answer = agent.client.post("/boards/accueil/differences", json=body, headers={"X-CSRFToken": agent.csrf_token})
    assert answer.status_code == 422

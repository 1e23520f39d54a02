"""Personal column order over HTTP: stored with the account and shown on the page only."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from boards.models.personal import Placement
from tests.town import Town
from tests.visitor import Visitor

ADDRESS = "/boards/accueil/placements"


@pytest.fixture
def agent(visitor: Visitor, town: Town) -> Visitor:
    visitor.sign_in("ccas@ville.example")
    return visitor


def put(visitor: Visitor, column: int, asked: Any) -> Any:
    visitor.get("/boards/accueil")
    return visitor.client.put(f"{ADDRESS}/{column}", json=asked, headers={"X-CSRFToken": visitor.csrf_token})


def page_order(visitor: Visitor) -> list[int]:
    text = visitor.get("/boards/accueil").get_data(as_text=True)
    return [int(id) for id in re.findall(r'<section\s+class="column[^"]*"\s+id="column-(\d+)"', text)]


def placements(visitor: Visitor) -> dict[str, Any]:
    text = visitor.get("/boards/accueil").get_data(as_text=True)
    found = re.search(r'data-placements="([^"]*)"', text)
    assert found
    return dict(json.loads(html.unescape(found[1])))


def test_the_page_has_ones_own_order_and_programs_the_boards(agent: Visitor, town: Town) -> None:
    answer = put(agent, town.free, {"after": None})
    assert answer.status_code == 200
    assert answer.json["placements"] == placements(agent)
    put(agent, town.suggestions, {"pinned": True})
    assert page_order(agent) == [town.suggestions, town.free, town.service, town.guide]
    assert placements(agent)[str(town.suggestions)] == {"rank": None, "pinned": True}
    board = agent.get("/api/boards/accueil").json
    assert board
    assert [column["id"] for column in board["columns"]] == [town.service, town.guide, town.suggestions, town.free]
    assert town.log[-1].type == "column_added"


def test_back_to_the_boards_order(agent: Visitor, town: Town) -> None:
    put(agent, town.free, {"after": town.service, "pinned": True})
    headers = {"X-CSRFToken": agent.csrf_token}
    for _twice in range(2):
        assert agent.client.delete(ADDRESS, headers=headers).status_code == 204
    assert placements(agent) == {}
    assert page_order(agent) == [town.service, town.guide, town.suggestions, town.free]


@pytest.mark.parametrize(
    "asked", [None, [], {}, True, {"after": "1"}, {"after": True}, {"pinned": None}, {"pinned": 1}, {"rank": "a0"}]
)
def test_an_invalid_place_is_refused(agent: Visitor, town: Town, asked: Any) -> None:
    assert put(agent, town.free, asked).status_code in (415, 422)
    assert placements(agent) == {}


def test_a_column_removed_during_the_save_asks_for_a_retry(
    agent: Visitor, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def keep_what_is_gone(session: Any, *_anything: Any) -> None:
        session.add(Placement(person_id=town.agent, column_id=999_999, pinned=True))

    monkeypatch.setattr("boards.personal.column_order.pin_column", keep_what_is_gone)
    monkeypatch.setattr("app.board.views.fold_column", keep_what_is_gone)
    pinned = put(agent, town.free, {"pinned": True})
    folded = agent.client.put(
        f"/boards/accueil/folds/{town.free}", json=True, headers={"X-CSRFToken": agent.csrf_token}
    )
    for answer in (pinned, folded):
        assert (answer.status_code, answer.get_json()["code"]) == (409, "try_again")
    assert placements(agent) == {}


def test_a_column_that_is_not_there_is_neither_placed_nor_a_neighbour(agent: Visitor, town: Town) -> None:
    town.perform(town.facilitator, type="set_rights", column=town.guide, agents="none")
    town.perform(town.facilitator, type="archive_column", column=town.suggestions)
    for absent in (town.guide, town.suggestions, 999, 2**70):
        assert put(agent, absent, {"pinned": True}).status_code == 404
        assert put(agent, town.free, {"after": absent}).status_code == 404
    assert placements(agent) == {}


def test_a_preview_shows_the_order_of_the_board(visitor: Visitor, town: Town) -> None:
    visitor.sign_in("dtan@ville.example")
    put(visitor, town.free, {"after": None})
    assert page_order(visitor)[0] == town.free
    text = visitor.get("/boards/accueil?as=reader").get_data(as_text=True)
    assert 'data-placements="{}"' in text

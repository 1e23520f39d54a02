"""Board filters over HTTP: in the URL, and saved under a personal name."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.admin_actions import erase_person
from app.accounts.models import Account
from boards.database import read_session, write_transaction
from boards.filters.saved import FILTERS_PER_BOARD
from boards.models import Person
from boards.models.personal import SavedFilter
from tests.town import Town
from tests.visitor import Visitor

ADDRESS = "/boards/accueil/filters"


@pytest.fixture
def agent(visitor: Visitor, town: Town) -> Visitor:
    visitor.sign_in("ccas@ville.example")
    return visitor


def send(visitor: Visitor, method: str, asked: Any, address: str = ADDRESS) -> Any:
    return visitor.client.open(
        address, method=method, json=asked, headers={"X-CSRFToken": visitor.csrf_token, "Accept": "application/json"}
    )


def keep(visitor: Visitor, name: str, query: str) -> Any:
    return send(visitor, "PUT", {"name": name, "query": query})


def kept(visitor: Visitor) -> dict[str, str]:
    """Return names and queries as the board's page links them."""
    section = re.search(
        r'<ul data-saved-filters-target="list">(.*?)</ul>', visitor.get("/boards/accueil").text, re.DOTALL
    )
    assert section
    return {
        name: query.replace("&amp;", "&")
        for query, name in re.findall(r'href="[^?"]*\?([^"]*)"[^>]*><bdi>(.*?)</bdi>', section[1])
    }


def wrong_fields(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422
    return [(error["field"], error["code"]) for error in answer.json["errors"]]


def test_the_page_knows_the_filters_of_its_address_before_script_does(agent: Visitor, town: Town) -> None:
    text = agent.get(f"/boards/accueil?unread=1&service={town.ccas}&label=7&fresh=stale").text
    assert f'data-filters="service={town.ccas}&amp;label=7&amp;fresh=stale&amp;unread=1" data-filtering' in text
    assert "data-filtering" not in agent.get("/boards/accueil").text


def test_invalid_filters_of_an_address_are_dropped_and_reported(agent: Visitor, town: Town) -> None:
    text = agent.get(f"/boards/accueil?fresh=rotten&service={town.mediatheque}&period=today&q=" + "x" * 10_000).text
    assert "sa valeur n’existe pas ou n’existe plus\u00a0: Mots, Fraîcheur, Service." in text
    assert 'data-filters="q=xxx' in text
    assert "period=today" in text


def test_filters_are_kept_replaced_renamed_and_removed(agent: Visitor, town: Town) -> None:
    seq = town.seq
    assert keep(agent, "  À   vérifier ", "unread=0&fresh=stale").status_code == 204
    assert kept(agent) == {"À vérifier": "fresh=stale"}
    for _twice in range(2):
        assert keep(agent, "À vérifier", "mine=1&fresh=stale").status_code == 204
    assert kept(agent) == {"À vérifier": "fresh=stale&mine=1"}
    assert send(agent, "PUT", {"name": "À vérifier", "to": "Chez moi"}).status_code == 204
    assert kept(agent) == {"Chez moi": "fresh=stale&mine=1"}
    assert send(agent, "DELETE", {"name": "Chez moi"}).status_code == 204
    assert kept(agent) == {}
    assert town.seq == seq


def test_nobody_else_has_them_and_another_board_neither(app: Flask, agent: Visitor, town: Town) -> None:
    keep(agent, "Chez moi", "mine=1")
    assert kept(agent) == {"Chez moi": "mine=1"}
    colleague = Visitor(app)
    colleague.sign_in("mediatheque@ville.example")
    assert kept(colleague) == {}
    assert send(colleague, "DELETE", {"name": "Chez moi"}).json["code"] == "filter_not_found"
    assert send(agent, "DELETE", {"name": "Chez moi"}, "/boards/autre/filters").json["code"] == "filter_not_found"
    assert kept(agent) == {"Chez moi": "mine=1"}


def test_a_name_that_is_taken_or_gone_is_said(agent: Visitor, town: Town) -> None:
    keep(agent, "Un", "mine=1")
    keep(agent, "Deux", "unread=1")
    taken = send(agent, "PUT", {"name": "Un", "to": "Deux"})
    assert (taken.status_code, taken.json["code"]) == (409, "filter_exists")
    assert send(agent, "PUT", {"name": "Un", "to": "Un"}).status_code == 204
    assert send(agent, "PUT", {"name": "Trois", "to": "Quatre"}).json["code"] == "filter_not_found"


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ([], [("name", "model_type")]),
        ({}, [("name", "missing"), ("query", "missing")]),
        ({"name": "", "query": "mine=1"}, [("name", "blank")]),
        ({"name": "a" * 61, "query": "mine=1"}, [("name", "too_long")]),
        ({"name": "\u0000", "query": "mine=1"}, [("name", "bad_characters")]),
        ({"name": "Rien", "query": ""}, [("query", "nothing_filtered")]),
        (
            {"name": "Faux", "query": "fresh=rotten&period=year"},
            [("fresh", "literal_error"), ("period", "literal_error")],
        ),
        ({"name": "Long", "query": "q=" + "é" * 150}, [("query", "too_long")]),
        ({"name": 3, "query": "mine=1", "shared": True}, [("name", "string_type"), ("shared", "extra_forbidden")]),
    ],
)
def test_invalid_saved_filters_are_refused_field_by_field(
    agent: Visitor, town: Town, asked: Any, wrong: list[tuple[str, str]]
) -> None:
    assert wrong_fields(send(agent, "PUT", asked)) == wrong
    assert kept(agent) == {}


def test_twenty_are_kept_at_most(agent: Visitor, town: Town) -> None:
    for number in range(FILTERS_PER_BOARD):
        assert keep(agent, f"Filtre {number}", "mine=1").status_code == 204
    refused = keep(agent, "Un de trop", "mine=1")
    assert (refused.status_code, refused.json["code"]) == (409, "too_many_filters")
    assert keep(agent, "Filtre 3", "unread=1").status_code == 204


def test_they_are_among_ones_data(agent: Visitor, town: Town) -> None:
    keep(agent, "Chez moi", "mine=1")
    assert agent.get("/profile/data").json["filters"] == [{"name": "Chez moi", "query": "mine=1", "board": "Accueil"}]  # type: ignore[index]  # it is JSON


def test_they_go_with_the_person(agent: Visitor, town: Town) -> None:
    keep(agent, "Chez moi", "q=Mme+Durand")
    read_session().rollback()
    with write_transaction() as session:
        account = session.scalars(select(Account).where(Account.person_id == town.agent)).one()
        erase_person(session, account, session.get_one(Person, town.facilitator))
    assert read_session().scalars(select(SavedFilter)).all() == []


def test_a_text_that_is_no_json_is_refused_as_such_however_deep_it_is(agent: Visitor, town: Town) -> None:
    for body in ("[" * 100_000, '{"name": NaN}', "\udcff".encode("utf-8", "surrogateescape")):
        headers = {"X-CSRFToken": agent.csrf_token, "Content-Type": "application/json"}
        assert agent.client.put(ADDRESS, data=body, headers=headers).get_json()["code"] == "malformed_json"

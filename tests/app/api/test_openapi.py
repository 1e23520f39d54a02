"""The OpenAPI description is complete, and answers match it: tests/described.py checks every answer of every test."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from flask import Flask

from app.accounts import service as account_service
from app.api import openapi
from app.security import OPEN_TO_TOKENS
from app.web.problems import DETAILS
from boards.commands import COMMANDS
from docs import write_api
from tests.described import Described, described
from tests.town import Town
from tests.visitor import Visitor

ALTERING = {"PUT", "DELETE", "PATCH"}
Json = dict[str, Any]


@pytest.fixture
def document(town: Town, visitor: Visitor) -> Json:
    """Return the description as anonymous clients get it."""
    answer = visitor.client.get("/api/openapi.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    told: Json = answer.get_json()
    return told


def test_every_route_for_programs_is_described(app: Flask) -> None:
    for_programs = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        or rule.rule.endswith("/commands")
        or (rule.rule.startswith(OPEN_TO_TOKENS) and (rule.methods or set()) & ALTERING)
    }
    assert openapi.OPERATIONS.keys() - {"api.healthz"} == for_programs


def test_each_is_described_under_its_own_address(document: Json) -> None:
    assert {"/api/boards/{slug}", "/boards/{slug}/commands", "/cards/{card_id}/seen"} <= document["paths"].keys()
    assert document["paths"]["/cards/{card_id}/seen"].keys() == {"put", "delete"}
    names = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert len(set(names)) == len(names) == len(openapi.OPERATIONS)


def test_every_command_is_described_with_its_fields(document: Json) -> None:
    schemas = document["components"]["schemas"]
    mapping = schemas["Command"]["discriminator"]["mapping"]
    assert len(mapping) == len(schemas["Command"]["oneOf"]) == len(COMMANDS)
    for name, command in COMMANDS.items():
        told = schemas[mapping[name].rpartition("/")[2]]
        assert told["properties"].keys() == command.model_fields.keys() | {"key"}
        assert set(told["required"]) == {field for field, kind in command.model_fields.items() if kind.is_required()}
        assert told["additionalProperties"] is False
        assert f"`{command.event_type}`" in told["description"]


def test_limits_of_texts_are_told(document: Json) -> None:
    told = document["components"]["schemas"]["AddCard"]["properties"]
    assert (told["title"]["maxLength"], told["internal_note"]["maxLength"]) == (200, 4000)
    assert "default" not in told["after"]  # left out means at the end, null at the top
    assert document["components"]["schemas"]["SetLabels"]["properties"]["labels"]["items"]["maxLength"] == 60


def test_every_schema_is_one(document: Json) -> None:
    for name, schema in document["components"]["schemas"].items():
        jsonschema_rs.meta.validate({**schema, "$schema": "https://json-schema.org/draft/2020-12/schema"})
        assert "title" not in schema or schema["title"] == name


def test_the_page_to_read_says_the_same(app: Flask) -> None:
    assert write_api.PAGE.read_text(encoding="utf-8") == write_api.page(openapi.describe_api(app.url_map)), (
        "python -m docs.write_api"
    )


def test_problems_are_told_by_their_codes(document: Json) -> None:
    assert set(document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]) == DETAILS.keys()


def test_it_tells_nothing_of_the_town_and_may_be_kept(app: Flask, town: Town, visitor: Visitor) -> None:
    answer = visitor.client.get("/api/openapi.json")
    assert "CCAS" not in answer.text
    assert answer.headers["Cache-Control"] == "public, max-age=3600"


def test_a_program_is_answered_as_described(app: Flask, town: Town) -> None:
    """Read and search a board with every feature, and meet each kind of refusal."""
    card = town.add_card("Piscine fermée", body="<p>Vidange</p>", valid_until="2199-12-31", internal_note="À taire")
    town.perform(town.agent, type="set_labels", card=card, labels=["Horaires"])
    town.add_card("Où est le local ?", column=town.suggestions, suggestion="request", asked=town.mediatheque)
    client = app.test_client()
    token = {"Authorization": f"Bearer {account_service.create_api_token('ccas@ville.example', 'essai')}"}
    board = client.get("/api/boards/accueil", headers=token).get_json()
    assert {card["suggestion"] and card["suggestion"]["kind"] for card in board["cards"]} == {None, "request"}
    assert client.get("/api/boards/accueil/search?q=piscine", headers=token).get_json()["results"]
    seen = {"seq": board["seq"]}
    for path, body in (
        (f"/cards/{card}/seen", seen),
        ("/boards/accueil/seen", seen),
        (f"/boards/accueil/columns/{town.service}/seen", seen),
        ("/boards/accueil/progress", {"to": 0, "cards": {str(card): None}}),
        ("/boards/accueil/filters", {"name": "Un", "query": "mine=1"}),
        ("/boards/accueil/filters", {"name": "Un", "to": "Deux"}),
        (f"/boards/accueil/folds/{town.free}", True),
        (f"/boards/accueil/placements/{town.free}", {"pinned": True, "after": None}),
    ):
        assert client.put(path, json=body, headers=token).status_code in (200, 204), path
    for refused, status in (
        (client.get("/api/boards/accueil"), 401),
        (client.get("/api/boards/ailleurs", headers=token), 404),
        (client.get("/api/boards/accueil/search?kind=x", headers=token), 422),
        (client.put("/boards/accueil/seen", data="x", headers=token), 415),
        (client.put("/boards/accueil/seen", data="{", headers=token, content_type="application/json"), 400),
        (client.put("/boards/accueil/seen", json={"seq": -1}, headers=token), 422),
    ):
        assert (refused.status_code, refused.mimetype) == (status, "application/problem+json")


@pytest.mark.parametrize(
    ("status", "mimetype", "body"),
    [
        (418, "application/problem+json", "{}"),
        (200, "text/plain", '{"status": "ok"}'),
        (200, "application/json", '{"status": "fine"}'),
        (200, "application/json", '{"status": "ok", "since": 3}'),
        (200, "application/json", "{}"),
        (503, "application/json", '{"status": "ok"}'),
    ],
)
def test_an_answer_that_is_not_as_described_is_noticed(app: Flask, status: int, mimetype: str, body: str) -> None:
    told: Described = described(app.url_map)
    assert told.wrong_in("api.healthz", status, mimetype, body) is not None
    assert told.wrong_in("api.healthz", 200, "application/json", '{"status": "ok"}') is None

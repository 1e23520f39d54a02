"""« Ville »: the town's name and its contact for residents, edited by facilitators."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.town.models import Town as TownRow
from boards.database import read_session
from tests.town import PEOPLE, Town
from tests.visitor import Visitor

FIELDS = {
    "name": "Ville d’Essai",
    "address": "1 place de la République\n69300 Essai",
    "contact": "04 65 71 10 10",
    "hours": "Le mardi",
}


@pytest.fixture
def facilitator(town: Town, visitor: Visitor) -> Visitor:
    visitor.sign_in(PEOPLE["facilitator"][0])
    return visitor


def stored() -> TownRow | None:
    read_session().rollback()
    return read_session().get(TownRow, 1)


def entries() -> list[AuditEntry]:
    return list(read_session().scalars(select(AuditEntry).where(AuditEntry.action == "town_changed")))


def test_a_facilitator_says_where_to_ask(facilitator: Visitor) -> None:
    assert facilitator.get("/town").status_code == 200
    answer = facilitator.post("/town", FIELDS)
    assert answer.status_code == 303
    page = facilitator.get("/town").text
    assert "Enregistré." in page
    for said in ("Ville d’Essai", "69300 Essai", "04 65 71 10 10", "Le mardi"):
        assert said in page
    (entry,) = entries()
    assert entry.subject == "Ville d’Essai"
    assert set(entry.facts["fields"]) == set(FIELDS)
    assert "adresse postale" in facilitator.get("/log").text


def test_the_new_name_is_on_the_next_page(facilitator: Visitor) -> None:
    facilitator.post("/town", FIELDS)
    assert "Ville d’Essai" in facilitator.get("/profile").text
    facilitator.post("/town", {**FIELDS, "name": "Ville Neuve"})
    page = facilitator.get("/profile").text
    assert "Ville Neuve" in page
    assert "Ville d’Essai" not in page


def test_twice_the_same_alters_nothing(facilitator: Visitor) -> None:
    for _twice in range(2):
        assert facilitator.post("/town", FIELDS).status_code == 303
    assert len(entries()) == 1


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("name", ""), ("name", "\u200b"), ("address", "x" * 4001), ("hours", "\x00"), ("name", "x" * 201)],
)
def test_invalid_input_is_reported_and_kept(facilitator: Visitor, field: str, wrong: str) -> None:
    answer = facilitator.post("/town", {**FIELDS, field: wrong})
    assert answer.status_code == 422
    assert 'class="problem"' in answer.text
    assert "04 65 71 10 10" in answer.text
    town = stored()
    assert town is None or town.contact == ""


def test_a_name_set_for_the_server_is_not_altered_here(app: Flask, facilitator: Visitor) -> None:
    facilitator.post("/town", FIELDS)
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"town_name": "Ville du Réglage"})
    page = facilitator.get("/town").text
    assert "TOWN_NAME" in page
    assert 'name="name"' not in page
    assert facilitator.post("/town", {**FIELDS, "name": "Autre", "hours": "Le jeudi"}).status_code == 303
    town = stored()
    assert town
    assert (town.name, town.hours) == ("Ville d’Essai", "Le jeudi")

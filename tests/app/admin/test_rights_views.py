"""Rights table and forms, « voir comme… », and their entries in the administrative log."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from app.audit.models import AuditEntry
from boards.database import read_session
from boards.errors import Busy
from tests.town import Town
from tests.visitor import Visitor


@pytest.fixture
def dtan(app: Flask, town: Town) -> Visitor:
    visitor = Visitor(app)
    visitor.sign_in("dtan@ville.example")
    return visitor


def test_the_table_says_in_words_what_everybody_holds(dtan: Visitor, town: Town) -> None:
    town.perform(
        town.facilitator,
        type="set_rights",
        column=town.free,
        readers="none",
        services={str(town.mediatheque): "contribute"},
    )
    page = dtan.get("/rights").text
    assert cells(page, town.service) == ["commente", "lit", "modifie tout", "commente, comme tous les agents"]
    assert cells(page, town.free) == ["modifie tout", "ne voit pas", "modifie tout, comme tous les agents", "contribue"]


def test_the_form_shows_what_was_chosen_and_sets_it(dtan: Visitor, town: Town) -> None:
    response = dtan.post(
        f"/rights/{town.service}", {"agents": "edit", "readers": "", f"service-{town.mediatheque}": "none"}
    )
    assert response.status_code == 303
    assert town.column(town.service).rights == {"agents": "edit", "services": {str(town.mediatheque): "none"}}
    page = dtan.get(f"/rights/{town.service}").text
    assert re.findall(r'<option value="(\w+)" selected>', page) == ["edit", "none"]


def test_an_unchanged_form_makes_no_change(dtan: Visitor, town: Town) -> None:
    fields = {"agents": "read", "readers": ""}
    dtan.post(f"/rights/{town.service}", fields)
    seq = town.seq
    assert dtan.post(f"/rights/{town.service}", fields).status_code == 303
    assert town.seq == seq


def test_two_facilitators_at_work_in_one_row_do_not_undo_each_other(dtan: Visitor, town: Town) -> None:
    dtan.get(f"/rights/{town.service}")
    town.perform(town.facilitator, type="set_rights", column=town.service, readers="none")
    dtan.post(f"/rights/{town.service}", {"agents": "edit", "readers": "none"})
    assert town.column(town.service).rights == {"agents": "edit", "readers": "none"}


def test_a_level_that_is_none_is_refused_and_the_choice_kept(dtan: Visitor, town: Town) -> None:
    response = dtan.post(f"/rights/{town.service}", {"agents": "everything", "readers": "none"})
    assert response.status_code == 422
    assert "Choisissez un niveau de la liste." in response.text
    assert '<option value="none" selected>' in response.text
    assert town.column(town.service).rights == {}


@pytest.mark.parametrize("column", [987_654, 2**70, 0])
def test_an_unknown_column_has_no_rights(dtan: Visitor, column: int) -> None:
    assert dtan.get(f"/rights/{column}").status_code == 404


def test_an_archived_column_has_no_rights_to_set(dtan: Visitor, town: Town) -> None:
    town.perform(town.facilitator, type="archive_column", column=town.free)
    assert dtan.post(f"/rights/{town.free}", {"agents": "none"}).status_code == 404


def test_a_board_without_columns_says_so(app: Flask, dtan: Visitor, town: Town) -> None:
    assert "ajoutez d’abord une colonne" in dtan.get("/rights?board=autre").text
    assert dtan.get("/rights?board=nowhere").status_code == 404


def test_the_board_is_shown_as_somebody_else_sees_it(dtan: Visitor, town: Town) -> None:
    town.perform(town.facilitator, type="set_rights", column=town.free, readers="none")
    card = town.add_card("Secrète", column=town.free, actor=town.facilitator)
    page = dtan.get("/boards/accueil?as=reader").text
    assert "Vous voyez le tableau comme un lecteur" in page
    assert "Secrète" not in page
    assert "may-arrange" not in re.findall(r"<body class=\"([^\"]*)\"", page)[0]
    assert dtan.get(f"/cards/{card}?as=reader").status_code == 404
    assert dtan.get(f"/cards/{card}").status_code == 200
    assert "comme un agent du service CCAS" in dtan.get(f"/boards/accueil?as=service:{town.ccas}").text


@pytest.mark.parametrize(
    "place", ["nobody", "service:0", "service:987654", "service:", "", "service:" + "9" * 30, "facilitator"]
)
def test_a_place_that_is_none_is_refused(dtan: Visitor, place: str) -> None:
    assert dtan.get(f"/boards/accueil?as={place}").status_code in (404, 422)


def test_changes_of_rights_and_refusals_are_in_the_log(app: Flask, dtan: Visitor, town: Town) -> None:
    dtan.post(f"/rights/{town.service}", {"agents": "read", "readers": "", f"service-{town.ccas}": "contribute"})
    agent = Visitor(app)
    agent.sign_in("ccas@ville.example")
    for _twice in range(2):
        agent.get("/rights")
    read_session().rollback()
    entries = {entry.action: entry for entry in read_session().scalars(select(AuditEntry))}
    assert entries["rights_changed"].actor_id == town.facilitator
    assert entries["rights_changed"].subject == "Service"
    assert entries["rights_changed"].facts["rights"] == {"agents": "read", "services": {"CCAS": "contribute"}}
    refused = read_session().scalars(select(AuditEntry).where(AuditEntry.action == "refused")).all()
    assert [(entry.actor_id, entry.subject, entry.facts) for entry in refused] == [
        (town.agent, "/rights", {"code": "may_not_administer"})
    ]


def test_rights_hold_even_when_the_log_cannot_be_written(
    dtan: Visitor, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_anything: object, **_facts: object) -> None:
        raise Busy("database_unavailable")

    monkeypatch.setattr("app.audit.log.record", busy)
    assert dtan.command(type="set_rights", column=town.service, readers="none").status_code == 200
    assert town.column(town.service).rights == {"readers": "none"}


def cells(page: str, column: int) -> list[str]:
    """Return the row of a column, in the words a screen reader says."""
    row = re.findall(rf'<tr id="row-{column}".*?</tr>', page, re.DOTALL)[0]
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)]

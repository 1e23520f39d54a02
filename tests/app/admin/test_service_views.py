"""Services: management by facilitators, public sheets, and merging."""

from __future__ import annotations

import pytest
from markupsafe import Markup
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.web.linkify import with_links
from boards import rights
from boards.database import db, read_session, write_transaction
from boards.directory import create_service
from boards.log.change_log import changes_after
from boards.models import Audience, Column, Person, Role, Service
from boards.rights import Level
from tests.town import Town
from tests.visitor import Visitor


@pytest.fixture
def facilitator(town: Town, visitor: Visitor) -> Visitor:
    visitor.sign_in("dtan@ville.example")
    return visitor


def service(slug: str) -> Service:
    db.session.rollback()
    return read_session().scalars(select(Service).where(Service.slug == slug)).one()


def slugs() -> set[str]:
    db.session.rollback()
    return set(read_session().scalars(select(Service.slug)))


def give_column(town: Town, slug: str, column: int) -> None:
    town.perform(town.facilitator, type="edit_column", column=column, service=service(slug).id)


def set_rights(town: Town, column: int, **cells: object) -> None:
    with write_transaction() as session:
        session.get_one(Column, column).rights = cells


def level(person: int, column: int) -> Level:
    db.session.rollback()
    return rights.level(read_session().get_one(Person, person), read_session().get_one(Column, column))


@pytest.mark.parametrize("action", ["new", "1/edit", "1/archive", "1/restore", "1/merge"])
def test_an_agent_alters_no_service(town: Town, visitor: Visitor, action: str) -> None:
    visitor.sign_in("ccas@ville.example")
    assert visitor.post(f"/services/{action}", {"name": "Pris", "into": "2"}).status_code == 403
    assert {found.name for found in read_session().scalars(select(Service))} == {"CCAS", "Médiathèque"}


def test_the_list_counts_agents_and_names_columns(town: Town, facilitator: Visitor) -> None:
    give_column(town, "ccas", town.service)
    page = facilitator.get("/services").text
    assert "1 agent" in page
    assert '<span class="chip">Service</span>' in page


def test_a_service_is_added_with_a_slug_of_its_own(town: Town, facilitator: Visitor) -> None:
    assert facilitator.post("/services/new", {"name": " Enfance & écoles ", "hue": "140"}).status_code == 303
    assert facilitator.post("/services/new", {"name": "Enfance – écoles (2)"}).status_code == 303
    assert service("enfance-ecoles").hue == 140
    assert service("enfance-ecoles").name == "Enfance & écoles"
    assert "enfance-ecoles-2" in slugs()
    assert "Enfance &amp; écoles" in facilitator.get("/services").text


def test_two_services_of_one_name_are_refused_and_what_was_typed_is_kept(town: Town, facilitator: Visitor) -> None:
    refused = facilitator.post("/services/new", {"name": "mediatheque", "hours": "9 h – 12 h"})
    assert refused.status_code == 422
    assert "s’appelle déjà" in refused.text
    assert "9 h – 12 h" in refused.text
    assert slugs() == {"ccas", "mediatheque"}


@pytest.mark.parametrize(
    ("field", "text"), [("name", " "), ("name", "x" * 201), ("name", "a\x00b"), ("contact", "x" * 4001)]
)
def test_wrong_input_is_said_beside_its_field(town: Town, facilitator: Visitor, field: str, text: str) -> None:
    refused = facilitator.post("/services/1/edit", {"name": "CCAS", field: text})
    assert refused.status_code == 422
    assert f'id="{field}-problem"' in refused.text
    assert service("ccas").name == "CCAS"


def test_a_sheet_tells_everybody_the_mission_hours_contact_and_agents(town: Town, facilitator: Visitor) -> None:
    fields = {
        "name": "CCAS",
        "description": "Aides <b>sociales</b>",
        "hours": "Lundi\nMardi",
        "contact": "04 65 71 10 20\nccas@ville.example",
    }
    assert facilitator.post("/services/1/edit", fields).location == "/services/1"
    facilitator.post("/sign-out")
    facilitator.sign_in("elu@ville.example")
    page = facilitator.get("/services/1").text
    assert "Aides &lt;b&gt;sociales&lt;/b&gt;" in page
    assert "Lundi<br>Mardi" in page
    assert '<a href="tel:0465711020">04 65 71 10 20</a>' in page
    assert "Sonia Bernard" in page
    assert "/services/1/edit" not in page


def test_the_board_gets_the_sheet_alone(town: Town, facilitator: Visitor) -> None:
    fragment = facilitator.get("/services/1", headers={"X-Fragment": "sheet", "Accept": "text/html"}).text
    assert "<html" not in fragment
    assert "CCAS" in fragment
    assert "/services/1/edit" in fragment


def test_a_sheet_that_does_not_exist_is_said(town: Town, facilitator: Visitor) -> None:
    for number in (99, 2**70):
        assert facilitator.get(f"/services/{number}").status_code == 404


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (
            "Voir https://ville.example/a?b=1&c=2.",
            'Voir <a href="https://ville.example/a?b=1&amp;c=2" rel="noopener noreferrer" target="_blank">https://ville.example/a?b=1&amp;c=2</a>.',
        ),
        ("(ccas@ville.example)", '(<a href="mailto:ccas@ville.example">ccas@ville.example</a>)'),
        ("+33 4 65 71 10 20", '<a href="tel:+33465711020">+33 4 65 71 10 20</a>'),
        ("dossier 12345678901", "dossier 12345678901"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        (
            'https://x.example/"onclick=1',
            '<a href="https://x.example/" rel="noopener noreferrer" target="_blank">https://x.example/</a>&#34;onclick=1',
        ),
    ],
)
def test_contacts_become_links_and_nothing_else_does(text: str, html: str) -> None:
    assert with_links(text) == Markup(html)


def test_an_archived_service_gives_its_agents_no_right_until_it_is_restored(town: Town, facilitator: Visitor) -> None:
    give_column(town, "ccas", town.service)
    assert level(town.agent, town.service) == Level.EDIT
    for _twice in range(2):
        assert facilitator.post("/services/1/archive").status_code == 303
        assert level(town.agent, town.service) == Level.COMMENT
    facilitator.post("/services/1/restore")
    assert level(town.agent, town.service) == Level.EDIT
    told = [
        entry.action
        for entry in read_session().scalars(
            select(AuditEntry).where(AuditEntry.subject == "CCAS").order_by(AuditEntry.id)
        )
    ]
    assert told == ["service_archived", "service_restored"]


def test_merging_is_foretold_in_numbers(town: Town, facilitator: Visitor) -> None:
    give_column(town, "ccas", town.service)
    set_rights(town, town.free, services={"1": "none"})
    page = facilitator.get("/services/1/merge?into=2").text
    assert "1 personne rejoint" in page
    assert "1 colonne change de service" in page
    assert "1 réglage de droits" in page


def test_merging_moves_people_columns_and_rights_and_the_highest_level_wins(town: Town, facilitator: Visitor) -> None:
    give_column(town, "ccas", town.service)
    set_rights(town, town.guide, services={"1": "contribute", "2": "none"}, readers="none")
    set_rights(town, town.free, services={"1": "none"})
    elsewhere = next(
        iter(
            town.perform(
                town.facilitator, board=town.other_board, type="add_column", title="Ailleurs", kind="service", service=1
            ).columns
        )
    )

    assert facilitator.post("/services/1/merge", {"into": "2"}).status_code == 303

    assert slugs() == {"mediatheque"}
    for person in (town.agent, town.colleague):
        assert [found.slug for found in read_session().get_one(Person, person).services] == ["mediatheque"]
        assert level(person, town.service) == Level.EDIT
        assert level(person, town.guide) == Level.CONTRIBUTE
        assert level(person, town.free) == Level.EDIT
    assert town.column(elsewhere).service_id == 2
    assert town.column(town.guide).rights == {"services": {"2": "contribute"}, "readers": "none"}
    assert "services" not in town.column(town.free).rights
    assert town.log[-1].type == "service_reassigned"
    assert (
        read_session().scalars(select(AuditEntry).where(AuditEntry.action == "services_merged")).one().actor_id
        == town.facilitator
    )


def test_people_who_gain_a_column_by_a_merger_receive_its_cards(town: Town, facilitator: Visitor) -> None:
    card = town.add_card("Jusqu’ici cachée")
    town.perform(
        town.facilitator, type="set_rights", column=town.service, agents="none", services={"1": "edit", "2": "none"}
    )
    start = town.seq
    facilitator.post("/services/1/merge", {"into": "2"})
    [merged] = changes_after(read_session(), town.fresh_board(), start).changes or []
    assert set(merged.visible_to(Audience(Role.AGENT, frozenset({2}))).cards) == {card}


def test_members_of_both_services_are_in_one_after_a_merger(town: Town, facilitator: Visitor) -> None:
    with write_transaction() as session:
        person = session.get_one(Person, town.agent)
        person.services = list(session.scalars(select(Service)))
    facilitator.post("/services/1/merge", {"into": "2"})
    db.session.rollback()
    assert [found.slug for found in read_session().get_one(Person, town.agent).services] == ["mediatheque"]


def test_a_merger_that_fails_leaves_everything_as_it_was(
    town: Town, facilitator: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_column(town, "ccas", town.service)
    before = town.seq
    monkeypatch.setattr("app.admin.service_admin.audit_log.record", lambda *_arguments, **_facts: 1 / 0)
    facilitator.post("/services/1/merge", {"into": "2"})
    assert slugs() == {"ccas", "mediatheque"}
    assert town.column(town.service).service_id == 1
    assert town.seq == before
    assert [found.slug for found in read_session().get_one(Person, town.agent).services] == ["ccas"]


@pytest.mark.parametrize("into", ["1", "99", "", "x"])
def test_a_service_merges_only_with_another(town: Town, facilitator: Visitor, into: str) -> None:
    assert facilitator.post("/services/1/merge", {"into": into}).status_code == 404
    assert slugs() == {"ccas", "mediatheque"}


def test_merging_twice_is_harmless(town: Town, facilitator: Visitor) -> None:
    with write_transaction() as session:
        create_service(session, "culture", "Culture")
    facilitator.post("/services/1/merge", {"into": "2"})
    assert facilitator.post("/services/1/merge", {"into": "2"}).status_code == 404
    assert slugs() == {"mediatheque", "culture"}

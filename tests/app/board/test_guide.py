"""« J’ai lu » over HTTP, read receipts, « Guide d’utilisation » and the newcomer’s first visit."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, update
from werkzeug.test import TestResponse

from app.accounts.models import Account
from boards.database import db, now, read_session, write_transaction
from boards.directory import create_person
from boards.models import Person, Role
from boards.personal.read_receipts import mark_version_read
from tests.town import PEOPLE, Town
from tests.visitor import Visitor

TITLES = ("Publier sans validation", "Écrire court", "Déplacer une carte")


@pytest.fixture
def rules(town: Town) -> list[int]:
    return [
        town.add_card(title, column=town.guide, actor=town.facilitator, body=f"<p>Texte : {title}.</p>")
        for title in TITLES
    ]


def signed_in(app: Flask, who: str) -> Visitor:
    visitor = Visitor(app)
    visitor.sign_in(PEOPLE[who][0])
    return visitor


@pytest.fixture
def sonia(app: Flask, town: Town) -> Visitor:
    return signed_in(app, "agent")


@pytest.fixture
def elise(app: Flask, town: Town) -> Visitor:
    """Sign in the facilitator."""
    return signed_in(app, "facilitator")


def put(visitor: Visitor, path: str, value: Any) -> TestResponse:
    return visitor.client.put(path, json=value, headers={"X-CSRFToken": visitor.csrf_token})


def own_reads(visitor: Visitor, path: str = "/boards/accueil") -> dict[str, int]:
    found = re.search(r'data-reads="([^"]*)"', visitor.get(path).text)
    assert found
    told: dict[str, int] = json.loads(unescape(found[1]))
    return told


def panel(visitor: Visitor, card: int) -> str:
    return visitor.get(f"/cards/{card}", headers={"X-Fragment": "panel", "Accept": "text/html"}).text


# --- « J’ai lu » ------------------------------------------------------------------------------------------------------


def test_the_board_says_what_one_has_read_and_to_nobody_else(app: Flask, rules: list[int], sonia: Visitor) -> None:
    assert put(sonia, f"/cards/{rules[0]}/read", {"version": 1}).status_code == 204
    assert own_reads(sonia) == {str(rules[0]): 1}
    assert "1 lue sur 3" in sonia.get("/boards/accueil").text
    colleague = signed_in(app, "colleague")
    assert own_reads(colleague) == {}
    assert "0 lue sur 3" in colleague.get("/boards/accueil").text
    for rule in rules[1:]:
        put(sonia, f"/cards/{rule}/read", {"version": 1})
    assert "Tout est lu" in sonia.get("/boards/accueil").text
    assert put(sonia, f"/cards/{rules[0]}/read", {"version": None}).status_code == 204
    assert "2 lues sur 3" in sonia.get("/boards/accueil").text


def test_the_panel_of_a_rule_leads_to_the_next_unread_one(rules: list[int], sonia: Visitor) -> None:
    page = panel(sonia, rules[0])
    assert 'aria-pressed="false"' in page
    assert f'href="/cards/{rules[1]}"' in page
    for rule in rules[:2]:
        put(sonia, f"/cards/{rule}/read", {"version": 1})
    page = panel(sonia, rules[0])
    assert 'aria-pressed="true"' in page
    assert f'href="/cards/{rules[2]}"' in page
    put(sonia, f"/cards/{rules[2]}/read", {"version": 1})
    assert "Tout est lu" in panel(sonia, rules[0])


def test_only_a_rule_is_read(town: Town, sonia: Visitor) -> None:
    card = town.add_card()
    assert "J’ai lu" not in panel(sonia, card)
    refused = put(sonia, f"/cards/{card}/read", {"version": 1})
    assert (refused.status_code, refused.get_json(force=True)["code"]) == (409, "not_a_rule")


def test_a_rule_that_changed_while_it_was_read_is_to_be_read_again(
    town: Town, rules: list[int], sonia: Visitor
) -> None:
    town.perform(town.facilitator, type="edit_card", card=rules[0], version=1, body="<p>Autrement.</p>")
    refused = put(sonia, f"/cards/{rules[0]}/read", {"version": 1})
    problem = refused.get_json(force=True)
    assert (refused.status_code, problem["code"], problem["current"]["body_html"]) == (
        409,
        "rule_changed",
        "<p>Autrement.</p>",
    )
    assert own_reads(sonia) == {}


@pytest.mark.parametrize(
    "wrong",
    ["x", 1, True, [], {}, {"version": 0}, {"version": "1"}, {"version": True}, {"version": 1.5}, {"version": 2**70}],
)
def test_an_invalid_version_is_refused(wrong: object, rules: list[int], sonia: Visitor) -> None:
    assert put(sonia, f"/cards/{rules[0]}/read", wrong).status_code == 422
    assert own_reads(sonia) == {}


def test_without_script_a_form_does_the_same(town: Town, rules: list[int], sonia: Visitor) -> None:
    answer = sonia.post(f"/cards/{rules[0]}/read", {"version": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/cards/{rules[0]}")
    assert own_reads(sonia) == {str(rules[0]): 1}
    town.perform(town.facilitator, type="edit_card", card=rules[0], version=1, body="<p>Autrement.</p>")
    changed = sonia.post(f"/cards/{rules[0]}/read", {"version": "1"})
    assert changed.status_code == 409
    assert "modifiée pendant votre lecture" in changed.text
    assert "Autrement." in changed.text
    sonia.post(f"/cards/{rules[0]}/read", {"version": "2"})
    sonia.post(f"/cards/{rules[0]}/read", {"version": ""})
    assert own_reads(sonia) == {}
    assert sonia.post(f"/cards/{rules[0]}/read", {"version": "deux"}).status_code == 422


@pytest.mark.parametrize("version", ["9" * 5000, "9" * 30, "x", "-1", "1.0"])
def test_a_form_that_sends_nonsense_is_refused(version: str, rules: list[int], sonia: Visitor) -> None:
    assert sonia.post(f"/cards/{rules[0]}/read", {"version": version}).status_code == 422
    assert own_reads(sonia) == {}


def test_in_somebody_elses_place_nothing_is_read(rules: list[int], elise: Visitor) -> None:
    put(elise, f"/cards/{rules[0]}/read", {"version": 1})
    assert own_reads(elise, "/boards/accueil?as=reader") == {}
    assert "J’ai lu" not in elise.get(f"/cards/{rules[0]}?as=reader", headers={"X-Fragment": "panel"}).text


def test_read_receipts_are_in_the_personal_data_export(rules: list[int], sonia: Visitor) -> None:
    put(sonia, f"/cards/{rules[0]}/read", {"version": 1})
    told = sonia.get("/profile/data").get_json()
    assert [(read["card"], read["version"], read["title"]) for read in told["reads"]] == [(rules[0], 1, TITLES[0])]
    assert told["profile"]["welcomed_at"]


# --- read receipts ----------------------------------------------------------------------------------------------------


def test_facilitators_see_how_many_have_read_and_names_only_where_it_is_required(
    town: Town, rules: list[int], elise: Visitor
) -> None:
    with write_transaction() as session:
        mark_version_read(session, town.agent, rules[0], 1)
        mark_version_read(session, town.agent, rules[1], 1)
    assert "1 lue sur 4" in panel(elise, rules[0])
    page = elise.get("/boards/accueil/guide/reads").text
    assert page.count("1 personne sur 4") == 2
    assert page.count("0 personne sur 4") == 1
    assert "Sonia Bernard" not in page
    town.perform(town.facilitator, type="require_reading", card=rules[1], required=True)
    page = elise.get("/boards/accueil/guide/reads").text
    late, done = re.findall(r"<ul class=\"names\">(.*?)</ul>", page, re.DOTALL)
    assert "Léo Dumas" in late
    assert "Carole Viala" in late
    assert "Sonia Bernard" not in late
    assert re.findall(r"<bdi>([^<]*)</bdi>", done) == ["Sonia Bernard"]


def test_nobody_else_sees_names(app: Flask, town: Town, rules: list[int], sonia: Visitor) -> None:
    town.perform(town.facilitator, type="require_reading", card=rules[0], required=True)
    for visitor in (sonia, signed_in(app, "reader")):
        page = panel(visitor, rules[0])
        assert "Lecture demandée" in page
        assert "0 lue sur 4" in page
        assert "N’ont pas encore lu" not in page
        assert "Léo Dumas" not in page
        assert 'class="item may-arrange-only" type="button" role="menuitem" data-action="required-reading#open"' in page
        board = visitor.get("/boards/accueil").text
        assert "Lecture demandée" in board
        assert "/guide/reads" not in board or 'class="may-arrange-only"' in board
        assert visitor.get("/boards/accueil/guide/reads").status_code == 403


def test_outside_the_guide_column_it_is_still_to_be_read(town: Town, rules: list[int], sonia: Visitor) -> None:
    town.perform(town.facilitator, type="require_reading", card=rules[0], required=True)
    town.perform(town.facilitator, type="move_card", card=rules[0], column=town.free)
    assert "<span>Lecture demandée</span>" in sonia.get("/boards/accueil").text
    assert put(sonia, f"/cards/{rules[0]}/read", {"version": 1}).status_code == 204


def test_the_page_of_reads_asks_the_database_no_more_for_more(town: Town, rules: list[int], elise: Visitor) -> None:
    def statements() -> int:
        db.session.rollback()
        asked: list[str] = []

        def hear(*anything: Any) -> None:
            asked.append(anything[2])

        elise.get("/boards/accueil/guide/reads")
        event.listen(db.engine, "before_cursor_execute", hear)
        assert elise.get("/boards/accueil/guide/reads").status_code == 200
        event.remove(db.engine, "before_cursor_execute", hear)
        return len(asked)

    for rule in rules:
        town.perform(town.facilitator, type="require_reading", card=rule, required=True)
    few = statements()
    with write_transaction() as session:
        people = [create_person(session, f"Agent {number}", Role.AGENT, ["ccas"]).id for number in range(15)]
        for person in people:
            mark_version_read(session, person, rules[0], 1)
    assert statements() == few


# --- the guide --------------------------------------------------------------------------------------------------------


def test_the_guide_is_made_of_the_rules_the_shortcuts_and_the_marks(
    town: Town, rules: list[int], sonia: Visitor
) -> None:
    page = sonia.get("/boards/accueil/guide").text
    assert [page.index(f"Texte : {title}.") for title in TITLES] == sorted(
        page.index(f"Texte : {title}.") for title in TITLES
    )
    keys = re.search(r'<dl class="shortcuts-list">.*?</dl>', page, re.DOTALL)
    assert keys
    assert keys[0] in sonia.get("/boards/accueil").text  # one source for both
    assert "expire demain" in page
    assert "Sommaire" not in page


def test_the_guide_is_always_what_the_board_says(town: Town, rules: list[int], sonia: Visitor) -> None:
    town.perform(town.facilitator, type="edit_card", card=rules[0], version=1, title="Publier, tout simplement")
    town.perform(town.facilitator, type="archive_card", card=rules[1])
    for number in range(4):
        town.add_card(f"Règle {number}", column=town.guide, actor=town.facilitator)
    page = sonia.get("/boards/accueil/guide").text
    assert "Publier, tout simplement" in page
    assert TITLES[0] not in page.replace(f"Texte : {TITLES[0]}", "")
    assert TITLES[1] not in page
    contents = re.search(r'<nav class="contents".*?</nav>', page, re.DOTALL)
    assert contents
    for anchor in re.findall(r'href="#([^"]+)"', contents[0]):
        assert f'id="{anchor}"' in page


def test_a_hidden_guide_column_leaks_nothing(town: Town, rules: list[int], sonia: Visitor) -> None:
    put(sonia, f"/cards/{rules[0]}/read", {"version": 1})
    town.perform(town.facilitator, type="set_rights", column=town.guide, agents="none")
    page = sonia.get("/boards/accueil/guide").text
    assert not any(title in page for title in TITLES)
    assert "Aucune règle n’est encore écrite" in page
    assert own_reads(sonia) == {}
    assert put(sonia, f"/cards/{rules[1]}/read", {"version": 1}).status_code == 404
    assert sonia.post(f"/cards/{rules[1]}/read", {"version": "1"}).status_code == 404


def test_a_board_that_is_none_has_no_guide(sonia: Visitor, elise: Visitor) -> None:
    assert sonia.get("/boards/nulle-part/guide").status_code == 404
    assert elise.get("/boards/nulle-part/guide/reads").status_code == 404


# --- the first visit --------------------------------------------------------------------------------------------------


def make_newcomer(town: Town) -> None:
    with write_transaction() as session:
        session.execute(update(Account).where(Account.person_id == town.agent).values(welcomed_at=None))


def test_a_newcomer_is_welcomed_on_the_board_until_they_have_been(town: Town, rules: list[int], sonia: Visitor) -> None:
    assert "data-newcomer" not in sonia.get("/boards/accueil").text
    make_newcomer(town)
    assert "data-newcomer" in sonia.get("/boards/accueil").text
    assert "data-newcomer" not in sonia.get(f"/cards/{rules[0]}").text
    for _time in range(2):
        assert put(sonia, "/profile/welcomed", None).status_code == 204
        assert "data-newcomer" not in sonia.get("/boards/accueil").text


def test_being_welcomed_twice_keeps_the_first_time(town: Town, sonia: Visitor) -> None:
    welcomed = select(Account.welcomed_at).where(Account.person_id == town.agent)
    before = read_session().scalars(welcomed).one()
    put(sonia, "/profile/welcomed", None)
    db.session.rollback()
    assert read_session().scalars(welcomed).one() == before
    assert before is not None
    assert before < now()


def test_a_facilitator_in_somebody_elses_place_is_no_newcomer(town: Town, elise: Visitor) -> None:
    with write_transaction() as session:
        session.execute(update(Account).values(welcomed_at=None))
    assert "data-newcomer" in elise.get("/boards/accueil").text
    assert "data-newcomer" not in elise.get("/boards/accueil?as=reader").text


def test_only_people_who_may_read_the_column_are_counted(
    app: Flask, town: Town, rules: list[int], elise: Visitor
) -> None:
    town.perform(
        town.facilitator, type="set_rights", column=town.guide, readers="none", services={str(town.mediatheque): "none"}
    )
    with write_transaction() as session:
        session.get_one(Person, town.agent).disabled_at = now()
    assert elise.get("/boards/accueil/guide/reads").text.count("0 personne sur 1") == 3

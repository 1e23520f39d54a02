"""History pages: entries, audience, and undo without script."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from tests.town import PEOPLE, Town
from tests.visitor import Visitor


@pytest.fixture
def sonia(app: Flask, town: Town) -> Visitor:
    """Sign in the agent."""
    visitor = Visitor(app)
    visitor.sign_in(PEOPLE["agent"][0])
    return visitor


@pytest.fixture
def card(town: Town) -> int:
    card = town.add_card("Piscine fermée", body="<p>Elle rouvre mardi matin.</p>")
    town.perform(
        town.facilitator,
        type="edit_card",
        card=card,
        version=1,
        body="<p>Elle rouvre jeudi matin.</p>",
        valid_until="2030-02-01",
    )
    return card


def undo_form(page: str) -> dict[str, str]:
    """Return the hidden fields of the first « Annuler »."""
    form = page.split('/undo"')[1].split("</form>")[0]
    return {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}


def test_a_card_tells_who_wrote_what(sonia: Visitor, card: int) -> None:
    page = sonia.get(f"/cards/{card}/history").text
    assert "Élise Laurent" in page
    assert re.search(r"rouvre<del>.* mardi</del><ins>.* jeudi</ins> matin", page)
    assert "1er février 2030" in page
    assert page.index("Info modifiée") < page.index("Info ajoutée")


def test_beside_the_board_it_is_only_the_panel(sonia: Visitor, card: int) -> None:
    fragment = sonia.client.get(f"/cards/{card}/history", headers={"X-Fragment": "panel"}).text
    assert fragment.startswith(f'<article data-panel-card="{card}" data-history')
    assert "<html" not in fragment


def test_undoing_from_the_page_and_sending_the_form_twice(town: Town, sonia: Visitor, card: int) -> None:
    form = undo_form(sonia.get(f"/cards/{card}/history").text)
    answers = [sonia.post("/boards/accueil/undo", form) for _twice in range(2)]
    assert [answer.headers["Location"] for answer in answers] == [f"/cards/{card}/history"] * 2
    page = sonia.get(f"/cards/{card}/history").text
    assert page.count("La modification est annulée.") == 2
    assert "Annulation" in page
    assert (town.card(card).body_text, town.seq) == ("Elle rouvre mardi matin.", int(form["seq"]) + 1)


def test_a_refusal_is_said_where_one_was(town: Town, sonia: Visitor, card: int) -> None:
    form = undo_form(sonia.get("/boards/accueil/history?kind=edited").text)
    town.perform(town.facilitator, type="edit_card", card=card, version=2, body="<p>Autre chose.</p>")
    answer = sonia.post("/boards/accueil/undo", form)
    assert answer.headers["Location"] == "/boards/accueil/history?kind=edited"
    assert "modifié depuis" in sonia.get("/boards/accueil/history").text
    assert town.card(card).body_text == "Autre chose."


def test_a_form_that_is_none(town: Town, sonia: Visitor, card: int) -> None:
    seq = town.seq
    for form in (
        {},
        {"seq": "-1"},
        {"seq": "9" * 30},
        {"seq": str(seq), "first": "x"},
        {"seq": str(seq), "key": "k" * 81},
    ):
        assert sonia.post("/boards/accueil/undo", {**form, "next": "//elsewhere.example"}).headers["Location"] == "/"
    assert town.seq == seq


def test_undo_is_not_offered_without_the_right(app: Flask, town: Town, card: int) -> None:
    reader = Visitor(app)
    reader.sign_in(PEOPLE["reader"][0])
    for path in (f"/cards/{card}/history", "/boards/accueil/history"):
        page = reader.get(path).text
        assert "Info modifiée" in page
        assert "/undo" not in page


def test_filters_keep_to_what_is_asked(town: Town, sonia: Visitor, card: int) -> None:
    def shown(query: str) -> list[str]:
        return re.findall(r'<p class="action">\s*([^<]+?)\s*<', sonia.get(f"/boards/accueil/history?{query}").text)

    assert shown(f"person={town.agent}") == ["Info ajoutée"]
    assert shown("kind=edited") == ["Info modifiée"]
    assert shown(f"column={town.guide}") == ["Colonne ajoutée"]
    assert shown(f"person={town.colleague}") == []
    assert len(shown("person=x&column=&kind=zzz&before=")) == 6
    assert shown("before=2") == ["Colonne ajoutée"]


def test_hidden_columns_are_in_no_history(app: Flask, town: Town, sonia: Visitor) -> None:
    town.perform(town.facilitator, type="set_rights", column=town.guide, agents="none")
    town.perform(town.facilitator, type="edit_column", column=town.guide, title="Colonne secrète")
    card = town.add_card("Carte secrète", column=town.guide, actor=town.facilitator)
    assert "secrète" not in sonia.get("/boards/accueil/history").text
    assert sonia.get(f"/cards/{card}/history").status_code == 404
    facilitator = Visitor(app)
    facilitator.sign_in(PEOPLE["facilitator"][0])
    assert "Carte secrète" in facilitator.get("/boards/accueil/history").text
    assert facilitator.get(f"/cards/{card}/history?as=agent").status_code == 404
    assert "/undo" not in facilitator.get(f"/cards/{town.add_card()}/history?as=agent").text

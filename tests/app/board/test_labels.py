"""Labels on pages: card chips, the panel, the API, and the management page for facilitators."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from boards.database import db
from tests.town import Town
from tests.visitor import Visitor

PAGE = "/boards/accueil/labels"


@pytest.fixture
def facilitator(visitor: Visitor, town: Town) -> Visitor:
    visitor.sign_in("dtan@ville.example")
    return visitor


@pytest.fixture
def card(town: Town) -> int:
    return town.add_card()


def label(town: Town, card: int, *names: str) -> list[int]:
    town.perform(town.agent, type="set_labels", card=card, labels=list(names))
    return town.card(card).label_ids


def chips(html: str) -> list[str]:
    return re.findall(r'<li class="chip tint[^"]*"[^>]*data-label="\d+"[^>]*><bdi>(.*?)</bdi>', html)


def fragment(page: str, card: int) -> str:
    found = re.search(rf'<li class="card" [^>]*id="card-{card}".*?(?=<li class="card"|</section>)', page, re.DOTALL)
    assert found
    return found[0]


def test_a_card_shows_three_and_names_all(facilitator: Visitor, town: Town, card: int) -> None:
    ids = label(town, card, "Été", "Urgent", "École", "Piscine", "<b>Sport</b>")
    shown = fragment(facilitator.get("/boards/accueil").text, card)
    assert chips(shown) == ["Été", "Urgent", "École", "Piscine", "&lt;b&gt;Sport&lt;/b&gt;"]
    assert f'data-labels="{" ".join(map(str, ids))}"' in shown
    assert shown.count("sr-only") == 2
    assert 'title="Piscine, &lt;b&gt;Sport&lt;/b&gt;">+2<' in shown
    assert len(chips(facilitator.get(f"/cards/{card}", headers={"X-Fragment": "panel"}).text)) == 5


def test_a_renamed_label_is_renamed_on_each_card_and_a_removed_one_is_gone(
    facilitator: Visitor, town: Town, card: int
) -> None:
    (ete,) = label(town, card, "Été")
    assert chips(fragment(facilitator.get("/boards/accueil").text, card)) == ["Été"]
    town.perform(town.facilitator, type="edit_label", label=ete, name="Saison")
    assert chips(fragment(facilitator.get("/boards/accueil").text, card)) == ["Saison"]
    change = facilitator.command(type="remove_label", label=ete).json["changes"][0]  # type: ignore[index]  # it is JSON
    assert chips(change["cards"][str(card)]["html"]) == []
    assert chips(facilitator.get("/boards/accueil").text) == []


def test_programs_read_labels_of_what_they_may_read(facilitator: Visitor, town: Town, card: int, app: Flask) -> None:
    (ete,) = label(town, card, "Été")
    hidden = next(iter(town.perform(town.facilitator, type="add_column", title="Secret", kind="free").columns))
    town.perform(town.facilitator, type="set_rights", column=hidden, agents="none", readers="none")
    secret = town.add_card(column=hidden, actor=town.facilitator)
    town.perform(town.facilitator, type="set_labels", card=secret, labels=["Confidentiel"])
    agent = Visitor(app)
    agent.sign_in("ccas@ville.example")

    def told(visitor: Visitor) -> dict[str, Any]:
        answer: dict[str, Any] | None = visitor.get("/api/boards/accueil").json
        assert answer
        return answer

    assert told(agent)["labels"] == [{"id": ete, "name": "Été", "hue": 250}]
    assert [each["labels"] for each in told(agent)["cards"]] == [[ete]]
    assert [each["name"] for each in told(facilitator)["labels"]] == ["Confidentiel", "Été"]
    assert "Confidentiel" not in agent.get("/boards/accueil").text


def test_labels_are_read_once_however_many_cards_have_some(facilitator: Visitor, town: Town, app: Flask) -> None:
    def queries() -> int:
        app.extensions["card_fragments"].clear()
        counted: list[str] = []

        def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            counted.append(statement)

        event.listen(db.engine, "before_cursor_execute", count)
        facilitator.get("/boards/accueil")
        event.remove(db.engine, "before_cursor_execute", count)
        return len(counted)

    label(town, town.add_card(), "Été")
    few = queries()
    for number in range(12):
        label(town, town.add_card(f"Info {number}"), "Été", f"Étiquette {number}")
    assert queries() == few


def test_the_page_renames_recolours_merges_and_removes(facilitator: Visitor, town: Town, card: int) -> None:
    ete, hiver = label(town, card, "Été", "Hiver")
    assert facilitator.post(f"{PAGE}/{ete}", {"name": "Saison", "hue": "40"}).status_code == 303
    text = facilitator.get(PAGE).text
    assert "L’étiquette est modifiée." in text
    assert 'data-hue="40"><bdi>Saison</bdi>' in text
    assert "1 info" in text
    for _twice in range(2):
        facilitator.post(f"{PAGE}/{hiver}/merge", {"into": str(ete)})
    assert town.card(card).label_ids == [ete]
    facilitator.post(f"{PAGE}/{ete}/remove")
    assert "n’a pas encore d’étiquette" in facilitator.get(PAGE).text
    assert town.card(card).label_ids == []


def test_refusals_are_shown_beside_the_input(facilitator: Visitor, town: Town, card: int) -> None:
    ete, hiver = label(town, card, "Été", "Hiver")
    taken = facilitator.post(f"{PAGE}/{hiver}", {"name": "été", "hue": "40"})
    assert taken.status_code == 409
    assert "porte déjà ce nom" in taken.text
    assert (
        f'id="name-{hiver}" name="name" maxlength="60" required autocomplete="off" value="été" aria-invalid="true"'
        in taken.text
    )
    assert facilitator.post(f"{PAGE}/{hiver}", {"name": " ", "hue": "40"}).status_code == 422
    assert facilitator.post(f"{PAGE}/{hiver}", {"name": "Neige", "hue": "400"}).status_code == 422
    assert facilitator.post(f"{PAGE}/{hiver}/merge", {"into": ""}).status_code == 422
    assert facilitator.post(f"{PAGE}/{hiver}/merge", {"into": str(hiver)}).status_code == 409
    assert facilitator.post(f"{PAGE}/999/remove").status_code == 404
    assert town.card(card).label_ids == [ete, hiver]


def test_history_names_labels_that_still_exist(facilitator: Visitor, town: Town, card: int) -> None:
    ete, _hiver = label(town, card, "Été", "Hiver")
    town.perform(town.facilitator, type="remove_label", label=ete)
    text = facilitator.get("/boards/accueil/history").text
    assert "Étiquette retirée du tableau<a><bdi>Été</bdi></a>" in " ".join(text.split())
    assert "Étiquettes changées" in text
    assert "</span>Hiver</ins>" in text
    assert "Été, Hiver" not in text


def test_the_answer_to_a_new_label_names_it(facilitator: Visitor, town: Town, card: int) -> None:
    answer = facilitator.command(type="set_labels", card=card, labels=["Toute neuve"]).json
    assert answer
    assert chips(answer["changes"][0]["cards"][str(card)]["html"]) == ["Toute neuve"]
    assert chips(fragment(facilitator.get("/boards/accueil").text, card)) == ["Toute neuve"]

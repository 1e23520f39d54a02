"""« Nouveautés » and read markers, with and without script."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from boards.database import db
from tests.town import PEOPLE, Town
from tests.visitor import Visitor


def signed_in(app: Flask, who: str) -> Visitor:
    visitor = Visitor(app)
    visitor.sign_in(PEOPLE[who][0])
    return visitor


@pytest.fixture
def carole(app: Flask, town: Town) -> Visitor:
    """Sign in the reader."""
    return signed_in(app, "reader")


def put(visitor: Visitor, path: str, body: Any, method: str = "PUT") -> int:
    return visitor.client.open(path, method=method, json=body, headers={"X-CSRFToken": visitor.csrf_token}).status_code


def progress(visitor: Visitor) -> Any:
    found = re.search(r'data-seen="([^"]*)"', visitor.get("/boards/accueil").text)
    return json.loads(unescape(found[1])) if found else None


def unread(visitor: Visitor) -> list[str]:
    return [card["title"] for card in visitor.get("/api/boards/accueil").get_json()["cards"] if card["unread"]]


def test_the_board_says_how_much_is_new_to_whoever_looks(town: Town, carole: Visitor) -> None:
    assert "unread-count" in carole.get("/boards/accueil").text
    assert "<title>Accueil" in carole.get("/boards/accueil").text
    town.add_card("Une")
    town.add_card("Deux")
    card = town.add_card("Trois", column=town.free)
    page = carole.get("/boards/accueil").text
    assert "<title>(3) Accueil" in page
    assert f'data-column="{town.service}" data-unread="2" aria-label="Service, 2 non lues"' in page
    assert re.search(r'aria-label="2 non lues" title="2 non lues">2</span>', page)
    assert re.search(rf'id="card-{card}"[^>]*\sdata-signalled="{town.seq}"\s+data-signalled-by="{town.agent}"', page)
    assert progress(carole) == {"to": 0, "cards": {}}


def test_read_markers_are_saved_and_private(app: Flask, town: Town, carole: Visitor) -> None:
    one, two = town.add_card("Une"), town.add_card("Deux")
    seq = town.seq
    for _twice in range(2):
        assert put(carole, f"/cards/{one}/seen", {"seq": seq}) == 204
        assert (unread(carole), progress(carole)) == (["Deux"], {"to": 0, "cards": {str(one): seq}})
    assert put(carole, f"/cards/{one}/seen", None, "DELETE") == 204
    assert (unread(carole), progress(carole)["cards"]) == (["Une", "Deux"], {str(one): 0})
    assert put(carole, f"/boards/accueil/columns/{town.service}/seen", {"seq": seq}) == 204
    assert unread(carole) == []
    town.perform(town.agent, type="edit_card", card=two, version=1, title="Deux bis")
    assert put(carole, "/boards/accueil/seen", {"seq": seq}) == 204  # what came since stays
    assert unread(carole) == ["Deux bis"]
    assert put(carole, "/boards/accueil/seen", {"seq": town.seq}) == 204
    assert unread(carole) == []
    assert put(carole, "/boards/accueil/progress", {"to": 0, "cards": {str(one): seq}}) == 204
    assert unread(carole) == ["Deux bis"]
    assert unread(signed_in(app, "colleague")) == ["Une", "Deux bis"]
    assert town.seq == seq + 1


@pytest.mark.parametrize(
    "body", ["x", {}, [], {"seq": None}, {"seq": "1"}, {"seq": -1}, {"seq": 2**63}, {"seq": True}, {"seq": 1.5}]
)
def test_odd_marks_are_refused(town: Town, carole: Visitor, body: Any) -> None:
    card = town.add_card()
    for path in (f"/cards/{card}/seen", "/boards/accueil/seen", f"/boards/accueil/columns/{town.service}/seen"):
        assert put(carole, path, body) == 422
    assert unread(carole) == ["Piscine fermée"]


@pytest.mark.parametrize(
    "body",
    [
        "x",
        {},
        {"cards": []},
        {"cards": {"x": 1}},
        {"cards": {"1": "2"}},
        {"to": -1, "cards": {}},
        {"cards": {"9" * 30: 1}},
        {"cards": {"1": -1}},
    ],
)
def test_odd_progress_is_refused(town: Town, carole: Visitor, body: Any) -> None:
    assert put(carole, "/boards/accueil/progress", body) == 422


def test_a_seq_that_was_not_reached_yet_reads_nothing_to_come(town: Town, carole: Visitor) -> None:
    card = town.add_card()
    assert put(carole, f"/cards/{card}/seen", {"seq": 2**60}) == 204
    assert put(carole, "/boards/accueil/seen", {"seq": 2**60}) == 204
    town.perform(town.agent, type="edit_card", card=card, version=1, title="Plus tard")
    assert unread(carole) == ["Plus tard"]


def test_invisible_cards_are_not_marked(town: Town, carole: Visitor) -> None:
    card = town.add_card(column=town.free)
    town.perform(town.facilitator, type="set_rights", column=town.free, readers="none")
    for path in (
        f"/cards/{card}/seen",
        f"/boards/accueil/columns/{town.free}/seen",
        "/boards/nulle-part/seen",
        f"/cards/{2**64}/seen",
    ):
        assert put(carole, path, {"seq": 1}) == 404
    assert carole.get("/boards/nulle-part/news").status_code == 404
    assert carole.post("/boards/accueil/news", {"seq": "9", "card": str(card)}).status_code == 404
    assert carole.post("/boards/accueil/news", {"seq": "9", "column": str(town.free)}).status_code == 404


def test_in_somebody_elses_place_nothing_is_new(app: Flask, town: Town) -> None:
    town.add_card()
    page = signed_in(app, "facilitator").get("/boards/accueil?as=reader").text
    assert "data-seen" not in page
    assert "news-button" not in page
    assert "<title>Accueil" in page


# --- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_says_what_is_new_and_what_changed(town: Town, carole: Visitor) -> None:
    card = town.add_card("Piscine fermée", body="<p>Vidange annuelle du bassin.</p>")
    carole.post("/boards/accueil/news", {"seq": str(town.seq)})
    town.perform(town.agent, type="edit_card", card=card, version=1, body="<p>Vidange annuelle terminée.</p>")
    town.add_card("Nocturne <b>vendredi</b>", column=town.free)
    page = carole.get("/boards/accueil/news").text
    assert "2 infos non lues depuis votre dernière visite." in page
    assert re.search(r"<del>.*?du bassin</del>.*?<ins>.*?terminée</ins>", page, re.DOTALL)
    assert "Nocturne &lt;b&gt;vendredi&lt;/b&gt;" in page
    assert page.index("Piscine fermée") < page.index("Nocturne")
    assert "Tout est lu." not in re.sub(r'<div class="all-read"[^>]* hidden>.*?</div>', "", page)


def test_all_is_read_without_script(town: Town, carole: Visitor) -> None:
    town.add_card("Une")
    town.add_card("Deux", column=town.free)
    page = carole.get("/boards/accueil/news").text
    assert page.count('action="/boards/accueil/news"') == 1 + 2 + 2  # all, each column, each card
    answer = carole.post("/boards/accueil/news", {"seq": str(town.seq), "column": str(town.free)})
    assert (answer.status_code, answer.location) == (303, "/boards/accueil/news")
    assert unread(carole) == ["Une"]
    town.add_card("Trois")
    carole.post("/boards/accueil/news", {"seq": str(town.seq - 1)})
    assert unread(carole) == ["Trois"]
    carole.post("/boards/accueil/news", {"seq": str(town.seq)})
    page = carole.get("/boards/accueil/news").text
    assert "Tout est lu." in page
    assert 'data-news-target="done"><span' in page
    assert carole.post("/boards/accueil/news", {}).status_code == 422


def test_one_card_after_the_other_without_script(town: Town, carole: Visitor) -> None:
    for title in ("Trois", "Deux", "Une"):
        town.add_card(title, body=f"<p>Texte de {title}.</p>")
    page = carole.get("/boards/accueil/news?card=0").text
    assert "<strong>1 sur 3</strong>" in page
    assert "Texte de Une." in page
    seen = []
    for place in (1, 2, 3):
        assert f"<strong>{place} sur 3</strong>" in page
        seen.append(re.search(r'id="news-title"><bdi>([^<]*)', page)[1])  # type: ignore[index]
        form = dict(re.findall(r'name="(card|seq|next|read)" value="(\d+)"', page.split('class="step-navigation"')[1]))
        answer = carole.post("/boards/accueil/news", form)
        assert answer.status_code == 303
        page = carole.get(answer.location).text
    assert seen == ["Une", "Deux", "Trois"]
    answer = carole.get("/boards/accueil/news?card=0&read=3")
    assert (answer.status_code, answer.location) == (303, "/boards/accueil/news")
    assert unread(carole) == []


def test_skipped_cards_come_again_and_back_returns(town: Town, carole: Visitor) -> None:
    later = town.add_card("Plus tard")
    first = town.add_card("D’abord")
    page = carole.get("/boards/accueil/news?card=0").text
    assert f'href="/boards/accueil/news?card={later}&amp;read=0"' in page
    page = carole.get(f"/boards/accueil/news?card={later}&read=0").text
    assert "<strong>2 sur 2</strong>" in page
    assert f'href="/boards/accueil/news?card={first}&amp;read=0"' in page
    assert unread(carole) == ["Plus tard", "D’abord"]
    for odd in ("999999", "x", "-1", "9" * 40):
        assert carole.get(f"/boards/accueil/news?card={odd}").status_code in (200, 303)
    assert "<strong>1 sur 2</strong>" in carole.get("/boards/accueil/news?card=0&read=x").text


def test_a_board_without_anything_on_it_is_all_read(carole: Visitor) -> None:
    page = carole.get("/boards/autre/news").text
    assert "Tout est lu." in page
    assert "Tout marquer comme lu" not in page


def test_the_page_asks_the_database_no_more_for_more(town: Town, carole: Visitor) -> None:
    def statements() -> int:
        db.session.rollback()
        asked: list[str] = []

        def hear(*anything: Any) -> None:
            asked.append(anything[2])

        carole.get("/boards/accueil/news")
        event.listen(db.engine, "before_cursor_execute", hear)
        assert carole.get("/boards/accueil/news").status_code == 200
        event.remove(db.engine, "before_cursor_execute", hear)
        return len(asked)

    def publish(number: int) -> None:
        card = town.add_card(str(number), column=town.free if number % 2 else town.service)
        town.perform(town.agent, type="edit_card", card=card, version=1, title=f"{number} bis")

    publish(0)
    publish(1)
    few = statements()
    for number in range(2, 14):
        publish(number)
    assert statements() == few


def test_ones_data_does_not_tell_what_a_card_one_has_read_will_say_another_day(town: Town, carole: Visitor) -> None:
    card = town.add_card("Piscine fermée")
    assert put(carole, f"/cards/{card}/seen", {"seq": town.seq}) == 204
    town.add_card("Autre")  # unread, so that what is kept of the first stays
    assert put(carole, f"/cards/{card}/seen", {"seq": town.seq}) == 204
    town.perform(
        town.agent, type="edit_card", card=card, version=1, title="Fermeture définitive", visible_from="2199-01-02"
    )
    page = carole.get("/profile/data")
    assert [kept["card"] for kept in page.json["seen"]] == [card]  # type: ignore[index]  # it is JSON
    assert "Fermeture définitive" not in page.text

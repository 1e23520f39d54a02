"""Search over HTTP: page, list under the field, JSON, and failed queries."""

from __future__ import annotations

from typing import Any

import pytest

from boards.database import db, read_session
from boards.search.models import FailedSearchWord
from tests.town import Town
from tests.visitor import Visitor

FACILITATOR, AGENT, READER = "dtan@ville.example", "ccas@ville.example", "elu@ville.example"


def found(visitor: Visitor, query: str, **filters: Any) -> list[dict[str, Any]]:
    answer = visitor.client.get("/api/boards/accueil/search", query_string={"q": query, **filters})
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.get_json()["results"]
    return results


def in_vain() -> dict[str, int]:
    db.session.rollback()
    return {row.words: row.times for row in read_session().query(FailedSearchWord)}


def test_programs_get_the_best_first_with_what_they_need_to_show_it(town: Town, visitor: Visitor) -> None:
    town.add_card("Horaires", body="<p>La piscine des <b>Berges</b> &lt;ferme&gt; à 19 h</p>")
    best = town.add_card("Piscine fermée", body="<p>Vidange</p>", valid_until="2099-12-31")
    visitor.sign_in(AGENT)
    first, second = found(visitor, "piscines")
    assert (first["card"], first["title"], first["column"], first["board"]) == (
        best,
        "Piscine fermée",
        town.service,
        "accueil",
    )
    assert first["title_html"] == "<mark>Piscine</mark> fermée"
    assert (first["freshness"], first["valid_until"], first["archived"]) == ("current", "2099-12-31", False)
    assert second["excerpt_html"] == "La <mark>piscine</mark> des Berges &lt;ferme&gt; à 19 h"


def test_filters_of_boards_narrow_a_search(town: Town, visitor: Visitor) -> None:
    mine = town.add_card("Piscine du CCAS")
    theirs = town.add_card("Piscine libre", column=town.free, actor=town.colleague)
    visitor.sign_in(AGENT)
    assert {result["card"] for result in found(visitor, "piscine")} == {mine, theirs}
    assert [result["card"] for result in found(visitor, "piscine", mine="1")] == [mine]
    assert [result["card"] for result in found(visitor, "piscine", unread="1")] == [theirs]
    assert [result["card"] for result in found(visitor, "piscine", kind="free")] == [theirs]
    refused = visitor.client.get("/api/boards/accueil/search?q=piscine&fresh=rotten")
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "fresh")


def test_filtered_results_are_found_behind_many_better_matches(town: Town, visitor: Visitor) -> None:
    mine = town.add_card("Divers", body=f"<p>{'autre chose encore ' * 20} piscine</p>")
    for number in range(61):
        town.add_card(f"Piscine {number}", column=town.free, actor=town.colleague)
    visitor.sign_in(AGENT)
    assert [result["card"] for result in found(visitor, "piscine", mine="1")] == [mine]


def test_a_service_answers_for_its_telephone_and_hours(town: Town, visitor: Visitor) -> None:
    from boards.database import write_transaction
    from boards.models import Service

    with write_transaction() as session:
        service = session.get_one(Service, town.ccas)
        service.contact, service.hours = "04 65 71 10 20", "Lundi 9 h - 12 h"
    visitor.sign_in(READER)
    for query in ("numéro du ccas", "horaires CCAS", "ccas", "ccas lundi"):
        services = visitor.client.get("/api/boards/accueil/search", query_string={"q": query}).get_json()["services"]
        assert [service["contact"] for service in services] == ["04 65 71 10 20"], query
    page = visitor.get("/search?q=téléphone+ccas").text
    assert 'href="tel:0465711020"' in page
    assert not visitor.client.get("/api/boards/accueil/search?q=numéro").get_json()["services"]


def test_the_page_works_without_script_and_keeps_what_was_typed(town: Town, visitor: Visitor) -> None:
    town.add_card("Piscine fermée")
    visitor.sign_in(AGENT)
    page = visitor.get("/search?q=piscine").text
    assert "<mark>Piscine</mark> fermée" in page
    assert 'value="piscine"' in page
    assert "1 résultat" in page
    assert "Aucun résultat" not in visitor.get("/search").text


def test_the_list_under_the_field_is_a_fragment(town: Town, visitor: Visitor) -> None:
    card = town.add_card("Piscine fermée")
    visitor.sign_in(AGENT)
    fragment = visitor.get("/search?q=pisc&board=accueil", headers={"X-Fragment": "options"}).text
    assert f'id="found-{card}"' in fragment
    assert "<html" not in fragment
    assert in_vain() == {}


def test_failed_queries_are_counted_and_offered_to_a_service(town: Town, visitor: Visitor) -> None:
    visitor.sign_in(AGENT)
    page = visitor.get("/search?q=Dératisation+des+caves+06+12+34+56+78&board=accueil").text
    assert "Demander à un service" in page
    visitor.get("/search?q=deratisation+caves")
    assert in_vain() == {"deratisation caves": 2}
    typed = visitor.client.get("/search?q=derat&board=accueil", headers={"X-Fragment": "options"}).text
    assert "data-in-vain" in typed
    assert in_vain() == {"deratisation caves": 2}


def test_a_pause_counts_what_found_nothing_and_nothing_else(town: Town, visitor: Visitor) -> None:
    town.add_card("Piscine fermée")
    visitor.sign_in(AGENT)
    headers = {"X-CSRFToken": visitor.csrf_token}
    for words in ("piscine", "12 34", "ovni"):
        assert (
            visitor.client.post("/search/in-vain", json={"q": words, "board": "accueil"}, headers=headers).status_code
            == 204
        )
    assert visitor.client.post("/search/in-vain", json={"q": 3}, headers=headers).status_code == 422
    assert in_vain() == {"ovni": 1}


def test_counting_stops_before_anybody_fills_the_list(town: Town, visitor: Visitor) -> None:
    visitor.sign_in(AGENT)
    for number in range(25):
        visitor.get(f"/search?q=introuvable{chr(97 + number)}")
    assert len(in_vain()) == 20


def test_facilitators_see_what_was_looked_for_and_nobody_else(town: Town, visitor: Visitor) -> None:
    visitor.sign_in(AGENT)
    visitor.get("/search?q=ovni")
    assert visitor.get("/boards/accueil/searches").status_code == 403
    visitor.post("/sign-out")
    visitor.sign_in(FACILITATOR)
    page = visitor.get("/boards/accueil/searches").text
    assert "<bdi>ovni</bdi>" in page
    assert "Sonia" not in page


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        '" OR *',
        "NEAR(a b)",
        "a" * 10_000,
        "!?.,;:'\"()",
        "\x00\x01piscine",
        "עברית \u202etfel",
        "%' OR 1=1 --",
        "’ ’ ’",
        "~7",
        "½ ﬁ Ⅷ",
    ],
)
def test_any_input_gets_a_clear_answer(town: Town, visitor: Visitor, query: str) -> None:
    town.add_card("Piscine fermée")
    visitor.sign_in(READER)
    for path in ("/search", "/api/boards/accueil/search"):
        assert visitor.client.get(path, query_string={"q": query, "board": "accueil"}).status_code == 200

import re

import pytest
from flask import Flask
from sqlalchemy import event

from boards.database import db
from boards.errors import Forbidden
from tests.town import Town
from tests.visitor import Visitor


@pytest.fixture
def agent(town: Town, visitor: Visitor) -> Visitor:
    visitor.sign_in("ccas@ville.example")
    return visitor


def test_the_board_says_what_programs_and_scripts_rely_on(town: Town, agent: Visitor) -> None:
    card = town.add_card("Piscine fermée")
    page = agent.get("/boards/accueil").text
    assert f'data-board-id="{town.board}"' in page
    assert f'data-seq="{town.seq}"' in page
    assert f'data-column-id="{town.service}" data-column-kind="service"' in page
    assert re.search(rf'id="card-{card}"\s+data-card-id="{card}"\s+data-rank="[^"]+"\s+data-version="1"', page)


def test_an_error_is_one_line_of_the_log_whatever_the_address(
    town: Town, agent: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("app.board.views.find_board", lambda *_anything: 1 / 0)
    assert agent.get("/boards/x%0AINFO%20forged%20é").status_code == 500
    assert [record.getMessage() for record in caplog.records] == [
        r"unexpected error on GET /boards/x\nINFO forged \xe9"
    ]


@pytest.mark.parametrize("address", ["/boards/a%00b", "/api/boards/a%00b", "/boards/a%00b/archive"])
def test_no_board_has_a_name_that_cannot_be_stored(town: Town, agent: Visitor, address: str) -> None:
    assert agent.get(address).status_code == 404


def test_home_leads_to_the_board(town: Town, agent: Visitor) -> None:
    assert agent.get("/").location == "/boards/accueil"


def test_a_card_opens_directly_beside_its_board(town: Town, agent: Visitor) -> None:
    card = town.add_card("Piscine fermée", body="<p>Vidange annuelle.</p>")
    page = agent.get(f"/cards/{card}").text
    assert '<h2 id="panel-title">Piscine fermée</h2>' in page
    assert "Vidange annuelle." in page
    assert 'class="column-nav"' in page


def test_beside_an_open_board_only_the_panel_is_sent(town: Town, agent: Visitor) -> None:
    card = town.add_card("Piscine fermée")
    panel = agent.get(f"/cards/{card}", headers={"X-Fragment": "panel", "Accept": "text/html"}).text
    assert panel.startswith("<article")
    assert 'class="column-nav"' not in panel


def test_an_archived_card_can_be_read_and_restored_from_its_address(town: Town, agent: Visitor) -> None:
    card = town.add_card("Ancienne")
    town.perform(town.agent, type="archive_card", card=card)
    page = agent.get(f"/cards/{card}").text
    assert "Archivée" in page
    assert "Restaurer" in page
    assert f'id="card-{card}"' not in page


def test_the_archive_lists_what_was_put_away(town: Town, agent: Visitor) -> None:
    assert "Rien n’a été archivé." in agent.get("/boards/accueil/archive").text
    card = town.add_card("Ancienne")
    town.perform(town.agent, type="archive_card", card=card)
    town.perform(town.facilitator, type="archive_column", column=town.free)
    page = agent.get("/boards/accueil/archive").text
    assert f'data-archived-card="{card}"' in page
    assert f'data-archived-column="{town.free}"' in page
    assert "restore#card" in page
    assert "restore#column" not in page  # that is for facilitators


@pytest.mark.parametrize(
    "path",
    [
        "/boards/nulle-part",
        "/cards/999999",
        "/cards/99999999999999999999",
        "/nulle-part",
        "/boards/accueil/x",
        "/static/x",
    ],
)
def test_not_found_pages_are_in_french(town: Town, agent: Visitor, path: str) -> None:
    response = agent.get(path)
    assert response.status_code == 404
    assert "Introuvable" in response.text
    assert "Revenir au tableau" in response.text


def test_a_wrong_method_is_an_answer_too(town: Town, agent: Visitor) -> None:
    response = agent.get("/sign-out")
    assert (response.status_code, set(response.headers["Allow"].split(", "))) == (405, {"OPTIONS", "POST"})


def test_strangers_are_sent_to_sign_in(town: Town, visitor: Visitor) -> None:
    for path in ("/", "/boards/accueil", "/cards/1", "/boards/accueil/archive"):
        assert visitor.get(path).location.startswith("/sign-in")
    assert visitor.get("/api/boards/accueil").status_code == 401


def test_every_answer_carries_the_security_headers(town: Town, visitor: Visitor) -> None:
    for path in ("/sign-in", "/healthz", "/nulle-part", "/api/boards/accueil"):
        headers = visitor.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


def test_no_page_carries_inline_script_or_style(town: Town, agent: Visitor) -> None:
    card = town.add_card("x", body="<p>y</p>")
    for path in ("/boards/accueil", f"/cards/{card}", "/boards/accueil/archive"):
        page = agent.get(path).text
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=", page)
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page)


def test_a_person_folds_columns_for_themselves(app: Flask, town: Town, agent: Visitor) -> None:
    other = Visitor(app)
    other.sign_in("mediatheque@ville.example")
    for _ in range(2):  # saying it twice alters nothing
        assert fold(agent, town.guide, "true") == 204
    folded = f'class="column folded" id="column-{town.guide}"'
    assert folded in agent.get("/boards/accueil").text
    assert folded not in other.get("/boards/accueil").text
    assert fold(agent, town.guide, "false") == 204
    assert folded not in agent.get("/boards/accueil").text


@pytest.mark.parametrize(
    ("column", "body", "status"), [(999, "true", 404), (2**65, "true", 404), (1, '"oui"', 422), (1, "{", 400)]
)
def test_odd_folds_are_refused(town: Town, agent: Visitor, column: int, body: str, status: int) -> None:
    assert fold(agent, column, body) == status


def fold(visitor: Visitor, column: int, body: str) -> int:
    headers = {"X-CSRFToken": visitor.csrf_token, "Content-Type": "application/json"}
    return visitor.client.put(f"/boards/accueil/folds/{column}", data=body, headers=headers).status_code


def test_the_api_tells_the_board_as_this_person_may_read_it(town: Town, agent: Visitor) -> None:
    card = town.add_card("Piscine", body="<p>Vidange</p>", valid_until="2031-05-04")
    town.perform(town.agent, type="archive_card", card=town.add_card("Partie"))
    told = agent.get("/api/boards/accueil").get_json()
    assert told["seq"] == town.seq
    assert [column["kind"] for column in told["columns"]] == ["service", "guide", "suggestions", "free"]
    (only,) = told["cards"]
    wanted = {
        "id": card,
        "column": town.service,
        "title": "Piscine",
        "body_html": "<p>Vidange</p>",
        "version": 1,
        "valid_until": "2031-05-04",
    }
    assert wanted.items() <= only.items()


def test_a_board_opens_in_the_same_number_of_queries_however_many_cards(town: Town, agent: Visitor) -> None:
    def queries() -> int:
        count = 0

        def one_more(*_anything: object) -> None:
            nonlocal count
            count += 1

        event.listen(db.engine, "before_cursor_execute", one_more)
        agent.get("/boards/accueil")
        event.remove(db.engine, "before_cursor_execute", one_more)
        return count

    town.add_card("0")
    few = queries()
    for number in range(40):
        town.add_card(str(number), column=town.free)
    many = queries()
    assert many == few
    assert queries() <= few - 1  # now every fragment is in the cache


def test_the_health_check_answers(town: Town, visitor: Visitor) -> None:
    assert visitor.get("/healthz").get_json() == {"status": "ok"}


def test_a_page_refused_and_a_page_that_breaks_are_said_in_the_design(app: Flask, town: Town) -> None:
    def refuse() -> str:
        raise Forbidden("may_not_arrange")

    def fail() -> str:
        raise ZeroDivisionError("a secret of the server")

    app.add_url_rule("/refuse", view_func=refuse)
    app.add_url_rule("/fail", view_func=fail)
    for path, status, title in (("/refuse", 403, "Action non autorisée"), ("/fail", 500, "Erreur de notre côté")):
        page = Visitor(app).get(path)
        assert (page.status_code, page.mimetype) == (status, "text/html")
        assert f"<h1>{title}</h1>" in page.text
        assert "Revenir au tableau" in page.text
        assert "secret" not in page.text
        problem = Visitor(app).get(path, headers={"Accept": "application/json"})
        assert (problem.status_code, problem.mimetype) == (status, "application/problem+json")

import json

import pytest
from flask import Flask

from app.accounts import service as account_service
from tests.town import Town
from tests.visitor import Visitor

AGENT = "ccas@ville.example"


@pytest.fixture
def agent(town: Town, visitor: Visitor) -> Visitor:
    visitor.sign_in(AGENT)
    return visitor


def test_the_answer_is_the_change_as_everybody_gets_it(town: Town, agent: Visitor) -> None:
    response = agent.command(type="add_card", column=town.service, title="Piscine <fermée>", body="<p>Vidange.</p>")
    assert response.status_code == 200
    answer = response.get_json()
    (change,) = answer["changes"]
    ((card_id, card),) = change["cards"].items()
    assert (answer["seq"], change["seq"], change["type"], change["actor"]["name"]) == (
        town.seq,
        town.seq,
        "card_added",
        "Sonia Bernard",
    )
    assert (card["column"], card["version"]) == (town.service, 1)
    assert f'id="card-{card_id}"' in card["html"]
    assert "Piscine &lt;fermée&gt;" in card["html"]


def test_sent_again_with_its_key_it_answers_the_same_and_alters_nothing(town: Town, agent: Visitor) -> None:
    command = {"type": "add_card", "column": town.service, "title": "Une fois", "key": "k1"}
    first, second = agent.send(command), agent.send(command)
    assert first.get_json() == second.get_json()
    assert town.titles(town.service) == ["Une fois"]


def test_sent_again_it_tells_no_more_than_its_sender_may_still_read(town: Town, agent: Visitor) -> None:
    command = {"type": "add_card", "column": town.service, "title": "Lue naguère", "key": "k1"}
    first = agent.send(command).get_json()
    town.perform(town.facilitator, type="set_rights", column=town.service, services={str(town.ccas): "none"})
    again = agent.send(command)
    assert again.get_json()["seq"] == first["seq"]
    assert "Lue naguère" not in again.text
    [told] = again.get_json()["changes"]
    assert (told["type"], told["actor"], told["cards"], told["columns"]) == ("unseen", None, {}, {})


def test_the_board_may_be_named_by_its_number(town: Town, agent: Visitor) -> None:
    assert agent.command(str(town.board), type="add_card", column=town.service, title="x").status_code == 200


REFUSALS = [
    (b"", 400),
    (b"{", 400),
    (b"\xff\xfe", 400),
    (b'{"type": "add_card", "column": NaN, "title": "x"}', 400),
    (b'{"type": "add_card", "column": Infinity, "title": "x"}', 400),
    (b"[" * 100_000, 400),
    (b"[]", 422),
    (b"null", 422),
    (b'"add_card"', 422),
    (b"12", 422),
    (b"{}", 422),
    (b'{"type": null}', 422),
    (b'{"type": "format_disk"}', 422),
    (b'{"type": ["add_card"]}', 422),
    (b'{"type": "import_columns", "columns": []}', 422),
    (b'{"type": "add_card"}', 422),
    (b'{"type": "add_card", "column": 1, "title": "x", "key": 12}', 422),
    (b'{"type": "add_card", "column": 1, "title": "x", "key": ""}', 422),
    (b'{"type": "add_card", "column": 1, "title": "x", "key": "%s"}' % (b"k" * 81), 422),
    (b'{"type": "add_card", "column": 1, "title": "\\ud800"}', 422),
    (b'{"type": "add_card", "column": 1, "title": "a\\u0000b"}', 422),
    (b'{"type": "add_card", "column": 99999999999999999999999999, "title": "x"}', 422),
    (b'{"type": "add_card", "column": -1, "title": "x"}', 422),
    (b'{"type": "add_card", "column": 1.5, "title": "x"}', 422),
    (b'{"type": "add_card", "column": 987654, "title": "x"}', 404),
    (b'{"type": "move_card", "card": 9223372036854775807, "column": 1}', 404),
    (b'{"type": "add_card", "column": 1, "title": "%s"}' % (b"x" * 600_000), 413),
    (b'{"type": "add_card", "column": 1, "title": "x", "body": "%s"}' % (b"x" * 70_000), 422),
]


@pytest.mark.parametrize(("body", "status"), REFUSALS, ids=lambda value: str(value)[:60])
def test_wrong_input_gets_a_clear_problem_in_french(town: Town, agent: Visitor, body: bytes, status: int) -> None:
    before = town.seq
    response = agent.send(body)
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    problem = json.loads(response.text)
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert "Traceback" not in response.text
    assert town.seq == before


def test_each_wrong_field_is_named_with_its_reason(town: Town, agent: Visitor) -> None:
    errors = agent.command(type="add_card", column="un", title=" ", colour="red").get_json()["errors"]
    assert {error["field"]: error["message"] for error in errors} == {
        "column": "Cette valeur n’est pas du type attendu.",
        "title": "Écrivez quelque chose\u00a0: ce texte est vide.",
        "colour": "Ce champ n’est pas prévu.",
    }


def test_hostile_html_is_stored_and_shown_safe(town: Town, agent: Visitor) -> None:
    title, body = (
        "<img src=x onerror=alert(1)>\"'",
        "<p>Bonjour</p><script>alert(1)</script><img src=x onerror=alert(1)>",
    )
    answer = agent.command(type="add_card", column=town.service, title=title, body=body)
    card = next(iter(answer.get_json()["changes"][0]["cards"]))
    for page in (
        answer.get_json()["changes"][0]["cards"][card]["html"],
        agent.get("/boards/accueil").text,
        agent.get(f"/cards/{card}").text,
    ):
        assert "<script>" not in page
        assert "<img" not in page
        assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_bidi_overrides_cannot_turn_the_page_around(town: Town, agent: Visitor) -> None:
    agent.command(type="add_card", column=town.service, title="facture\u202efdp.exe", body="<p>\u2066x</p>")
    page = agent.get("/boards/accueil").text
    assert "facturefdp.exe" in page
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") & set(page)


def test_a_stale_version_answers_with_what_stands_there(town: Town, agent: Visitor) -> None:
    card = town.add_card("Un", actor=town.facilitator)
    agent.command(type="edit_card", card=card, version=1, title="Deux")
    response = agent.command(type="edit_card", card=card, version=1, title="Trois")
    assert response.status_code == 409
    assert response.get_json()["current"] == {"card": card, "version": 2, "title": "Deux", "body_html": ""}


def test_a_reader_gets_403_and_a_stranger_401(app: Flask, town: Town) -> None:
    reader, stranger = Visitor(app), Visitor(app)
    reader.sign_in("elu@ville.example")
    stranger.get("/sign-in")
    for visitor, status in ((reader, 403), (stranger, 401)):
        response = visitor.command(type="add_card", column=town.service, title="x")
        assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert town.titles(town.service) == []


def test_a_program_that_nobody_knows_is_told_so_and_not_of_a_form(app: Flask, town: Town) -> None:
    client, card = app.test_client(), town.add_card()
    for method, path in (
        ("POST", "/boards/accueil/commands"),
        ("PUT", f"/cards/{card}/seen"),
        ("DELETE", f"/cards/{card}/seen"),
    ):
        response = client.open(path, method=method, headers={"Accept": "*/*"})
        assert (response.status_code, response.mimetype) == (401, "application/problem+json")


def test_an_unknown_board_is_404(town: Town, agent: Visitor) -> None:
    assert agent.command("ailleurs", type="add_card", column=town.service, title="x").status_code == 404


def test_without_the_csrf_token_nothing_is_done(town: Town, agent: Visitor) -> None:
    agent.csrf_token = ""
    response = agent.command(type="add_card", column=town.service, title="x")
    assert (response.status_code, response.get_json()["code"]) == (400, "csrf")
    assert town.titles(town.service) == []


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_only_json_is_taken(town: Town, agent: Visitor, content_type: str) -> None:
    body = json.dumps({"type": "add_card", "column": town.service, "title": "x"})
    response = agent.client.post(
        "/boards/accueil/commands", data=body, headers={"X-CSRFToken": agent.csrf_token, "Content-Type": content_type}
    )
    assert response.status_code == 415
    assert town.titles(town.service) == []


class TestBearerToken:
    def post(self, app: Flask, token: str, town: Town) -> tuple[int, str | None]:
        response = app.test_client().post(
            "/boards/accueil/commands",
            json={"type": "add_card", "column": town.service, "title": "Par programme"},
            headers={"Authorization": f"Bearer {token}"},
        )
        return response.status_code, response.mimetype

    def test_it_acts_as_its_person_without_cookie_or_csrf_token(self, app: Flask, town: Town) -> None:
        assert self.post(app, account_service.create_api_token(AGENT, "essai"), town)[0] == 200
        assert town.card(1).author_id == town.agent

    @pytest.mark.parametrize("token", ["", "wrong", "fn_wrong", "é", "x" * 5000])
    def test_a_wrong_one_opens_nothing(self, app: Flask, town: Town, token: str) -> None:
        assert self.post(app, token, town)[0] in (400, 401)
        assert town.titles(town.service) == []

    def test_it_ends_with_the_account(self, app: Flask, town: Town) -> None:
        token = account_service.create_api_token(AGENT, "essai")
        account_service.disable_by_email(AGENT)
        assert self.post(app, token, town)[0] in (400, 401)

    def test_a_wrong_one_does_not_spare_the_csrf_token(self, agent: Visitor) -> None:
        response = agent.client.post(
            "/boards/accueil/commands",
            json={"type": "add_card", "column": 1, "title": "x"},
            headers={"Authorization": "Bearer x"},
        )
        assert response.status_code == 400

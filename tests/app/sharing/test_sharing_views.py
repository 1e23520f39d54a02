"""« Lire au guichet », « Fiche à remettre » and the public page over HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.audit.models import AuditEntry
from app.sharing.views import qr_code
from boards.clock import today
from boards.database import now, read_session, write_transaction
from boards.models import Card, Service
from boards.sharing import PublicLink, sharing_state
from tests.app.auth.test_locale import leftovers, speak
from tests.smtp import use_smtp
from tests.town import PEOPLE, Town
from tests.visitor import OutsideClient, Visitor

BODY = (
    "<p>Les bassins ferment <strong>à 19\u00a0h</strong>.</p><ul><li>bonnet</li></ul>"
    '<p>Voir <a href="/cards/1">cette info</a> ou <a href="https://ville.example/piscine">le site</a>.</p>'
)


@pytest.fixture
def card(town: Town) -> int:
    with write_transaction() as session:
        session.execute(
            update(Service)
            .where(Service.id == town.ccas)
            .values(contact="04 65 71 10 20", hours="Le mardi, 9 h – 12 h")
        )
    card = town.add_card("Piscine\u202f: horaires d’été", body=BODY)
    with write_transaction() as session:
        session.execute(update(Card).where(Card.id == card).values(internal_note="Prévenir le chef de bassin"))
    return card


@pytest.fixture
def seat(app: Flask) -> Callable[[str], Visitor]:
    """Sign in a person of the town."""

    def seated(who: str) -> Visitor:
        visitor = Visitor(app)
        visitor.sign_in(PEOPLE[who][0])
        return visitor

    return seated


@pytest.fixture
def agent(seat: Callable[[str], Visitor], card: int) -> Visitor:
    return seat("agent")


def alter(card: int, **fields: Any) -> None:
    with write_transaction() as session:
        session.execute(update(Card).where(Card.id == card).values(**fields))


def put_online(visitor: Visitor, card: int) -> str:
    """Publish the card and return the address of its public page."""
    assert visitor.post(f"/cards/{card}/public-link").status_code == 303
    read_session().rollback()
    link = sharing_state(read_session(), card).link
    assert link
    return f"/p/{link.token}"


def entries(action: str) -> list[AuditEntry]:
    read_session().rollback()
    return list(read_session().scalars(select(AuditEntry).where(AuditEntry.action == action)))


NOT_TOLD = [
    ({"tellable": False}, "Interne"),
    ({"archived_at": "now"}, "Retirée du tableau"),
    ({"valid_until": "yesterday"}, "N’est plus valable"),
    ({"visible_from": "tomorrow", "archived_at": "now"}, "Pas encore visible"),
]


def filled(fields: dict[str, Any]) -> dict[str, Any]:
    values = {"now": now(), "yesterday": today() - timedelta(days=1), "tomorrow": today() + timedelta(days=1)}
    return {name: values.get(value, value) for name, value in fields.items()}


# --- « Lire au guichet » ----------------------------------------------------------------------------------------------


def test_at_the_counter_the_card_is_read_without_what_is_internal(agent: Visitor, card: int) -> None:
    page = agent.get(f"/cards/{card}/counter").text
    assert "<h1" in page
    assert "bonnet" in page
    assert "Confirmée" in page
    assert "Le mardi, 9 h – 12 h" in page
    assert "chef de bassin" not in page
    assert "Sonia" not in page
    assert f"/cards/{card}/public-link" in page  # « Fiche à remettre » brings its QR code
    assert f"/cards/{card}/send" in page


def test_the_copied_text_keeps_its_lists(agent: Visitor, card: int) -> None:
    page = agent.get(f"/cards/{card}/counter").text
    copied = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert copied
    assert copied[1].startswith(
        "Piscine\u202f: horaires d’été\n\nLes bassins ferment à 19\u00a0h.\n\n• bonnet\n\nVoir cette info"
    )
    assert "le site (https://ville.example/piscine)" in copied[1]
    assert "Information du " in copied[1]


@pytest.mark.parametrize(("fields", "said"), NOT_TOLD)
def test_internal_cards_are_not_on_the_counter_screen(
    agent: Visitor, card: int, fields: dict[str, Any], said: str
) -> None:
    alter(card, **filled(fields))
    page = agent.get(f"/cards/{card}/counter")
    assert page.status_code == 200
    assert said in page.text
    assert "bonnet" not in page.text
    assert "horaires d’été" not in page.text  # nor in the tab
    assert "Copier" not in page.text
    assert "Fiche à remettre" not in page.text


def test_until_when_and_how_fresh_is_said_first(agent: Visitor, card: int) -> None:
    alter(card, valid_until=today() + timedelta(days=9))
    assert "Valable jusqu’au" in agent.get(f"/cards/{card}/counter").text
    alter(card, valid_until=None, confirmed_at=filled({"at": "now"})["at"] - timedelta(days=100))
    assert "À vérifier" in agent.get(f"/cards/{card}/counter").text


def test_the_panel_offers_it_where_something_is_told(town: Town, agent: Visitor, card: int) -> None:
    rule = town.add_card(column=town.guide, actor=town.facilitator)
    assert f'href="/cards/{card}/counter"' in agent.get(f"/cards/{card}").text
    assert "/counter" not in agent.get(f"/cards/{rule}").text


# --- « Fiche à remettre » ---------------------------------------------------------------------------------------------


def test_a_sheet_says_all_one_needs_at_home(agent: Visitor, card: int, app: Flask) -> None:
    use_smtp(app, None, public_url="https://flash.ville.example")
    address = put_online(agent, card)
    page = agent.get(f"/cards/{card}/sheet").text
    assert 'class="paper a5"' in page
    for said in (
        "bonnet",
        "Information du",
        "CCAS",
        "04 65 71 10 20",
        "Horaires\u00a0:",
        f"https://flash.ville.example{address}",
    ):
        assert said in page
    assert "chef de bassin" not in page
    assert 'href="/cards/1"' not in page
    assert 'class="paper a4"' in agent.get(f"/cards/{card}/sheet?format=a4").text
    assert 'class="paper a5"' in agent.get(f"/cards/{card}/sheet?format=<a3>").text


def test_the_code_is_drawn_in_the_page(agent: Visitor, card: int) -> None:
    put_online(agent, card)
    page = agent.get(f"/cards/{card}/sheet").text
    code = re.search(r"<svg.*?</svg>", page, re.DOTALL)
    assert code
    assert "style" not in code[0]
    assert "style=" not in page
    assert qr_code(None) is None


@pytest.mark.parametrize(("fields", "said"), NOT_TOLD)
@pytest.mark.parametrize(
    "path", ["sheet", "send", "POST sheet.pdf", "POST sheet/printed", "POST public-link", "POST send"]
)
def test_internal_cards_have_no_sheet(agent: Visitor, card: int, fields: dict[str, Any], said: str, path: str) -> None:
    alter(card, **filled(fields))
    method, _space, name = path.rpartition(" ")
    answer = (agent.post if method else agent.get)(f"/cards/{card}/{name}")
    assert answer.status_code == 409, said
    assert "bonnet" not in answer.text
    read_session().rollback()
    assert read_session().scalars(select(PublicLink)).all() == []


def test_prints_are_counted_and_said(agent: Visitor, card: int, seat: Callable[[str], Visitor]) -> None:
    put_online(agent, card)
    assert "Remise" not in agent.get(f"/cards/{card}").text
    printed = agent.post(f"/cards/{card}/sheet/printed?format=a4")
    assert printed.headers["Location"].endswith(f"/cards/{card}/sheet?format=a4")
    seat("reader").post(f"/cards/{card}/sheet/printed")
    assert re.search(r"Remise</dt><dd>2 fois", agent.get(f"/cards/{card}").text)
    assert "Fiche remise 2 fois" in agent.get(f"/cards/{card}/sheet").text


def test_readers_print_and_put_nothing_online(town: Town, card: int, seat: Callable[[str], Visitor]) -> None:
    reader = seat("reader")
    assert "Sans QR code" in reader.get(f"/cards/{card}/sheet").text
    assert "public-link" not in reader.get(f"/cards/{card}/sheet").text
    assert "/send" not in reader.get(f"/cards/{card}/counter").text
    for path in ("public-link", "send"):
        assert reader.post(f"/cards/{card}/{path}").status_code == 403
    put_online(seat("colleague"), card)  # who may not edit there
    assert "<svg" in reader.get(f"/cards/{card}/sheet").text


@pytest.mark.parametrize("who", ["colleague", "reader"])
def test_invisible_cards_are_not_found(town: Town, card: int, seat: Callable[[str], Visitor], who: str) -> None:
    town.perform(town.facilitator, type="set_rights", column=town.service, agents="none", readers="none")
    visitor = seat(who)
    for path in ("counter", "sheet", "send"):
        assert visitor.get(f"/cards/{card}/{path}").status_code == 404
        assert visitor.get(f"/cards/{2**70}/{path}").status_code == 404
    for path in ("sheet.pdf", "sheet/printed", "public-link", "public-link/revoke", "send"):
        assert visitor.post(f"/cards/{card}/{path}").status_code == 404


def test_programs_put_nothing_online(app: Flask, agent: Visitor, card: int) -> None:
    token = re.search(r"fn_[\w-]{43}", agent.post("/profile/tokens", {"label": "script", "scope": "write"}).text)
    assert token
    headers = {"Authorization": f"Bearer {token[0]}", "Accept": "application/json"}
    client = app.test_client()
    assert client.get(f"/cards/{card}/counter", headers=headers).status_code == 200
    for path in ("public-link", "public-link/revoke", "send"):
        assert client.post(f"/cards/{card}/{path}", headers=headers).status_code == 403
    assert entries("public_link_made") == []


# --- the public page --------------------------------------------------------------------------------------------------


def test_residents_read_the_page_without_a_trace_of_the_board(app: Flask, agent: Visitor, card: int) -> None:
    page = app.test_client().get(put_online(agent, card))
    assert page.status_code == 200
    for said in ("bonnet", "Information du", "Mise à jour le", "CCAS", "04 65 71 10 20", 'rel="noopener'):
        assert said in page.text
    for hidden in (
        "Sonia",
        "Accueil",
        "Service<",
        "chef de bassin",
        "/cards/",
        "<script",
        "csrf",
        "<form",
        "Flash News",
    ):
        assert hidden not in page.text
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_the_page_takes_and_gives_no_cookie(app: Flask, agent: Visitor, card: int) -> None:
    address = put_online(agent, card)
    strange, signed_in = app.test_client(), agent.client
    remembered = Visitor(app)
    remembered.sign_in(PEOPLE["agent"][0], remember="y")
    remembered.client.delete_cookie("flash_news")  # what is left would sign in again, with a new session
    for client in (strange, signed_in, remembered.client):
        for path in (address, "/p/guessed"):
            assert client.get(path).headers.getlist("Set-Cookie") == []
    assert strange.get(address).data == signed_in.get(address).data


@pytest.mark.parametrize("fields", [fields for fields, _said in NOT_TOLD])
def test_gone_and_guessed_addresses_get_one_answer(
    app: Flask, agent: Visitor, card: int, fields: dict[str, Any]
) -> None:
    address, client = put_online(agent, card), app.test_client()
    assert client.get(address).status_code == 200
    alter(card, **filled(fields))
    gone, guessed = client.get(address), client.get("/p/" + "A" * 22)
    assert gone.status_code == guessed.status_code == 404
    assert gone.data == guessed.data
    numbers = [answer.headers.pop("X-Request-ID") for answer in (gone, guessed)]
    assert numbers[0] != numbers[1]
    assert dict(gone.headers) == dict(guessed.headers)
    assert "Demandez à l’accueil" in gone.text


@pytest.mark.parametrize("who", ["agent", "facilitator", "colleague"])
def test_the_page_is_taken_away(app: Flask, card: int, seat: Callable[[str], Visitor], who: str) -> None:
    visitor = seat(who)
    address = put_online(visitor, card)
    assert "Retirer la page publique" in visitor.get(f"/cards/{card}/sheet").text
    for _twice in range(2):
        assert visitor.post(f"/cards/{card}/public-link/revoke").status_code == 303
    assert app.test_client().get(address).status_code == 404
    assert [entry.facts for entry in entries("public_link_revoked")] == [{"card": card}]
    page = visitor.get(f"/cards/{card}/counter").text
    assert "public-link" not in page  # what was taken away comes back only when somebody asks for it
    assert "Mettre en ligne" in visitor.get(f"/cards/{card}/sheet").text


def test_the_page_of_a_card_turned_internal_is_removed_for_good(app: Flask, agent: Visitor, card: int) -> None:
    address = put_online(agent, card)
    alter(card, tellable=False)
    panel = agent.get(f"/cards/{card}").text
    assert "Hors ligne" in panel
    assert f"/cards/{card}/public-link/revoke" in panel
    assert agent.post(f"/cards/{card}/public-link/revoke").headers["Location"].endswith(f"/cards/{card}")
    alter(card, tellable=True)
    assert app.test_client().get(address).status_code == 404


def test_others_do_not_take_it_away(app: Flask, agent: Visitor, card: int, seat: Callable[[str], Visitor]) -> None:
    address = put_online(agent, card)
    for who in ("colleague", "reader"):
        assert "Retirer la page" not in seat(who).get(f"/cards/{card}/sheet").text
        assert seat(who).post(f"/cards/{card}/public-link/revoke").status_code == 403
    assert app.test_client().get(address).status_code == 200


def test_the_log_names_the_author_but_not_the_title(agent: Visitor, town: Town, card: int) -> None:
    put_online(agent, card)
    put_online(agent, card)
    (entry,) = entries("public_link_made")
    assert (entry.subject, entry.facts, entry.actor_id) == ("Accueil", {"card": card}, town.agent)


def test_it_is_among_the_data_of_whoever_made_it(agent: Visitor, card: int) -> None:
    put_online(agent, card)
    (page,) = agent.get("/profile/data").json["public_pages"]  # type: ignore[index]  # it is JSON
    assert (page["card"], page["title"], page["revoked_at"]) == (card, "Piscine\u202f: horaires d’été", None)


def test_nothing_is_put_online_without_the_forms_token(agent: Visitor, card: int) -> None:
    assert agent.client.post(f"/cards/{card}/public-link", headers={"Accept": "text/html"}).status_code == 400
    assert entries("public_link_made") == []


def test_guessing_is_slow(app: Flask, agent: Visitor, card: int) -> None:
    address = put_online(agent, card)
    client: OutsideClient = app.test_client()  # type: ignore[assignment]  # the class that the fixture sets
    elsewhere = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    answers = [client.get(f"/p/guess{number}", **elsewhere) for number in range(40)]
    assert [answer.status_code for answer in answers[:30]] == [404] * 30
    assert answers[-1].status_code == 429
    assert "Trop de demandes" in answers[-1].text
    assert answers[-1].headers.getlist("Set-Cookie") == []
    assert [client.get(address).status_code for _again in range(40)] == [
        200
    ] * 40  # from another address, and no guesses


# --- in English -------------------------------------------------------------------------------------------------------


def test_in_english_all_is_english_but_what_residents_read(agent: Visitor, card: int) -> None:
    put_online(agent, card)
    speak("en", PEOPLE["agent"][0])
    alter(card, title="Pool", body_html="<p>Closed</p>", body_text="Closed")
    for path in ("counter", "sheet", "send"):
        page = agent.get(f"/cards/{card}/{path}").text
        theirs = re.compile(
            r'<article class="paper.*?</article>|<textarea.*?</textarea>|'
            r'<section class="contact-details">.*?</section>',
            re.DOTALL,
        )
        assert '<html lang="en"' in page
        assert leftovers(theirs.sub("", page)) == [], path
        assert all("Hours" not in paper for paper in theirs.findall(page) if paper.startswith("<article"))

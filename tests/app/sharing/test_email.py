"""« Envoyer »: mail a card to a resident without storing the address."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Text, cast, or_, select

from app.audit.models import AuditEntry
from app.extensions import limiter
from app.town.models import Town as TownRow
from boards.database import Base, read_session, write_transaction
from boards.sharing import PublicLink, sharing_state
from tests.server import free_port
from tests.smtp import Mailbox, smtp_server, use_smtp
from tests.town import PEOPLE, Town
from tests.visitor import Visitor

THEIRS = "m.dupont@courriel.example"


@pytest.fixture
def mailbox(app: Flask) -> Iterator[Mailbox]:
    with smtp_server() as mailbox:
        use_smtp(app, mailbox.settings(), public_url="https://flash.ville.example")
        yield mailbox


@pytest.fixture
def card(town: Town) -> int:
    with write_transaction() as session:
        session.merge(TownRow(id=1, name="Ville d’Essai", contact="04 65 71 10 10", address="", hours=""))
    return town.add_card(
        "Piscine\u202f: horaires", body="<p>Fermée <strong>mardi</strong>.</p><ul><li>bonnet</li></ul>"
    )


@pytest.fixture
def agent(app: Flask, card: int) -> Visitor:
    visitor = Visitor(app)
    visitor.sign_in(PEOPLE["agent"][0])
    return visitor


def fields(page: str) -> dict[str, str]:
    """Return the fields of the confirmation form."""
    return dict(re.findall(r'type="hidden" name="(key|email)" value="([^"]*)"', page))


def send(agent: Visitor, card: int, email: str = THEIRS) -> str:
    """Enter the address, confirm it, and return the redirect target."""
    asked = agent.post(f"/cards/{card}/send", {"email": email})
    assert asked.status_code == 200
    answer = agent.post(f"/cards/{card}/send", {**fields(asked.text), "confirmed": "1"})
    return answer.headers.get("Location", answer.text)


def said_by_us(caplog: pytest.LogCaptureFixture) -> str:
    """Return the log without the lines of the test mail server in the same process."""
    return "\n".join(record.getMessage() for record in caplog.records if record.name != "mail.log")


def rows_with(words: str) -> list[str]:
    """Return the tables that contain this text in any column."""
    read_session().rollback()
    held = []
    for table in Base.metadata.sorted_tables:
        texts = [cast(column, Text).icontains(words) for column in table.columns]
        if read_session().execute(select(table).where(or_(*texts))).first():
            held.append(table.name)
    return held


def test_a_resident_gets_the_text_and_the_way_to_the_page(agent: Visitor, card: int, mailbox: Mailbox) -> None:
    assert send(agent, card).endswith(f"/cards/{card}/counter")
    message = mailbox.next()
    read_session().rollback()
    link = sharing_state(read_session(), card).link
    assert link
    assert message["To"] == message["X-Recipients"] == THEIRS
    assert message["Subject"] == "Piscine : horaires"
    text = message.get_content().replace("\r\n", "\n")
    for said in (
        "Fermée mardi.\n\n• bonnet",
        "Information du",
        "Ville d’Essai\n04 65 71 10 10",
        f"https://flash.ville.example/p/{link.token}",
    ):
        assert said in text
    assert "\n\n\n" not in text
    for unsaid in ("Sonia", "Accueil", f"/cards/{card}"):
        assert unsaid not in text


def test_the_address_is_kept_nowhere(
    agent: Visitor, card: int, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        where = send(agent, card)
    mailbox.next()
    assert rows_with("dupont") == []
    assert "dupont" not in said_by_us(caplog)
    for path in (where, f"/cards/{card}/send", f"/cards/{card}"):
        page = agent.get(path).text
        assert "dupont" not in page
    read_session().rollback()
    (entry,) = read_session().scalars(select(AuditEntry).where(AuditEntry.action == "card_sent"))
    assert (entry.subject, entry.facts) == ("Accueil", {"card": card})


def test_the_address_is_read_back_before_anything_leaves(agent: Visitor, card: int, mailbox: Mailbox) -> None:
    asked = agent.post(f"/cards/{card}/send", {"email": " M.Dupont@courriel.example "})
    assert "Relisez l’adresse" in asked.text
    assert THEIRS in asked.text
    corrected = agent.post(f"/cards/{card}/send", {**fields(asked.text), "correct": "1"})
    assert re.search(rf'<input[^>]*name="email"[^>]*value="{THEIRS}"', corrected.text)
    assert (
        agent.post(f"/cards/{card}/send", {"email": THEIRS, "confirmed": "1"}).status_code == 200
    )  # a form without its key asks again
    assert mailbox.is_empty()


@pytest.mark.parametrize(
    "email", ["", "dupont", "a@b", "a@b.fr, c@d.fr", "a@b.fr\r\nBcc: c@d.fr", "x" * 300 + "@ville.fr", "<b>@x.fr"]
)
def test_an_invalid_address_is_reported_and_kept_in_the_field(
    agent: Visitor, card: int, mailbox: Mailbox, email: str
) -> None:
    for confirmed in ({}, {"confirmed": "1", "key": "k"}):
        answer = agent.post(f"/cards/{card}/send", {"email": email, **confirmed})
        assert answer.status_code == 422
        assert 'class="problem"' in answer.text
        assert "<b>" not in answer.text
    assert email != "dupont" or 'value="dupont"' in answer.text
    assert mailbox.is_empty()
    read_session().rollback()
    assert read_session().scalars(select(PublicLink)).all() == []


def test_clicked_twice_one_mail_leaves(agent: Visitor, card: int, mailbox: Mailbox) -> None:
    confirmed = {**fields(agent.post(f"/cards/{card}/send", {"email": THEIRS}).text), "confirmed": "1"}
    for _twice in range(2):
        assert agent.post(f"/cards/{card}/send", confirmed).status_code == 303
    mailbox.next()
    assert mailbox.is_empty()


def test_without_a_mail_server_it_says_so(agent: Visitor, card: int) -> None:
    assert "Aucun serveur de messagerie" in agent.get(f"/cards/{card}/send").text
    assert "Aucun serveur de messagerie" in send(agent, card)


def test_a_server_that_is_away_is_said_and_it_may_be_tried_again(app: Flask, agent: Visitor, card: int) -> None:
    use_smtp(app, Mailbox(free_port()).settings())
    confirmed = {**fields(agent.post(f"/cards/{card}/send", {"email": THEIRS}).text), "confirmed": "1"}
    answer = agent.post(f"/cards/{card}/send", confirmed)
    assert answer.status_code == 422
    assert "ne répond pas" in answer.text
    assert f'value="{THEIRS}"' in answer.text
    with smtp_server() as mailbox:
        use_smtp(app, mailbox.settings())
        assert agent.post(f"/cards/{card}/send", confirmed).status_code == 303
        assert mailbox.next()["To"] == THEIRS


def test_a_refused_address_is_not_written_to_the_servers_log(
    agent: Visitor, card: int, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    mailbox.refuses = True
    assert "refuse l’adresse" in send(agent, card)
    mailbox.refuses, mailbox.complains = False, f"554 no mail for <{THEIRS}> today"
    assert "refuse l’envoi" in send(agent, card)
    assert "mail not sent" in said_by_us(caplog)
    assert "dupont" not in said_by_us(caplog)
    assert rows_with("dupont") == []


def test_one_person_sends_thirty_an_hour(agent: Visitor, card: int, mailbox: Mailbox) -> None:
    limiter.reset()
    for _each in range(30):
        assert send(agent, card).endswith("/counter")
    assert "Trop de tentatives" in send_again(agent, card)


def send_again(agent: Visitor, card: int) -> str:
    answer = agent.post(f"/cards/{card}/send", {"email": THEIRS})
    assert answer.status_code == 429
    return answer.text

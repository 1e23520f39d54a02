"""« Alertes et e-mails »: notification preferences and unsubscribing."""

from __future__ import annotations

import json
import re
from datetime import time
from typing import Any

import pytest
from flask import Flask

from app.accounts.admin_actions import erase_person
from app.accounts.models import Account, Digest, Preferences
from app.accounts.preferences import MailKind, unsubscribe_token
from boards.database import db, read_session, write_transaction
from boards.models import Person
from tests.clock import Clock, in_town
from tests.smtp import Mailbox, use_smtp
from tests.town import Town
from tests.visitor import Visitor

CHOSEN = {
    "flash_sound": "y",
    "quiet_from": "19:30",
    "quiet_until": "08:00",
    "digest": "weekly",
    "digest_weekday": "3",
    "digest_hour": "7",
    "reminders": "y",
}


@pytest.fixture
def sonia(app: Flask, town: Town, visitor: Visitor) -> Visitor:
    visitor.sign_in("ccas@ville.example")
    return visitor


def kept(person_id: int) -> Preferences | None:
    db.session.rollback()
    return read_session().get(Preferences, person_id, populate_existing=True)


def row(person_id: int) -> Preferences:
    found = kept(person_id)
    assert found is not None
    return found


def test_the_default_is_a_silent_board_and_no_digest(sonia: Visitor, town: Town) -> None:
    page = sonia.get("/profile/alerts").text
    assert kept(town.agent) is None
    assert checked(page) == {"reminders": "y", "digest": "never"}
    assert {name: selected(page, name) for name in ("digest_weekday", "digest_hour")} == {
        "digest_weekday": "0",
        "digest_hour": "8",
    }
    assert "/profile/alerts" in sonia.get("/profile").text


def test_preferences_are_saved_and_shown_again(sonia: Visitor, town: Town, clock: Clock) -> None:
    clock.set("2026-11-22 10:00")
    answer = sonia.post("/profile/alerts", CHOSEN)
    assert (answer.status_code, answer.location) == (303, "/profile/alerts")
    chosen = row(town.agent)
    assert (chosen.flash_sound, chosen.flash_desktop, chosen.reminders) == (True, False, True)
    assert (chosen.quiet_from, chosen.quiet_until) == (time(19, 30), time(8))  # over midnight
    assert (chosen.digest, chosen.digest_weekday, chosen.digest_hour) == (Digest.WEEKLY, 3, 7)
    assert chosen.digest_due_at == in_town("2026-11-26 07:00")
    page = sonia.get("/profile/alerts").text
    assert "Vos alertes et vos e-mails sont réglés" in page
    assert checked(page) == {"flash_sound": "y", "reminders": "y", "digest": "weekly"}
    assert (selected(page, "digest_weekday"), selected(page, "digest_hour")) == ("3", "7")
    assert 'value="19:30"' in page
    assert re.search(r'data-alerts="[^"]*19:30', sonia.get("/boards/accueil").text)


def test_another_rhythm_begins_with_its_next_hour_the_same_goes_on(sonia: Visitor, town: Town, clock: Clock) -> None:
    clock.set("2026-03-28 09:00")
    sonia.post("/profile/alerts", {**CHOSEN, "digest": "daily"})
    assert row(town.agent).digest_due_at == in_town("2026-03-29 07:00")  # summer time by then
    with write_transaction() as session:
        session.get_one(Preferences, town.agent).digest_due_at = in_town("2026-03-28 08:00")  # due, and just to be sent
    sonia.post("/profile/alerts", {**CHOSEN, "digest": "daily", "flash_sound": ""})
    assert row(town.agent).digest_due_at == in_town("2026-03-28 08:00")
    sonia.post("/profile/alerts", {**CHOSEN, "digest": "never"})
    assert row(town.agent).digest_due_at is None


@pytest.mark.parametrize("typed", ["7:05", "07:05", "7h05", "7 H 05"])
def test_hours_are_understood_as_people_write_them(sonia: Visitor, town: Town, typed: str) -> None:
    sonia.post("/profile/alerts", {**CHOSEN, "quiet_until": typed})
    assert row(town.agent).quiet_until == time(7, 5)


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"quiet_from": "25:00"}, "quiet_from", "Écrivez une heure"),
        ({"quiet_from": "soir"}, "quiet_from", "Écrivez une heure"),
        ({"quiet_until": ""}, "quiet_until", "les deux heures, ou aucune"),
        ({"quiet_from": ""}, "quiet_from", "les deux heures, ou aucune"),
        ({"quiet_until": "19h30"}, "quiet_until", "deux heures différentes"),
        ({"digest": "hourly"}, "digest", "Choisissez l’une des valeurs"),
        ({"digest": ""}, "digest", "Choisissez l’une des valeurs"),
        ({"digest_weekday": "7"}, "digest_weekday", "Choisissez l’une des valeurs"),
        ({"digest_hour": "24"}, "digest_hour", "Choisissez l’une des valeurs"),
        ({"digest_hour": "8; DROP"}, "digest_hour", "Choisissez l’une des valeurs"),
    ],
)
def test_errors_are_shown_at_their_field_and_input_is_kept(
    sonia: Visitor, town: Town, wrong: dict[str, str], field: str, said: str
) -> None:
    answer = sonia.post("/profile/alerts", {**CHOSEN, **wrong})
    assert answer.status_code == 422
    problem = re.search(rf'id="{field}-problem">([^<]*)', answer.text)
    assert problem is not None
    assert said in problem[1].replace("\u202f", " ")
    assert kept(town.agent) is None
    if field.startswith("quiet") and wrong[field]:
        assert f'value="{wrong[field]}"' in answer.text


def test_without_a_mail_server_the_page_says_so(app: Flask, sonia: Visitor) -> None:
    assert "aucun e-mail ne part" in sonia.get("/profile/alerts").text
    use_smtp(app, Mailbox(25).settings())
    page = sonia.get("/profile/alerts").text
    assert "aucun e-mail ne part" not in page
    assert "ccas@ville.example" in page


# --- from a mail -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mail", "kept_as"), [(MailKind.DIGEST, (Digest.NEVER, True)), (MailKind.REMINDER, (Digest.WEEKLY, False))]
)
def test_mails_stop_at_one_click_of_a_mail_program(
    app: Flask, town: Town, sonia: Visitor, mail: MailKind, kept_as: tuple[Any, ...]
) -> None:
    """One-click unsubscribe (RFC 8058) needs no session or CSRF token and may be repeated."""
    sonia.post("/profile/alerts", CHOSEN)
    outside = app.test_client()
    for _click in range(2):
        answer = outside.post(
            f"/mails/{unsubscribe_token(town.agent, mail)}/stop", data={"List-Unsubscribe": "One-Click"}
        )
        assert answer.status_code == 200
        assert "C’est arrêté" in answer.text
        assert (row(town.agent).digest, row(town.agent).reminders) == kept_as
    assert (row(town.agent).digest_due_at is None) == (mail is MailKind.DIGEST)


def test_looking_at_the_address_stops_nothing(town: Town, visitor: Visitor, sonia: Visitor) -> None:
    """Link checkers of mail programs fetch every address."""
    sonia.post("/profile/alerts", CHOSEN)
    page = visitor.client.get(f"/mails/{unsubscribe_token(town.agent, MailKind.DIGEST)}/stop")
    assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "strict-origin")
    assert '<form method="post">' in page.text
    assert "Sonia" not in page.text
    assert row(town.agent).digest == Digest.WEEKLY


def test_the_page_speaks_the_persons_language(town: Town, visitor: Visitor) -> None:
    with write_transaction() as session:
        session.query(Account).filter_by(person_id=town.agent).one().language = "en"
    assert '<html lang="en"' in visitor.client.get(f"/mails/{unsubscribe_token(town.agent, MailKind.DIGEST)}/stop").text


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_address_that_we_did_not_make_stops_nothing(town: Town, visitor: Visitor, method: str) -> None:
    token = unsubscribe_token(town.agent, MailKind.DIGEST)
    for forged in (
        "x",
        token[:-1],
        token.replace(token[0], "Z", 1),
        unsubscribe_token(987_654, MailKind.DIGEST),
        "." * 2000,
    ):
        answer = getattr(visitor.client, method)(f"/mails/{forged}/stop")
        assert answer.status_code == 404
        assert "Ce lien ne mène à rien" in answer.text
    assert kept(town.agent) is None


# --- one's own data ----------------------------------------------------------------------------------------------


def test_preferences_are_in_ones_data_and_go_with_the_person(town: Town, sonia: Visitor) -> None:
    sonia.post("/profile/alerts", CHOSEN)
    told = json.loads(sonia.get("/profile/data").text)["alerts"]
    assert (told["flash_sound"], told["quiet_from"], told["digest"], told["reminders"]) == (
        True,
        "19:30",
        "weekly",
        True,
    )
    with write_transaction() as session:
        account = session.query(Account).filter_by(person_id=town.agent).one()
        erase_person(session, account, session.get_one(Person, town.facilitator))
    assert kept(town.agent) is None


def checked(page: str) -> dict[str, str]:
    """Return the ticked boxes and selected options."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        attributes = dict(re.findall(r'(\w[\w-]*)="([^"]*)"', tag))
        if attributes.get("type") in ("checkbox", "radio") and re.search(r"\bchecked\b", tag):
            found[attributes["name"]] = attributes["value"]
    return found


def selected(page: str, name: str) -> str:
    options = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)
    assert options is not None
    found = re.search(r'<option selected value="([^"]*)"', options[0])
    assert found is not None
    return found[1]

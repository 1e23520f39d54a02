"""Flashes and requested readings on pages: initial banner, menus, wording, history and log."""

from __future__ import annotations

import json
import re
from datetime import time, timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import event, select

from app.accounts.models import Preferences
from app.audit.models import AuditEntry
from boards.database import db, read_session, write_transaction
from boards.personal.reminders import remind_readers
from tests.clock import Clock
from tests.town import PEOPLE, Town
from tests.visitor import Visitor

BANNER = re.compile(r'<article class="flash-banner".*?</article>', re.DOTALL)


@pytest.fixture
def card(town: Town, clock: Clock) -> int:
    clock.set("2026-11-23 10:00")
    return town.add_card("Piscine <évacuée>")


def signed_in(app: Flask, who: str) -> Visitor:
    visitor = Visitor(app)
    visitor.sign_in(PEOPLE[who][0])
    return visitor


@pytest.fixture
def sonia(app: Flask, town: Town, clock: Clock) -> Visitor:
    return signed_in(app, "agent")


@pytest.fixture
def leo(app: Flask, town: Town, clock: Clock) -> Visitor:
    """Sign in an agent of another service."""
    return signed_in(app, "colleague")


def light(town: Town, card: int) -> None:
    town.perform(town.agent, type="flash_card", card=card, on=True)


def banners(visitor: Visitor, path: str = "/boards/accueil") -> list[str]:
    return BANNER.findall(visitor.get(path).text)


def panel(visitor: Visitor, card: int) -> str:
    return unescape(visitor.get(f"/cards/{card}", headers={"X-Fragment": "panel"}).text)


# --- flash ------------------------------------------------------------------------------------------------------------


def test_the_banner_is_in_the_page_of_every_board_until_it_is_read_or_over(
    town: Town, card: int, sonia: Visitor, leo: Visitor, clock: Clock
) -> None:
    light(town, card)
    for path in ("/boards/accueil", "/boards/autre", f"/cards/{card}"):
        (banner,) = banners(leo, path)
        assert "Piscine &lt;évacuée&gt;" in banner
        assert f'href="/cards/{card}"' in banner
        assert 'data-seconds="50400"' in banner
    assert banners(sonia) == []  # who lit it knows
    seq = town.card(card).signalled_seq
    read = leo.client.put(f"/cards/{card}/seen", json={"seq": seq}, headers={"X-CSRFToken": leo.csrf_token})
    assert read.status_code == 204
    assert banners(leo) == banners(leo, "/boards/autre") == []
    light(town, card)
    assert len(banners(leo)) == 1
    clock.set("2026-11-24 00:00")
    assert banners(leo) == []


def test_people_who_may_not_read_the_column_get_no_banner(app: Flask, town: Town, card: int, leo: Visitor) -> None:
    light(town, card)
    town.perform(town.facilitator, type="set_rights", column=town.service, agents="none", readers="none")
    assert banners(leo) == []
    elise = signed_in(app, "facilitator")
    assert banners(elise, "/boards/accueil?as=reader") == []
    assert len(banners(elise, f"/boards/accueil?as=service:{town.ccas}")) == 1


def test_the_card_says_until_when_and_its_menu_offers_what_is_possible(
    town: Town, card: int, sonia: Visitor, clock: Clock
) -> None:
    assert "Signaler en flash…" in panel(sonia, card)
    assert 'data-tomorrow="2026-11-24T23:00:00+00:00"' in panel(sonia, card)
    light(town, card)
    page = sonia.get("/boards/accueil").text
    assert 'data-flash-until="2026-11-23T23:00:00+00:00"' in page
    assert "Flash jusqu’au 24 novembre 2026 à 0 h 00" in page
    assert "Éteindre le flash" in panel(sonia, card)
    clock.set("2026-11-24 00:00")
    assert "Signaler en flash…" in panel(sonia, card)


def test_a_fourth_flash_is_refused_with_the_titles_one_may_read(town: Town, card: int, leo: Visitor) -> None:
    for title in ("Un", "Deux"):
        light(town, town.add_card(title))
    light(town, card)
    idea = town.add_card("Quatre", column=town.suggestions, actor=town.colleague)
    refused = leo.command(type="flash_card", card=idea, on=True)
    assert refused.status_code == 409
    told = refused.get_json()["detail"]
    assert told.startswith("Trois flashs sont déjà affichés")
    assert told.endswith("Ce sont «\u202fDeux\u202f», «\u202fUn\u202f», «\u202fPiscine <évacuée>\u202f».")
    town.perform(town.facilitator, type="set_rights", column=town.service, agents="none")
    told = leo.command(type="flash_card", card=idea, on=True).get_json()["detail"]
    assert told.endswith("faites-en éteindre un.")
    assert "Piscine" not in told


def test_only_the_number_of_unreadable_flashes_is_shown(town: Town, card: int, leo: Visitor) -> None:
    light(town, card)
    light(town, town.add_card("Deux"))
    shared = town.add_card("À tous", column=town.free)
    light(town, shared)
    town.perform(town.facilitator, type="set_rights", column=town.service, agents="none")
    idea = town.add_card("Quatre", column=town.suggestions, actor=town.colleague)
    told = leo.command(type="flash_card", card=idea, on=True).get_json()["detail"]
    assert told.endswith("Ce sont «\u202fÀ tous\u202f», et 2 autres que vous ne pouvez pas lire.")


@pytest.mark.parametrize(
    ("until", "words"),
    [
        ("2026-11-23T09:00:00Z", "Ce moment est passé"),
        ("2026-12-01T10:00:00Z", "au plus 7 jours"),
        ("2026-13-01T10:00:00Z", "n’existe pas"),
        ("2026-11-23T18:00:00", "fuseau horaire"),
        (5, "n’existe pas"),
    ],
)
def test_a_wrong_end_is_explained(card: int, sonia: Visitor, until: object, words: str) -> None:
    refused = sonia.command(type="flash_card", card=card, on=True, until=until)
    assert refused.status_code == 422
    assert words in refused.get_json()["detail"]
    assert [error["field"] for error in refused.get_json()["errors"]] == ["until"]


def test_history_and_log_tell_who_flashed_and_the_log_without_its_words(town: Town, card: int, sonia: Visitor) -> None:
    light(town, card)
    town.perform(town.agent, type="flash_card", card=card, on=False)
    page = unescape(sonia.get(f"/cards/{card}/history").text)
    assert "Info signalée en flash" in page
    assert "Flash éteint" in page
    assert "24 novembre 2026 à 0 h 00" in page
    read_session().rollback()
    entries = (
        read_session()
        .scalars(
            select(AuditEntry).where(AuditEntry.action.in_(["card_flashed", "flash_put_out"])).order_by(AuditEntry.id)
        )
        .all()
    )
    assert [(entry.action, entry.actor_id, entry.facts["card"]) for entry in entries] == [
        ("card_flashed", town.agent, card),
        ("flash_put_out", town.agent, card),
    ]
    assert "Piscine" not in json.dumps([[entry.subject, entry.facts] for entry in entries], ensure_ascii=False)


def test_alert_preferences_are_attributes_of_the_banners(town: Town, leo: Visitor) -> None:
    def alerts() -> object:
        found = re.search(r'data-alerts="([^"]*)"', leo.get("/boards/accueil").text)
        assert found
        return json.loads(unescape(found[1]))

    assert alerts() == {"sound": False, "desktop": False, "quiet": None}
    with write_transaction() as session:
        session.add(
            Preferences(person_id=town.colleague, flash_sound=True, quiet_from=time(18), quiet_until=time(8, 30))
        )
    assert alerts() == {"sound": True, "desktop": False, "quiet": ["18:00", "08:30"]}


def test_three_flashes_ask_the_database_no_more_than_one(town: Town, card: int, leo: Visitor) -> None:
    def statements() -> int:
        leo.get("/boards/autre")
        db.session.rollback()
        asked: list[str] = []

        def hear(*anything: object) -> None:
            asked.append(str(anything[2]))

        event.listen(db.engine, "before_cursor_execute", hear)
        leo.get("/boards/autre")
        event.remove(db.engine, "before_cursor_execute", hear)
        return len(asked)

    light(town, card)
    one = statements()
    for title in ("Deux", "Trois"):
        light(town, town.add_card(title, column=town.free))
    assert len(banners(leo, "/boards/autre")) == 3
    assert statements() == one


# --- readings asked ---------------------------------------------------------------------------------------------------


def test_the_open_card_counts_its_readers_and_names_who_has_not_to_those_who_look_after_it(
    app: Flask, town: Town, card: int, sonia: Visitor, leo: Visitor
) -> None:
    assert "J’ai lu" not in panel(leo, card)
    town.perform(town.agent, type="require_reading", card=card, required=True, services=[town.mediatheque])
    assert "<span>Lecture demandée</span>" in leo.get("/boards/accueil").text
    for visitor in (sonia, leo, signed_in(app, "reader"), signed_in(app, "facilitator")):
        assert "0 lue sur 1" in panel(visitor, card)
    assert [
        "Léo Dumas" in panel(visitor, card)
        for visitor in (sonia, signed_in(app, "facilitator"), leo, signed_in(app, "reader"))
    ] == [
        True,
        True,
        False,
        False,
    ]
    assert ["J’ai lu" in panel(visitor, card) for visitor in (leo, sonia)] == [True, False]
    page = leo.get(f"/cards/{card}").text
    assert leo.post(f"/cards/{card}/read", {"version": "1"}).status_code == 303, page  # without script
    assert "1 lue sur 1" in panel(sonia, card)
    assert "Léo Dumas" not in panel(sonia, card)
    town.perform(town.agent, type="edit_card", card=card, version=1, body="<p>Autrement.</p>")
    assert "0 lue sur 1" in panel(leo, card)


def test_the_page_of_reads_has_it_under_its_column(app: Flask, town: Town, card: int) -> None:
    town.perform(town.agent, type="require_reading", card=card, required=True)
    page = signed_in(app, "facilitator").get("/boards/accueil/guide/reads").text
    assert "Piscine &lt;évacuée&gt;" in page
    assert "0 personne sur 4" in page
    town.perform(town.agent, type="require_reading", card=card, required=False)
    assert "Piscine" not in signed_in(app, "facilitator").get("/boards/accueil/guide/reads").text


def test_history_tells_who_was_asked(town: Town, card: int, sonia: Visitor) -> None:
    town.perform(town.agent, type="require_reading", card=card, required=True)
    town.perform(town.agent, type="require_reading", card=card, required=True, services=[town.mediatheque])
    town.perform(town.agent, type="require_reading", card=card, required=False)
    page = unescape(sonia.get(f"/cards/{card}/history").text)
    assert page.count("Lecture demandée</strong>") + page.count("Lecture demandée<") >= 2
    assert "Lecture demandée à" in page
    assert "Médiathèque" in page
    assert "Lecture qui n’est plus demandée" in page


def test_the_reminder_is_in_the_bell_until_its_card_is_opened(
    town: Town, card: int, leo: Visitor, clock: Clock
) -> None:
    town.perform(town.agent, type="require_reading", card=card, required=True, services=[town.mediatheque])
    clock.advance(timedelta(days=2))
    read_session().rollback()
    assert remind_readers() == {town.colleague: [card]}
    page = unescape(leo.get("/notices").text)
    assert "Piscine <évacuée>" in page
    assert "Votre lecture est demandée" in page
    assert 'data-unread="1"' in leo.get("/boards/accueil").text
    leo.client.put(f"/cards/{card}/noticed", headers={"X-CSRFToken": leo.csrf_token})
    assert 'data-unread="0"' in leo.get("/boards/accueil").text
    told = leo.get("/profile/data").get_json()["notices"]
    assert [each["what"] for each in told] == ["reading_reminder"]

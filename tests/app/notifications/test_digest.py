"""Personal digest of unread news: at its hour, once, and only when it has content."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.accounts.models import Account, Digest, Preferences
from app.accounts.preferences import save_preferences
from app.notifications import digest
from app.notifications.digest import RETRIES
from boards.database import db, read_session, write_transaction
from boards.directory import create_person
from boards.freshness import expire_due
from boards.models import Board, Card, Person, Role
from boards.models.personal import personal_transaction
from boards.personal.unread import mark_all, mark_seen
from tests.app.jobs.test_jobs import together
from tests.clock import Clock, in_town
from tests.smtp import Mailbox, smtp_server, use_smtp
from tests.town import Town

PUBLIC_URL = "https://flash.ville.example"
HOUR = timedelta(hours=1)


@pytest.fixture
def mailbox(app: Flask) -> Iterator[Mailbox]:
    with smtp_server() as mailbox:
        use_smtp(app, mailbox.settings(), public_url=PUBLIC_URL)
        yield mailbox


@pytest.fixture
def friday(town: Town, clock: Clock) -> Clock:
    """Set the clock before eight; the reader chose a daily digest at eight and has read everything."""
    clock.set("2026-11-20 07:00")
    choose(town.reader)
    read_all(town, town.reader)
    return clock


def send_digests() -> int:
    """Run the job, which reads the database as it is now."""
    db.session.rollback()
    return digest.send_digests()


def choose(person: int, rhythm: Digest = Digest.DAILY, **others: Any) -> None:
    with write_transaction() as session:
        save_preferences(session, person, digest=rhythm, **others)


def chosen(person: int) -> Preferences:
    db.session.rollback()
    return read_session().get_one(Preferences, person, populate_existing=True)


def read_all(town: Town, person: int) -> None:
    with personal_transaction(person) as session:
        mark_all(session, session.get_one(Person, person), session.get_one(Board, town.board), town.seq)


def test_at_the_chosen_hour_what_is_new_comes_by_mail(town: Town, friday: Clock, mailbox: Mailbox) -> None:
    card = town.add_card("Piscine fermée", body="<p>Vidange annuelle jusqu’à lundi.</p>", valid_until="2026-11-25")
    tonight = town.add_card("Guichet fermé", column=town.free, actor=town.facilitator, valid_until="2026-11-20")
    friday.set("2026-11-20 07:59")
    assert send_digests() == 0
    friday.set("2026-11-20 08:00")
    assert send_digests() == 1
    message = mailbox.next()
    assert (message["To"], message["Subject"]) == ("elu@ville.example", "Flash News : 2 nouveautés")
    lines = [line.strip() for line in message.get_content().splitlines()]
    assert "Bonjour Carole Viala," in lines
    assert (
        lines.index("Service") < lines.index("- Piscine fermée") < lines.index("Free") < lines.index("- Guichet fermé")
    )
    assert lines[lines.index("- Piscine fermée") + 1 :][:3] == [
        "Nouvelle · valable jusqu’au 25 novembre 2026",
        "Vidange annuelle jusqu’à lundi.",
        f"{PUBLIC_URL}/cards/{card}",
    ]
    assert lines[lines.index("- Guichet fermé") + 1 :][:2] == [
        "Nouvelle · expire ce soir",
        f"{PUBLIC_URL}/cards/{tonight}",
    ]
    assert f"{PUBLIC_URL}/boards/accueil/news" in lines
    assert send_digests() == 0
    assert mailbox.is_empty()


def test_many_changes_make_one_mail_that_says_what_changed(town: Town, friday: Clock, mailbox: Mailbox) -> None:
    card = town.add_card("Bibliothèque", body="<p>Ouverte le lundi de 9 h à 12 h.</p>")
    read_all(town, town.reader)
    for version, body in enumerate(["<p>Fermée.</p>", "<p>Ouverte le mardi de 9 h à 12 h.</p>"], start=1):
        town.perform(town.agent, type="edit_card", card=card, version=version, body=body)
    town.perform(
        town.agent, type="edit_card", card=card, version=3, title="Médiathèque", internal_note="Le chef est absent"
    )
    friday.set("2026-11-20 08:00")
    assert send_digests() == 1
    text = mailbox.next().get_content()
    assert text.count("- Médiathèque") == 1
    assert "Modifiée" in text
    assert "Titre\u00a0: [Bibliothèque → Médiathèque]" in text
    assert "Texte\u00a0: Ouverte le [lundi → mardi] de 9 h à 12 h." in text
    assert "chef" not in text  # internal
    assert mailbox.is_empty()


def test_nothing_new_no_mail(town: Town, friday: Clock, mailbox: Mailbox) -> None:
    """This excludes news already read, the person's own changes, and news of an earlier digest."""
    friday.set("2026-11-20 08:00")
    assert send_digests() == 0
    card = town.add_card("Lue à temps")
    with personal_transaction(town.reader) as session:
        mark_seen(session, session.get_one(Person, town.reader), session.get_one(Card, card), town.seq)
    choose(town.agent)
    read_all(town, town.agent)
    town.add_card("De moi", actor=town.agent)
    read_all(town, town.reader)
    friday.set("2026-11-21 08:00")
    assert send_digests() == 0
    friday.advance(HOUR)
    town.add_card("Jamais lue")
    friday.set("2026-11-22 08:00")
    assert send_digests() == 1
    friday.set("2026-11-23 08:00")
    assert send_digests() == 0
    friday.advance(HOUR)
    town.add_card("Autre")
    friday.set("2026-11-24 08:00")
    assert send_digests() == 1
    mailbox.next()
    text = mailbox.next().get_content()
    assert "- Autre" in text
    assert "- Jamais lue" not in text
    assert "Et 1 autre info que vous n’avez pas lue." in text


def test_expired_unread_cards_are_listed(town: Town, friday: Clock, mailbox: Mailbox) -> None:
    town.add_card("Marché de nuit", valid_until="2026-11-20")
    friday.set("2026-11-21 00:00")
    expire_due()
    friday.set("2026-11-21 08:00")
    assert send_digests() == 1
    text = mailbox.next().get_content()
    assert "Ont expiré\n- Marché de nuit (Service)" in text.replace("\r\n", "\n")


def test_nothing_of_what_one_may_not_read_leaves(town: Town, friday: Clock, mailbox: Mailbox) -> None:
    town.perform(town.facilitator, type="set_rights", column=town.free, readers="none")
    town.add_card("Secrète", column=town.free, actor=town.facilitator)
    friday.set("2026-11-20 08:00")
    assert send_digests() == 0
    friday.advance(HOUR)
    town.add_card("Pour tous")
    friday.set("2026-11-21 08:00")
    assert send_digests() == 1
    assert "Secrète" not in mailbox.next().get_content()


@pytest.mark.parametrize("leaving", ["disabled", "never"])
def test_closed_accounts_and_unsubscribed_people_get_none(
    town: Town, friday: Clock, mailbox: Mailbox, leaving: str
) -> None:
    town.add_card()
    if leaving == "never":
        choose(town.reader, Digest.NEVER)
    else:
        with write_transaction() as session:
            session.get_one(Person, town.reader).disabled_at = friday.moment
    friday.set("2026-11-20 08:00")
    assert send_digests() == 0


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-03-28 08:00", ["2026-03-29 08:00", "2026-03-30 08:00"]),
        ("2026-10-24 08:00", ["2026-10-25 08:00", "2026-10-26 08:00"]),
    ],
)
def test_it_comes_at_the_same_hour_when_the_clocks_change(
    town: Town, clock: Clock, mailbox: Mailbox, start: str, due: list[str]
) -> None:
    clock.set(start)
    choose(town.reader)
    town.add_card("Première")
    for moment in due:
        assert chosen(town.reader).digest_due_at == in_town(moment)
        clock.set(moment)
        assert send_digests() == 1
        clock.advance(HOUR)
        town.add_card(moment)


def test_a_weekly_mail_comes_on_its_day(town: Town, friday: Clock, mailbox: Mailbox) -> None:
    choose(town.reader, Digest.WEEKLY, digest_weekday=1, digest_hour=14)
    town.add_card()
    sent = []
    for hours in range(24 * 10):
        friday.set(in_town("2026-11-20 08:00") + timedelta(hours=hours))
        if send_digests():
            sent.append(f"{friday.moment:%Y-%m-%d %H:%M}")
    assert sent == ["2026-11-24 13:00"]  # UTC: two o'clock in the town


def test_after_days_of_downtime_one_mail_has_it_all(town: Town, friday: Clock, mailbox: Mailbox) -> None:
    town.add_card("Un")
    friday.set("2026-11-23 10:30")
    town.add_card("Deux")
    assert [send_digests(), send_digests()] == [1, 0]
    assert mailbox.next()["Subject"].endswith("2 nouveautés")
    assert chosen(town.reader).digest_due_at == in_town("2026-11-24 08:00")


def test_workers_that_look_at_the_same_moment_send_one(app: Flask, town: Town, friday: Clock, mailbox: Mailbox) -> None:
    town.add_card()
    friday.set("2026-11-20 08:00")
    assert sorted(together(3, app, send_digests)) == [0, 0, 1]
    mailbox.next()
    assert mailbox.is_empty()


def test_a_mail_that_does_not_leave_is_tried_again_then_left_to_the_next_day(
    town: Town, friday: Clock, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    town.add_card("Un")
    mailbox.refuses = True
    friday.set("2026-11-20 08:00")
    for _try in range(RETRIES + 1):
        assert chosen(town.reader).digest_due_at == friday.moment
        assert send_digests() == 0
    assert caplog.text.count("did not leave") == RETRIES + 1
    assert send_digests() == 0
    assert caplog.text.count("did not leave") == RETRIES + 1
    assert chosen(town.reader).digest_due_at == in_town("2026-11-21 08:00")
    mailbox.refuses = False
    friday.set("2026-11-21 08:00")
    assert send_digests() == 1
    assert "- Un" in mailbox.next().get_content()
    assert chosen(town.reader).digest_tries == 0


def test_many_people_are_written_to_some_at_each_run(
    town: Town, friday: Clock, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest, "DIGESTS_PER_RUN", 2)
    with write_transaction() as session:
        for number in range(4):
            person = create_person(session, f"Agent {number}", Role.AGENT, [])
            session.add(Account(person_id=person.id, email=f"agent{number}@ville.example"))
            session.flush()
            save_preferences(session, person.id, digest=Digest.DAILY)
    town.add_card()
    friday.set("2026-11-20 08:00")
    assert [send_digests() for _run in range(4)] == [2, 2, 1, 0]
    assert len({mailbox.next()["To"] for _mail in range(5)}) == 5


def test_without_a_mail_server_nothing_is_tried(app: Flask, town: Town, friday: Clock) -> None:
    town.add_card()
    friday.set("2026-11-20 08:00")
    assert send_digests() == 0
    assert chosen(town.reader).digest_due_at == friday.moment


def test_it_is_in_the_persons_language(town: Town, friday: Clock, mailbox: Mailbox) -> None:
    with write_transaction() as session:
        session.query(Account).filter_by(person_id=town.reader).one().language = "en"
    town.add_card(valid_until="2026-11-25")
    friday.set("2026-11-20 08:00")
    send_digests()
    assert "November" in mailbox.next().get_content()


def test_one_click_of_the_mail_program_stops_it(app: Flask, town: Town, friday: Clock, mailbox: Mailbox) -> None:
    town.add_card()
    friday.set("2026-11-20 08:00")
    send_digests()
    message, raw = mailbox.next_with_source()
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = re.fullmatch(rf"<({PUBLIC_URL}/mails/\S+/stop)>", message["List-Unsubscribe"])
    assert address is not None
    assert address[1] in message.get_content().splitlines()
    assert address[1].encode() in raw.partition(b"\r\n\r\n")[0]  # as it is: mail programs read no encoded address
    assert app.test_client().post(address[1], data={"List-Unsubscribe": "One-Click"}).status_code == 200
    town.add_card("Encore")
    friday.set("2026-11-21 08:00")
    assert send_digests() == 0

"""One reminder mail to people who have not read a requested card."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from app.accounts.preferences import save_preferences
from app.notifications import reminder
from boards.database import db, read_session, write_transaction
from boards.models.personal import Notice
from boards.personal.read_receipts import mark_version_read
from boards.personal.reminders import REMINDED_AFTER, REMINDER
from tests.clock import Clock
from tests.smtp import Mailbox, smtp_server, use_smtp
from tests.town import Town


@pytest.fixture
def mailbox(app: Flask) -> Iterator[Mailbox]:
    with smtp_server() as mailbox:
        use_smtp(app, mailbox.settings(), public_url="https://flash.ville.example")
        yield mailbox


@pytest.fixture
def asked(town: Town, clock: Clock) -> list[int]:
    """Request a reading of two cards long enough ago; only the reader has not read them."""
    clock.set("2026-11-18 09:00")
    cards = [town.add_card("Plan canicule"), town.add_card("Nouveaux horaires", column=town.free)]
    for card in cards:
        town.perform(town.agent, type="require_reading", card=card, required=True)
        for person in (town.facilitator, town.agent, town.colleague):
            with write_transaction() as session:
                mark_version_read(session, person, card, 1)
        clock.advance(timedelta(minutes=1))
    clock.advance(REMINDED_AFTER)
    return cards


def remind() -> int:
    db.session.rollback()
    return reminder.send_reminders()


def notices() -> list[int]:
    db.session.rollback()
    return [notice.person_id for notice in read_session().query(Notice).filter_by(what=REMINDER)]


def test_one_mail_names_all_that_waits_and_comes_once(
    town: Town, asked: list[int], clock: Clock, mailbox: Mailbox
) -> None:
    assert remind() == 1
    message = mailbox.next()
    assert (message["To"], message["Subject"]) == ("elu@ville.example", "Flash News : 2 infos attendent votre lecture")
    lines = [line.strip() for line in message.get_content().splitlines()]
    assert lines.index("- Plan canicule (Service)") < lines.index("- Nouveaux horaires (Free)")
    assert [f"https://flash.ville.example/cards/{card}" in lines for card in asked] == [True, True]
    assert message["List-Unsubscribe"].strip("<>") in lines
    clock.advance(timedelta(days=7))
    assert remind() == 0
    assert mailbox.is_empty()


def test_people_who_opted_out_get_only_the_notice(town: Town, asked: list[int], mailbox: Mailbox) -> None:
    with write_transaction() as session:
        save_preferences(session, town.reader, reminders=False)
    assert remind() == 1
    assert mailbox.is_empty()
    assert notices() == [town.reader] * 2


def test_without_a_mail_server_there_are_notices(town: Town, asked: list[int]) -> None:
    assert remind() == 1
    assert notices() == [town.reader] * 2


def test_cards_no_longer_readable_are_not_named(town: Town, asked: list[int], mailbox: Mailbox) -> None:
    town.perform(town.facilitator, type="set_rights", column=town.free, readers="none")
    assert remind() == 1
    assert "Nouveaux horaires" not in mailbox.next().get_content()


def test_a_mail_that_does_not_leave_is_not_sent_again_and_holds_nobody_up(
    town: Town, asked: list[int], mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    mailbox.refuses = True
    assert remind() == 1
    assert "did not leave" in caplog.text
    mailbox.refuses = False
    assert remind() == 0
    assert mailbox.is_empty()

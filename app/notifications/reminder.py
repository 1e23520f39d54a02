"""Mail each person once about the cards they were asked to read."""

from __future__ import annotations

import logging

from flask import current_app
from flask_babel import force_locale, ngettext
from sqlalchemy import select

from app.accounts.admin_actions import has_arrived
from app.accounts.models import Account
from app.accounts.preferences import MailKind, preferences_of, unsubscribe_token
from app.auth.locale import language_of
from app.web.smtp import CannotSend, public_link, send_mail
from boards import rights
from boards.database import read_session, restart_read
from boards.models import Card, Person
from boards.personal.reminders import remind_readers
from boards.queries import load_cards

log = logging.getLogger(__name__)

REMINDER_MAX_FAILURES = 5  # then mails stop for this run; the notices remain


def send_reminders() -> int:
    """Create the due reminders and mail them to those who want it; return the number of people."""
    reminded = remind_readers()
    failed = 0
    for person_id, card_ids in reminded.items() if current_app.config["SETTINGS"].smtp else ():
        restart_read()  # a mail takes seconds: the next one says what holds by then
        try:
            _write_to(person_id, card_ids)
        except CannotSend as error:
            log.warning("the reminder of person %s did not leave: %s", person_id, error)
            failed += 1
            if failed == REMINDER_MAX_FAILURES:
                break
    return len(reminded)


def _write_to(person_id: int, card_ids: list[int]) -> None:
    account = read_session().scalar(select(Account).where(Account.person_id == person_id))
    if account is None or not has_arrived(account) or not preferences_of(read_session(), person_id).reminders:
        return
    cards = _readable(account.person, card_ids)
    if not cards:
        return
    with force_locale(language_of(account)):
        subject = ngettext(
            "Flash News : une info attend votre lecture",
            "Flash News : %(num)s infos attendent votre lecture",
            len(cards),
        )
    send_mail(
        current_app.config["SETTINGS"],
        account.email,
        subject,
        "mail/reading_reminder.txt",
        language=language_of(account),
        stops_at=public_link("alerts.ask_to_stop", token=unsubscribe_token(person_id, MailKind.REMINDER)),
        name=account.person.name,
        cards=cards,
        public_link=public_link,
    )


def _readable(person: Person, card_ids: list[int]) -> list[Card]:
    """Return the cards the person may still read, in the order they were asked."""
    cards = [
        card
        for card in load_cards(read_session(), card_ids)
        if card.archived_at is None and rights.may_see_card(person, card, card.column)
    ]
    return sorted(cards, key=lambda card: (card.must_read_at is None, card.must_read_at, card.id))

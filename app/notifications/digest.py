"""Mail unread news to each person at the hour they chose; at most one mail, none without news."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask import current_app
from flask_babel import force_locale, ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account, Digest, Preferences
from app.accounts.preferences import MailKind, next_digest, unsubscribe_token
from app.auth.locale import language_of
from app.history.labels import differences
from app.web.cron import at
from app.web.smtp import CannotSend, public_link, send_mail
from app.whats_new.labels import NEWS_LABELS
from boards.card_fields import INTERNAL
from boards.database import now, read_session, write_transaction
from boards.models import Board, Column, Person
from boards.queries import boards_for
from boards.text.diff import Piece, cut
from boards.whats_new import News, NewsItem, news_for

log = logging.getLogger(__name__)

DIGESTS_PER_RUN = 50  # people per run
DIGEST_MAX_FAILURES = 5  # per run; each may take ten seconds
RETRIES = 3
LISTED_AT_MOST = 30  # cards of a board
CHANGE_MAX_CHARACTERS = 300


@dataclass(frozen=True)
class Part:
    """What is new on one board since the previous mail."""

    board: Board
    columns: Sequence[tuple[Column, Sequence[NewsItem]]]
    expired: Sequence[NewsItem]
    ending: Sequence[NewsItem]  # expire today but are read, so no reason for a mail
    others: int  # also unread: mailed before, or too many to list

    @property
    def count(self) -> int:
        """Return the number of new cards."""
        return sum(len(items) for _column, items in self.columns) + len(self.expired)


def send_digests() -> int:
    """Send the mails that are due; return their number."""
    if current_app.config["SETTINGS"].smtp is None:
        return 0
    due = (
        select(Preferences.person_id)
        .where(Preferences.digest_due_at <= now())
        .order_by(Preferences.digest_due_at)
        .limit(DIGESTS_PER_RUN)
    )
    waiting = read_session().scalars(due).all()
    sent = failed = 0
    for person_id in waiting:
        try:
            sent += _send_if_due(person_id)
        except CannotSend as error:
            log.warning("the digest of person %s did not leave: %s", person_id, error)
            failed += 1
            if failed == DIGEST_MAX_FAILURES:
                break
    return sent


def parts_for(session: Session, person: Person, since: datetime | None) -> list[Part]:
    """Return the unread news since then, by board."""
    parts = (_part(news_for(session, person, board), since) for board in boards_for(session, person))
    return [part for part in parts if part.count]


def _send_if_due(person_id: int) -> bool:
    """Claim the mail before sending it, so that no worker sends it twice. Raises CannotSend."""
    with write_transaction() as session:
        chosen = _chosen(session, person_id)
        if chosen is None or chosen.digest_due_at is None or chosen.digest_due_at > now():
            return False
        since, moment = chosen.digest_told_at, now()
        chosen.digest_due_at, chosen.digest_told_at = next_digest(chosen, moment), moment
    try:
        sent = _send(person_id, since)
    except CannotSend:
        _try_again(person_id, since)
        raise
    with write_transaction() as session:
        if chosen := _chosen(session, person_id):
            chosen.digest_tries = 0
    return sent


def _chosen(session: Session, person_id: int) -> Preferences | None:
    return session.scalar(select(Preferences).where(Preferences.person_id == person_id).with_for_update())


def _try_again(person_id: int, since: datetime | None) -> None:
    """Reschedule for the next run, after some retries for the next day, with all news since."""
    with write_transaction() as session:
        chosen = _chosen(session, person_id)
        if chosen is None or chosen.digest == Digest.NEVER:
            return
        again = chosen.digest_tries < RETRIES
        chosen.digest_due_at = now() if again else at(chosen.digest_hour)(now())
        chosen.digest_tries = chosen.digest_tries + 1 if again else 0
        chosen.digest_told_at = since


def _send(person_id: int, since: datetime | None) -> bool:
    account = read_session().scalar(select(Account).where(Account.person_id == person_id))
    if account is None or account.person.disabled_at is not None:
        return False
    parts = parts_for(read_session(), account.person, since)
    if not parts:
        return False
    with force_locale(language_of(account)):
        count = sum(part.count for part in parts)
        subject = ngettext("Flash News : %(num)s nouveauté", "Flash News : %(num)s nouveautés", count)
    send_mail(
        current_app.config["SETTINGS"],
        account.email,
        subject,
        "mail/digest.txt",
        language=language_of(account),
        stops_at=public_link("alerts.ask_to_stop", token=unsubscribe_token(person_id, MailKind.DIGEST)),
        name=account.person.name,
        parts=parts,
        what=NEWS_LABELS,
        changes=_changes,
        public_link=public_link,
    )
    return True


def _part(news: News, since: datetime | None) -> Part:
    listed, left = [], LISTED_AT_MOST
    for column, items in news.columns:
        fresh = [item for item in items if _is_fresh(item, since)][:left]
        left -= len(fresh)
        if fresh:
            listed.append((column, fresh))
    expired = [item for item in news.expired if _is_fresh(item, since)][:left]
    return Part(news.board, listed, expired, news.ending, news.count - sum(len(items) for _column, items in listed))


def _is_fresh(item: NewsItem, since: datetime | None) -> bool:
    return since is None or (item.at is not None and item.at > since)


def _changes(item: NewsItem) -> list[str]:
    """Describe the differences of a card, one per line, without the internal note."""
    changed = replace(
        item.activity, before={name: value for name, value in item.activity.before.items() if name not in INTERNAL}
    )
    found = [(name, cut(pieces, CHANGE_MAX_CHARACTERS)) for name, pieces in differences(changed)]
    return [f"{name} : {_in_text(pieces)}" for name, pieces in found if pieces]


def _in_text(pieces: Sequence[Piece]) -> str:
    """Format as « Ouvert [le lundi → le mardi] de 9 h à 12 h [+ et l’après-midi] »."""
    text, was = "", ""
    for kind, words in [*pieces, Piece("same", "")]:
        if kind == "removed":
            was = words
            continue
        text += _instead(was, words) if kind == "added" else _instead(was, "") + words
        was = ""
    return " ".join(text.split())


def _instead(was: str, words: str) -> str:
    before, after = was.strip(), words.strip()
    if not before and not after:
        return words
    space = " " if (was or words).startswith(" ") else ""
    return f"{space}[{before} → {after}]" if before and after else f"{space}[{'+' if after else '−'} {before or after}]"

"""Remind people once, by a notice, of each card they were asked to read and have not."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from boards import rights
from boards.database import now, read_session
from boards.errors import Conflict
from boards.log.record import recorded_value
from boards.models import Board, Card, Column
from boards.models.personal import CardRead, Notice, personal_transaction
from boards.personal.read_receipts import active_people, is_asked

REMINDED_AFTER = timedelta(days=2)
REMINDER = "reading_reminder"


def remind_readers() -> dict[int, list[int]]:
    """Create the reminders that are due; return the cards by person. Idempotent, also across workers."""
    found = {}
    for person_id, cards in _due(read_session()).items():
        if left := _remind(person_id, cards):
            found[person_id] = left
    return found


def _due(session: Session) -> dict[int, dict[int, str]]:
    """Return, by person, the unread cards asked for long enough, and when each was asked.

    Authors are not reminded; an edit gives those who had read the card the same time again.
    """
    since = now() - REMINDED_AFTER
    asked = (
        select(Card, Column)
        .join(Column, Column.id == Card.column_id)
        .join(Board, Board.id == Card.board_id)
        .where(Card.must_read, Card.must_read_at <= since, Card.archived_at.is_(None))
        .where(Column.archived_at.is_(None), Board.archived_at.is_(None))
        .order_by(Card.must_read_at, Card.id)
    )
    cards = session.execute(asked).all()
    ids = [card.id for card, _column in cards]
    read = select(CardRead.card_id, CardRead.person_id, CardRead.version).where(CardRead.card_id.in_(ids))
    reads = {(card_id, person_id): version for card_id, person_id, version in session.execute(read)} if ids else {}
    reminded = _reminded(session, ids)
    people = active_people(session) if ids else ()
    due: defaultdict[int, dict[int, str]] = defaultdict(dict)
    for card, column in cards:
        ask = str(recorded_value(card.must_read_at))
        edited_lately = card.edited_at is not None and card.edited_at > since
        for person in people:
            version = reads.get((card.id, person.id))
            if (
                version == card.version
                or (version is not None and edited_lately)
                or (person.id, card.id, ask) in reminded
            ):
                continue
            if person.id != card.author_id and rights.may_read(person, column) and is_asked(person, card):
                due[person.id][card.id] = ask
    return due


def _remind(person_id: int, cards: dict[int, str]) -> list[int]:
    """Create the reminders that no other worker has created meanwhile."""
    try:
        with personal_transaction(person_id) as session:
            reminded = _reminded(session, list(cards), person_id)
            left = [id for id, ask in cards.items() if (person_id, id, ask) not in reminded]
            for id in left:
                facts = {"actor": None, "ask": cards[id]}
                session.add(Notice(person_id=person_id, card_id=id, what=REMINDER, facts=facts, at=now()))
    except Conflict:  # a card was deleted meanwhile: the next run finds the others
        return []
    return left


def _reminded(session: Session, card_ids: list[int], person_id: int | None = None) -> set[tuple[int, int, str]]:
    query = select(Notice.person_id, Notice.card_id, Notice.facts).where(
        Notice.what == REMINDER, Notice.card_id.in_(card_ids)
    )
    if person_id is not None:
        query = query.where(Notice.person_id == person_id)
    return {(person, card, facts["ask"]) for person, card, facts in session.execute(query)} if card_ids else set()

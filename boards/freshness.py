"""Find cards to check and cards that end; publish and expire scheduled ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, selectinload

from boards import rights
from boards.clock import day_of, start_of, today
from boards.commands.base import Command
from boards.commands.scheduled import ExpireCards, PublishCards
from boards.database import read_session
from boards.errors import Conflict
from boards.models import Board, Card, Column, Kind, Person
from boards.perform import perform_scheduled
from boards.queries import visible_columns

ENDS_SOON = 3  # days


class Freshness(StrEnum):
    """Whether a card's information can be relied on."""

    CURRENT = "current"
    STALE = "stale"  # without an end date, and not confirmed for too long
    EXPIRED = "expired"


def freshness(card: Card, column: Column, day: date) -> Freshness:
    """Return the card's freshness on this day."""
    if card.valid_until is not None:
        return Freshness.EXPIRED if card.valid_until < day else Freshness.CURRENT
    return (
        Freshness.STALE
        if _is_checked(column) and day_of(card.confirmed_at) <= _stale_since(column, day)
        else Freshness.CURRENT
    )


def has_expired(card: Card) -> bool:
    """Return True if an archived card was on the board when its last day passed, or later."""
    return card.archived_at is not None and card.valid_until is not None and day_of(card.archived_at) > card.valid_until


@dataclass(frozen=True)
class ToCheck:
    """Cards of one column to check: longest unconfirmed first, next to end first."""

    column: Column
    stale: list[Card]
    ending: list[Card]


def to_check(session: Session, person: Person, board: Board) -> list[ToCheck]:
    """Return the cards this person may edit and should check, by column, in three queries."""
    day = today()
    columns = [column for column in visible_columns(session, board, person) if rights.may_add(person, column)]
    latest = max((_stale_since(column, day) for column in columns if _is_checked(column)), default=None)
    stale = (
        and_(Card.valid_until.is_(None), Card.confirmed_at < start_of(latest + timedelta(days=1))) if latest else None
    )
    ending = Card.valid_until.between(day, day + timedelta(days=ENDS_SOON))
    due = ending if stale is None else or_(stale, ending)
    active = select(Card).where(Card.column_id.in_([column.id for column in columns]), Card.archived_at.is_(None), due)
    found = {column.id: ToCheck(column, [], []) for column in columns}
    for card in session.scalars(active.order_by(Card.confirmed_at, Card.id).options(selectinload(Card.confirmed_by))):
        place = found[card.column_id]
        if not rights.may_place(person, card, place.column):
            continue
        if card.valid_until is not None:
            place.ending.append(card)
        elif freshness(card, place.column, day) is Freshness.STALE:
            place.stale.append(card)
    for place in found.values():
        place.ending.sort(key=lambda card: (card.valid_until or day, card.id))
    return [place for place in found.values() if place.stale or place.ending]


def publish_due() -> int:
    """Publish the cards due today or before on every board in use; return their number. Idempotent."""
    return _on_every_board(PublishCards())


def expire_due() -> int:
    """Archive the cards whose last day has passed; return their number. Idempotent."""
    return _on_every_board(ExpireCards())


def _on_every_board(command: Command) -> int:
    """Run the command on every board, then raise an ExceptionGroup of what failed."""
    boards = read_session().scalars(select(Board.id).where(Board.archived_at.is_(None)).order_by(Board.id)).all()
    done, failures = 0, []
    for board_id in boards:
        try:
            done += _all_due(board_id, command)
        except Exception as error:
            failures.append(error)
    if failures:
        raise ExceptionGroup(f"{type(command).__name__} failed on {len(failures)} of {len(boards)} boards", failures)
    return done


def _all_due(board_id: int, command: Command) -> int:
    done = 0
    while True:
        try:
            done += len(perform_scheduled(board_id, command).cards)
        except Conflict as conflict:
            if conflict.code != "nothing_due":
                raise
            return done


def _is_checked(column: Column) -> bool:
    return column.check_after > 0 and column.kind != Kind.SUGGESTIONS


def _stale_since(column: Column, day: date) -> date:
    """Return the last day of confirmation that makes a card stale."""
    return day - timedelta(days=column.check_after)

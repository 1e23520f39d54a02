"""Show urgent cards on every open board for a limited time, a few at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from boards import rights
from boards.clock import today
from boards.database import now
from boards.errors import Conflict
from boards.models import Audience, Board, Card, Column, Person
from boards.models.personal import BoardReadMarker, CardReadMarker
from boards.personal.unread import Progress

MAX_FLASHES = 3
MAX_FLASH_DURATION = timedelta(days=7)
_LOCK = 7_274  # PostgreSQL advisory lock, serialises new flashes


@dataclass(frozen=True)
class Flash:
    """A flashing card with its column and board."""

    card: Card
    column: Column
    board: Board


def flashing(session: Session) -> Sequence[Flash]:
    """Return what flashes now, latest first; older flashes beyond the limit are left out."""
    if session.scalar(select(Card.id).where(Card.flash_until > now(), Card.archived_at.is_(None)).limit(1)) is None:
        return []  # the usual case, on every page load
    active = (
        select(Card, Column, Board)
        .join(Column, Column.id == Card.column_id)
        .join(Board, Board.id == Card.board_id)
        .where(
            Card.flash_until > now(),
            Card.archived_at.is_(None),
            Column.archived_at.is_(None),
            Board.archived_at.is_(None),
        )
        .where(or_(Card.valid_until.is_(None), Card.valid_until >= today()))
        .order_by(Card.flashed_at.desc(), Card.id.desc())
    )
    return [Flash(*row) for row in session.execute(active.limit(MAX_FLASHES))]


def flashes_for(session: Session, who: Person | Audience) -> list[Flash]:
    """Return the flashes that this person or audience may read."""
    return readable(flashing(session), who)


def readable(flashes: Iterable[Flash], who: Person | Audience) -> list[Flash]:
    """Keep the flashes that this person or audience may read."""
    return [flash for flash in flashes if rights.may_read(who, flash.column)]


def unread_among(session: Session, person: Person, flashes: Iterable[Flash]) -> set[int]:
    """Return the ids of the flashes that are unread."""
    found = {flash.card.id: flash.card for flash in flashes}
    if not found:
        return set()
    read_to = (
        select(Card.id, CardReadMarker.seq, BoardReadMarker.read_to)
        .outerjoin(CardReadMarker, (CardReadMarker.card_id == Card.id) & (CardReadMarker.person_id == person.id))
        .outerjoin(
            BoardReadMarker, (BoardReadMarker.board_id == Card.board_id) & (BoardReadMarker.person_id == person.id)
        )
        .where(Card.id.in_(found))
    )
    return {
        id
        for id, seen, seq in session.execute(read_to)
        if Progress(seq or 0, {} if seen is None else {id: seen}).is_unread(
            person.id, id, found[id].signalled_seq, found[id].signalled_by_id
        )
    }


def ensure_flash_slot(session: Session, actor: Person, card: Card) -> None:
    """Raise Conflict if too many cards flash, with the titles the actor may read."""
    if session.get_bind().dialect.name == "postgresql":  # on SQLite one writer excludes all others
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    others = [flash for flash in flashing(session) if flash.card.id != card.id]
    if len(others) >= MAX_FLASHES:
        raise Conflict(
            "too_many_flashes", titles=[flash.card.title for flash in readable(others, actor)], at_most=MAX_FLASHES
        )

"""Compute what is unread: news by others, later than read. static/js/board/unread.js has the same rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, insert, literal, or_, select
from sqlalchemy.orm import Session

from boards import rights
from boards.database import now
from boards.errors import Conflict
from boards.models import Board, Card, Change, Column, Person
from boards.models.personal import BoardReadMarker, CardReadMarker

EXPIRED_EVENT = "cards_expired"
EXPIRED_SHOWN_FOR = timedelta(days=14)


@dataclass(frozen=True)
class Progress:
    """Seq up to which a board is read, and for cards in `seen` a seq of their own."""

    read_to: int
    seen: Mapping[int, int]

    @property
    def plain(self) -> dict[str, Any]:
        """Return the JSON that the page and its script use."""
        return {"to": self.read_to, "cards": {str(id): seq for id, seq in self.seen.items()}}

    def of(self, card_id: int) -> int:
        """Return the seq up to which this card is read."""
        return self.seen.get(card_id, self.read_to)

    def is_unread(self, person_id: int, card_id: int, signalled_seq: int, signalled_by_id: int | None) -> bool:
        """Return True if an active card is unread; seq 0 marks a card set back to unread."""
        seen = self.of(card_id)
        return (seen == 0 and card_id in self.seen) or (signalled_seq > seen and signalled_by_id != person_id)


@dataclass(frozen=True)
class Unread:
    """Unread cards, by column."""

    progress: Progress
    cards: dict[int, list[int]]  # by column, without empty columns

    @property
    def ids(self) -> set[int]:
        """Return the ids of the unread cards."""
        return {id for ids in self.cards.values() for id in ids}

    def __len__(self) -> int:
        return sum(map(len, self.cards.values()))


def unread_of(session: Session, person: Person, board: Board, columns: Iterable[Column] | None = None) -> Unread:
    """Return a person's unread cards in three queries, plus one unless `columns` is given.

    `columns` are the active columns that the person may read.
    """
    readable = {column.id for column in (_readable(session, person, board) if columns is None else columns)}
    read_to = _read_to(session, person.id, board.id)
    set_back = select(CardReadMarker.card_id).where(CardReadMarker.person_id == person.id, CardReadMarker.seq == 0)
    rows = session.execute(
        select(Card.id, Card.column_id, Card.signalled_seq, Card.signalled_by_id, CardReadMarker.seq)
        .outerjoin(CardReadMarker, (CardReadMarker.card_id == Card.id) & (CardReadMarker.person_id == person.id))
        .where(
            Card.board_id == board.id,
            Card.archived_at.is_(None),
            or_(Card.signalled_seq > read_to, Card.id.in_(set_back)),
        )
        .order_by(Card.id)
    ).all()
    progress = Progress(
        read_to,
        {id: seen for id, *_signal, seen in rows if seen is not None}
        | _seen_of_archived(session, person, board, read_to),
    )
    found: dict[int, list[int]] = {}
    for id, column_id, signalled_seq, signalled_by_id, _seen in rows:
        if column_id in readable and progress.is_unread(person.id, id, signalled_seq, signalled_by_id):
            found.setdefault(column_id, []).append(id)
    return Unread(progress, found)


def _seen_of_archived(session: Session, person: Person, board: Board, read_to: int) -> dict[int, int]:
    """Return the seq of archived cards, needed if they are restored."""
    archived = _marked(person, board).where(
        Card.archived_at.is_not(None), or_(Card.signalled_seq > read_to, CardReadMarker.seq == 0)
    )
    return {row.card_id: row.seq for row in session.execute(archived)}


def progress_of(session: Session, person: Person, board: Board) -> Progress:
    """Return a person's progress, with only the cards whose own seq decides."""
    read_to = _read_to(session, person.id, board.id)
    decisive = (
        _marked(person, board)
        .where(or_(Card.signalled_seq > read_to, CardReadMarker.seq == 0))
        .order_by(CardReadMarker.card_id)
    )
    return Progress(read_to, {row.card_id: row.seq for row in session.execute(decisive)})


def _marked(person: Person, board: Board) -> Select[int, int]:
    """Select a person's read markers on a board. The sum keeps SQLite from scanning the board's cards."""
    marked = select(CardReadMarker.card_id, CardReadMarker.seq).join(Card, Card.id == CardReadMarker.card_id)
    return marked.where(CardReadMarker.person_id == person.id, Card.board_id + 0 == board.id)


def expired_unseen(session: Session, person: Person, board: Board, read_to: int) -> dict[int, tuple[int, datetime]]:
    """Return cards that expired recently and unread: seq and time of their expiry."""
    changes = select(Change.seq, Change.at, Change.record).where(
        Change.board_id == board.id, Change.type == EXPIRED_EVENT
    )
    later = changes.where(Change.seq > read_to, Change.at > now() - EXPIRED_SHOWN_FOR).order_by(Change.seq)
    left = {int(id): (seq, at) for seq, at, record in session.execute(later) for id in record["cards"]}
    if not left:
        return {}
    rows = select(Card.id, Column, CardReadMarker.seq).join(Column, Column.id == Card.column_id)
    marked = rows.outerjoin(
        CardReadMarker, (CardReadMarker.card_id == Card.id) & (CardReadMarker.person_id == person.id)
    )
    away = marked.where(Card.id.in_(left), Card.archived_at.is_not(None), Column.archived_at.is_(None))
    away = away.where(Card.unpublished.is_(False))  # scheduled cards are not news, and not public
    return {
        id: left[id]
        for id, column, seen in session.execute(away)
        if rights.may_read(person, column) and (seen is None or seen < left[id][0])
    }


def mark_boards_read(session: Session, person: Person) -> None:
    """Mark what is on the boards as read for a new person."""
    reached = select(literal(person.id), Board.id, Board.seq)
    session.execute(insert(BoardReadMarker).from_select(["person_id", "board_id", "read_to"], reached))


def mark_seen(session: Session, person: Person, card: Card, seq: int) -> dict[int, int | None]:
    """Mark a card as read up to `seq`. Idempotent. Returns the changes, as for `restore_progress`."""
    board = session.get_one(Board, card.board_id)
    read_to, known = _read_to(session, person.id, board.id), session.get(CardReadMarker, (person.id, card.id))
    seen = max(min(seq, board.seq), known.seq if known is not None else 0)
    kept = {card.id: seen if seen > read_to else None}
    _keep(session, person.id, kept)
    _compact_markers(session, person, board)
    return kept


def set_unread(session: Session, person: Person, card: Card) -> dict[int, int | None]:
    """Set a card back to unread. Raises Conflict for an archived card."""
    if card.archived_at is not None:
        raise Conflict("card_archived")
    kept: dict[int, int | None] = {card.id: 0}
    _keep(session, person.id, kept)
    return kept


def mark_column(session: Session, person: Person, column: Column, seq: int) -> dict[int, int | None]:
    """Mark a column's news up to `seq` as read. Returns the changed markers."""
    board = session.get_one(Board, column.board_id)
    unread = unread_of(session, person, board, [column]).cards.get(column.id, [])
    signalled = select(Card.id, Card.signalled_seq).where(Card.id.in_(unread), Card.signalled_seq <= seq)
    kept = {id: signalled_seq or None for id, signalled_seq in session.execute(signalled)}
    _keep(session, person.id, kept)
    _compact_markers(session, person, board)
    return kept


def mark_all(session: Session, person: Person, board: Board, seq: int) -> int:
    """Mark a board's news up to `seq` as read. Returns the new progress."""
    read_to = max(_read_to(session, person.id, board.id), min(seq, board.seq))
    _set_read_to(session, person.id, board.id, read_to)
    of_board = select(Card.id).where(Card.board_id == board.id)
    session.execute(
        delete(CardReadMarker).where(
            CardReadMarker.person_id == person.id, CardReadMarker.seq <= read_to, CardReadMarker.card_id.in_(of_board)
        )
    )
    return read_to


def restore_progress(
    session: Session, person: Person, board: Board, read_to: int | None, cards: Mapping[int, int | None]
) -> None:
    """Restore markers: progress `read_to` unless None, and each card's seq, None to delete it.

    Cards that are not on this board are ignored.
    """
    if read_to is not None:
        _set_read_to(session, person.id, board.id, min(read_to, board.seq))
    here = set(session.scalars(select(Card.id).where(Card.board_id == board.id))) & cards.keys()
    _keep(
        session, person.id, {id: seq if seq is None else min(seq, board.seq) for id, seq in cards.items() if id in here}
    )


def _compact_markers(session: Session, person: Person, board: Board) -> None:
    """Once nothing is unread, mark the board as read, which deletes the markers of single cards."""
    session.flush()
    unread = unread_of(session, person, board)
    if not unread and not expired_unseen(session, person, board, unread.progress.read_to):
        mark_all(session, person, board, board.seq)


def _keep(session: Session, person_id: int, kept: Mapping[int, int | None]) -> None:
    rows = session.scalars(
        select(CardReadMarker).where(CardReadMarker.person_id == person_id, CardReadMarker.card_id.in_(kept))
    )
    known = {row.card_id: row for row in rows}
    for card_id, seq in kept.items():
        if seq is None:
            if card_id in known:
                session.delete(known[card_id])
        elif card_id in known:
            known[card_id].seq = seq
        else:
            session.add(CardReadMarker(person_id=person_id, card_id=card_id, seq=seq))


def _set_read_to(session: Session, person_id: int, board_id: int, read_to: int) -> None:
    visit = session.get(BoardReadMarker, (person_id, board_id))
    if visit is None:
        session.add(BoardReadMarker(person_id=person_id, board_id=board_id, read_to=read_to))
    else:
        visit.read_to = read_to


def _read_to(session: Session, person_id: int, board_id: int) -> int:
    mine = (BoardReadMarker.person_id == person_id) & (BoardReadMarker.board_id == board_id)
    return session.scalar(select(BoardReadMarker.read_to).where(mine)) or 0


def _readable(session: Session, person: Person, board: Board) -> list[Column]:
    columns = session.scalars(select(Column).where(Column.board_id == board.id, Column.archived_at.is_(None)))
    return [column for column in columns if rights.may_read(person, column)]

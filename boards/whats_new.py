"""List what one person has not read of a board, and what changed since they last saw each card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from boards import rights
from boards.card_fields import CONTENT
from boards.clock import today
from boards.commands.import_columns import ImportColumns
from boards.history.activity import ActivityItem
from boards.log.change_log import touches_card
from boards.log.record import recorded_value
from boards.models import Board, Card, Change, Column, Kind, Person, Record
from boards.personal.column_order import arranged, placements_of
from boards.personal.unread import Progress, expired_unseen, unread_of
from boards.queries import load_cards, visible_columns
from boards.suggestions import CLOSED

SHOWN_AT_MOST = 50  # of each list
_STEP = ("status", "note")


class NewsKind(StrEnum):
    """Reason why a card is listed."""

    NEW = "new"  # added, published, restored, or moved from an unreadable column
    BACK = "back"
    CHANGED = "changed"
    ANSWERED = "answered"
    SET_BACK = "set_back"  # by the person
    EXPIRED = "expired"
    ENDS_TODAY = "ends_today"


@dataclass(frozen=True)
class NewsItem:
    """A listed card. Marking it read sends `seq`; `activity` has its texts before and after."""

    card: Card
    column: Column
    what: NewsKind
    seq: int
    at: datetime | None
    by: Person | None
    activity: ActivityItem
    ends_today: bool = False


@dataclass(frozen=True)
class News:
    """What is new to one person on one board, up to `seq`."""

    board: Board
    seq: int
    read_to: int
    count: int  # of unread cards, shown or not
    columns: Sequence[tuple[Column, Sequence[NewsItem]]]  # in this person's order; unread cards newest first
    expired: Sequence[NewsItem]  # newest first
    ending: Sequence[NewsItem]  # expire today and are read

    def __bool__(self) -> bool:
        """Return True if anything is new; cards that only expire today do not count."""
        return bool(self.count or self.expired)

    @property
    def items(self) -> list[NewsItem]:
        """Return the unread cards, column by column."""
        return [item for _column, items in self.columns for item in items]


@dataclass
class _Since:
    """Changes of a card since somebody last saw it."""

    is_new: bool = False
    is_back: bool = False
    before: dict[str, Any] = field(default_factory=dict)


def news_for(session: Session, person: Person, board: Board) -> News:
    """Return a person's news of the board, in a fixed number of queries."""
    columns = {
        column.id: column
        for column in arranged(visible_columns(session, board, person), placements_of(session, board, person))
    }
    unread = unread_of(session, person, board, columns.values())
    expired = expired_unseen(session, person, board, unread.progress.read_to)
    ending = _ending(session, board, columns, unread.ids)
    newest = (
        select(Card.id)
        .where(Card.id.in_(unread.ids))
        .order_by(Card.signalled_seq.desc(), Card.id.desc())
        .limit(SHOWN_AT_MOST)
    )
    shown = list(session.scalars(newest)) if unread else []
    left = sorted(expired, key=lambda id: (-expired[id][0], id))[:SHOWN_AT_MOST]
    cards = {card.id: card for card in load_cards(session, [*shown, *left, *ending])}
    people = _people(session, cards.values())
    since = _since(session, person, board, [cards[id] for id in shown if id in cards], unread.progress)
    by_column: dict[int, list[NewsItem]] = {}
    for id in shown:
        if id in cards:
            item = _item(cards[id], columns, since[id], unread.progress, people)
            by_column.setdefault(item.column.id, []).append(item)
    return News(
        board=board,
        seq=board.seq,
        read_to=unread.progress.read_to,
        count=len(unread),
        columns=[(column, by_column[id]) for id, column in columns.items() if id in by_column],
        expired=[_plain(cards[id], NewsKind.EXPIRED, expired[id][0], expired[id][1]) for id in left if id in cards],
        ending=[_plain(cards[id], NewsKind.ENDS_TODAY, board.seq, None) for id in ending if id in cards],
    )


def _ending(session: Session, board: Board, columns: Mapping[int, Column], unread: set[int]) -> list[int]:
    active = select(Card.id, Card.column_id).where(
        Card.board_id == board.id, Card.archived_at.is_(None), Card.valid_until == today()
    )
    return [id for id, column in session.execute(active.order_by(Card.id)) if column in columns and id not in unread][
        :SHOWN_AT_MOST
    ]


def _people(session: Session, cards: Iterable[Card]) -> dict[int, Person]:
    ids = {card.signalled_by_id for card in cards if card.signalled_by_id is not None}
    return {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(ids)))} if ids else {}


def _item(
    card: Card, columns: Mapping[int, Column], since: _Since, progress: Progress, people: Mapping[int, Person]
) -> NewsItem:
    before = {name: value for name, value in since.before.items() if value != recorded_value(getattr(card, name))}
    answered = card.status in CLOSED and "status" in before and columns[card.column_id].kind == Kind.SUGGESTIONS
    shown = before if answered else {name: value for name, value in before.items() if name in CONTENT}
    if progress.seen.get(card.id) == 0:
        what, shown = NewsKind.SET_BACK, {}
    elif since.is_new:
        what, shown = NewsKind.NEW, {}
    elif answered:
        what = NewsKind.ANSWERED
    elif since.is_back:
        what = NewsKind.BACK
    else:
        what = NewsKind.CHANGED
    after: Record = {name: recorded_value(getattr(card, name)) for name in shown}
    return NewsItem(
        card=card,
        column=columns[card.column_id],
        what=what,
        seq=card.signalled_seq,
        at=card.signalled_at,
        by=people.get(card.signalled_by_id or 0),
        activity=ActivityItem("edited", card.id, card.title, before=shown, after=after),
        ends_today=card.valid_until == today(),
    )


def _plain(card: Card, what: NewsKind, seq: int, at: datetime | None) -> NewsItem:
    activity = ActivityItem("edited", card.id, card.title)
    return NewsItem(card, card.column, what, seq, at, None, activity, ends_today=what == NewsKind.ENDS_TODAY)


def _since(
    session: Session, person: Person, board: Board, cards: Sequence[Card], progress: Progress
) -> dict[int, _Since]:
    """Read the log once, latest first, for the changes of each card since it was last seen.

    A card begins, for this person, when it came to a column they may read or was published to them.
    """
    found = {card.id: _Since() for card in cards}
    last = {card.id: progress.of(card.id) for card in cards if progress.seen.get(card.id) != 0}
    if not last:
        return found
    log = select(Change.seq, Change.type, Change.record).where(
        Change.board_id == board.id, Change.seq > min(last.values())
    )
    touching = log.where(or_(*map(touches_card, last))).order_by(Change.seq.desc())
    by_id = {card.id: card for card in cards}
    columns = select(Column).where(Column.board_id == board.id)
    known = {column.id for column in session.scalars(columns) if rights.may_read(person, column)}  # archived ones too
    for seq, type, record in session.execute(touching.execution_options(yield_per=100)):
        for id in last.keys() & map(int, record["cards"]):
            since = found[id]
            if seq <= last[id] or since.is_new:
                continue
            before = record["cards"][str(id)]["before"]
            if before is None and type == ImportColumns.event_type and seq < by_id[id].signalled_seq:
                continue  # an import is not news; compare later edits with what it imported
            if (
                before is None
                or before.get("column_id", by_id[id].column_id) not in known
                or _published_by(person, by_id[id], before)
            ):
                found[id] = _Since(is_new=True)
                continue
            since.is_back = since.is_back or bool(before.get("archived_at"))
            since.before |= {name: value for name, value in before.items() if name in (*CONTENT, *_STEP)}
    return found


def _published_by(person: Person, card: Card, before: Record) -> bool:
    """Return True if the change published the card to somebody who did not know of it."""
    return before.get("visible_from") is not None and not rights.may_place(person, card, card.column)

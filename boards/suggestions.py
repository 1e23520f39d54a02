"""Query suggestions, their workflow, and notices to their authors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session, selectinload

from boards import rights
from boards.database import now
from boards.models import Board, Card, Column, Kind, Person, Status, Suggestion
from boards.models.personal import Notice
from boards.models.suggestion import Reply, Vote
from boards.scope import Scope

NEXT: dict[Status, frozenset[Status]] = {
    Status.NEW: frozenset({Status.STUDIED}),
    Status.STUDIED: frozenset({Status.ACCEPTED, Status.DECLINED}),
    Status.ACCEPTED: frozenset({Status.DONE, Status.STUDIED}),
    Status.DECLINED: frozenset({Status.STUDIED}),
    Status.DONE: frozenset(),
}
CLOSED = frozenset({Status.DECLINED, Status.DONE})
SUGGESTIONS_PAGE_SIZE = 50
NOTICES_SHOWN = 100

Sort = Literal["votes", "date"]


def notify_author(scope: Scope, card: Card, what: str, **facts: Any) -> None:
    """Leave a notice to the suggestion's author, unless they are the actor."""
    author = card.author
    if author is None or author.id == scope.actor.id or author.disabled_at is not None:
        return
    scope.session.add(
        Notice(person_id=author.id, card_id=card.id, what=what, facts={"actor": scope.actor.id, **facts}, at=scope.now)
    )


@dataclass(frozen=True)
class SuggestionQuery:
    """Criteria and order of a list of suggestions."""

    kind: Suggestion | None = None
    status: Status | None = None
    service: int | None = None
    mine: bool = False
    sort: Sort = "date"

    def __bool__(self) -> bool:
        return bool(self.kind or self.status or self.service or self.mine)

    def conditions(self, person: Person) -> list[ColumnElement[bool]]:
        """Return the SQL conditions."""
        asked = [
            self.kind and Card.suggestion == self.kind,
            self.status and Card.status == self.status,
            self.service and (Card.suggestion == Suggestion.REQUEST) & (Card.asked_id == self.service),
            self.mine and Card.author_id == person.id,
        ]
        return [condition for condition in asked if isinstance(condition, ColumnElement)]


@dataclass(frozen=True)
class SuggestionPage:
    """One page of suggestions with the counts of all."""

    cards: Sequence[Card]
    found: int  # on all pages together
    by_status: dict[Status, int]  # of those that match all but the status
    number: int
    pages: int


def suggestions(
    session: Session, person: Person, board: Board, asked: SuggestionQuery, number: int = 1
) -> SuggestionPage:
    """Return a page of the board's active suggestions that this person may read."""
    columns = suggestion_columns(session, person, board)
    standing = [Card.column_id.in_([column.id for column in columns]), Card.archived_at.is_(None)]
    without_status = SuggestionQuery(asked.kind, None, asked.service, asked.mine).conditions(person)
    counting = select(Card.status, func.count()).where(*standing, *without_status).group_by(Card.status)
    by_status = {Status(status): count for status, count in session.execute(counting)}
    found = by_status.get(asked.status, 0) if asked.status else sum(by_status.values())
    pages = max(1, -(-found // SUGGESTIONS_PAGE_SIZE))
    number = min(max(1, number), pages)
    most_supported = [Card.votes.desc()] if asked.sort == "votes" else []
    query = (
        select(Card)
        .where(*standing, *asked.conditions(person))
        .order_by(*most_supported, Card.created_at.desc(), Card.id.desc())
    )
    cards = session.scalars(query.limit(SUGGESTIONS_PAGE_SIZE).offset((number - 1) * SUGGESTIONS_PAGE_SIZE)).all()
    return SuggestionPage(cards, found, by_status, number, pages)


def suggestion_columns(session: Session, person: Person, board: Board) -> list[Column]:
    """Return the board's suggestion columns that this person may read."""
    in_use = select(Column).where(
        Column.board_id == board.id, Column.kind == Kind.SUGGESTIONS, Column.archived_at.is_(None)
    )
    return [column for column in session.scalars(in_use.order_by(Column.rank)) if rights.may_read(person, column)]


def open_requests(session: Session, columns: Iterable[Column]) -> dict[int, list[Card]]:
    """Return the open requests of these columns by asked service, earliest first."""
    columns = list(columns)
    services = {column.service_id for column in columns if column.service_id is not None}
    homes = [column.id for column in columns if column.kind == Kind.SUGGESTIONS]
    requests: defaultdict[int, list[Card]] = defaultdict(list)
    if not services or not homes:
        return requests
    asking = select(Card).where(
        Card.column_id.in_(homes), Card.archived_at.is_(None), Card.suggestion == Suggestion.REQUEST
    )
    waiting = asking.where(Card.asked_id.in_(services), Card.status.not_in(CLOSED)).order_by(Card.id)
    for card in session.scalars(waiting.options(selectinload(Card.column))):
        requests[card.asked_id or 0].append(card)
    return requests


def replies_to(session: Session, card: Card) -> Sequence[Reply]:
    """Return the replies in order; withdrawn ones keep their place."""
    return session.scalars(select(Reply).where(Reply.card_id == card.id).order_by(Reply.id)).all()


def supports(session: Session, person: Person, card: Card) -> bool:
    """Return True if the person voted for the suggestion."""
    return session.get(Vote, (person.id, card.id)) is not None


def answer_of(session: Session, person: Person, card: Card) -> Card | None:
    """Return the card that answers this suggestion, if this person may read it."""
    answers = (
        _readable(session, person, select(Card, Column).where(Card.id == card.answer_id)) if card.answer_id else []
    )
    return answers[0] if answers else None


def answered_by(session: Session, person: Person, card: Card) -> list[Card]:
    """Return the active suggestions that this card answers and this person may read."""
    answered = select(Card, Column).where(Card.answer_id == card.id, Column.kind == Kind.SUGGESTIONS)
    standing = answered.where(Card.archived_at.is_(None), Column.archived_at.is_(None))
    return _readable(session, person, standing.order_by(Card.id))


def _readable(session: Session, person: Person, query: Select[Card, Column]) -> list[Card]:
    rows = session.execute(query.join(Column, Column.id == Card.column_id)).all()
    return [row[0] for row in rows if rights.may_see_card(person, row[0], row[1])]


@dataclass(frozen=True)
class NoticeItem:
    """A notice with its card and actor."""

    notice: Notice
    card: Card
    actor: Person | None


def notices(session: Session, person: Person) -> list[NoticeItem]:
    """Return a person's notices about cards they may still read, latest first."""
    about = (
        select(Notice, Card)
        .join(Card, Card.id == Notice.card_id)
        .where(Card.column_id.in_(_noticed_columns(session, person)))
    )
    about = about.where(Card.unpublished.is_(False))  # scheduled cards are not public
    # The limit applies to what they may read, or hidden notices would displace the others.
    latest = about.where(Notice.person_id == person.id).order_by(Notice.id.desc()).limit(NOTICES_SHOWN)
    rows = session.execute(latest).all()
    acted = {notice.facts["actor"] for notice, _card in rows} - {None}  # scheduled work has no actor
    actors = {actor.id: actor for actor in session.scalars(select(Person).where(Person.id.in_(acted)))} if acted else {}
    return [NoticeItem(notice, card, actors.get(notice.facts["actor"])) for notice, card in rows]


def unread_notices(session: Session, person: Person) -> int:
    """Count a person's unread notices about cards they may read."""
    columns = _noticed_columns(session, person, unread=True)
    waiting = (
        _unread(person.id)
        .join(Card, Card.id == Notice.card_id)
        .where(Card.column_id.in_(columns), Card.unpublished.is_(False))
    )
    return session.scalar(select(func.count()).select_from(waiting.subquery())) or 0 if columns else 0


def _noticed_columns(session: Session, person: Person, *, unread: bool = False) -> list[int]:
    """Return the readable columns of active boards that hold cards with notices for this person."""
    cards = select(Card.column_id).join(Notice, Notice.card_id == Card.id).where(Notice.person_id == person.id)
    standing = cards.where(Notice.read_at.is_(None)) if unread else cards
    in_use = (
        select(Column)
        .join(Board, Board.id == Column.board_id)
        .where(Board.archived_at.is_(None), Column.id.in_(standing))
    )
    return [column.id for column in session.scalars(in_use) if rights.may_read(person, column)]


def has_unread(session: Session, person: Person, card: Card) -> bool:
    """Return True if the person has an unread notice about the card."""
    return session.scalar(_unread(person.id).where(Notice.card_id == card.id).limit(1)) is not None


def mark_notices_read(session: Session, person_id: int, card_id: int | None = None) -> None:
    """Mark a person's notices about one card, or all of them, as read. Idempotent."""
    unread = _unread(person_id) if card_id is None else _unread(person_id).where(Notice.card_id == card_id)
    session.execute(update(Notice).where(Notice.id.in_(unread)).values(read_at=now()))


def _unread(person_id: int) -> Select[int]:
    return select(Notice.id).where(Notice.person_id == person_id, Notice.read_at.is_(None))

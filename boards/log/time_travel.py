"""Rebuild a board as it was right after one of its changes, by going back through the log."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from boards import rights
from boards.errors import NotFound
from boards.log.change_log import touches_card, touches_column
from boards.log.record import parsed_value, recorded_fields
from boards.models import Board, Card, Change, Column, Person, Record, Service

_Row = TypeVar("_Row", Card, Column)
_AT_ONCE = 500


@dataclass(frozen=True)
class PastBoard:
    """Hold a board as it was, within one person’s rights. Its rows belong to no session."""

    seq: int
    title: str
    columns: list[Column]
    cards: dict[int, list[Card]]  # by column


def board_as_it_was(session: Session, person: Person, board: Board, seq: int) -> PastBoard:
    """Rebuild the board right after the change `seq`; 0 is before the first.

    A person sees a column that they may read now and could read with the rights of that time. Deleted content is gone
    from the past too. The number of queries does not depend on how much has happened since.
    """
    now = {column.id: column for column in session.scalars(select(Column).where(Column.board_id == board.id))}
    columns = {id: {name: getattr(column, name) for name in recorded_fields(Column)} for id, column in now.items()}
    # A card that is scheduled now stays hidden from those who may not edit it, whatever it was then.
    cards = _cards_now(session, board, or_(Card.unpublished.is_(False), rights.seen_cards(person, now.values())))
    title = board.title
    later = select(Change.record).where(Change.board_id == board.id, Change.seq > seq).order_by(Change.seq.desc())
    for records in session.scalars(later.execution_options(yield_per=_AT_ONCE)).partitions():
        for record in records:
            _go_back(columns, record["columns"])
            _go_back(cards, record["cards"])
            title = record.get("board", {}).get("before", {}).get("title", title)
        time.sleep(0)  # let other greenlets run: a long log takes seconds
    shown = [
        _rebuilt(Column, board.id, id, state, seq) for id, state in columns.items() if rights.may_read(person, now[id])
    ]
    shown = [column for column in shown if column.archived_at is None and rights.may_read(person, column)]
    standing: dict[int, list[Card]] = {column.id: [] for column in shown}
    homes = {column.id: column for column in shown}
    for id, state in cards.items():
        if state["archived_at"] is None and state["column_id"] in standing:
            card = _rebuilt(Card, board.id, id, state, seq)
            set_committed_value(card, "column", homes[card.column_id])
            standing[card.column_id].append(card)
    _name(session, (card for each in standing.values() for card in each))
    for each in standing.values():
        each.sort(key=lambda card: card.rank)
    return PastBoard(seq, title, sorted(shown, key=lambda column: column.rank), standing)


def card_as_it_was(session: Session, person: Person, board: Board, card_id: int, seq: int) -> tuple[Card, Column]:
    """Rebuild a card right after the change `seq`, with the column it was in.

    The card may be archived. Raises NotFound under the same rights as `board_as_it_was`.
    """
    card = session.get(Card, card_id)
    former = (
        _row_as_it_was(session, card, seq, touches_card(card_id))
        if card is not None and card.board_id == board.id
        else None
    )
    column = session.get(Column, former.column_id) if former is not None else None
    home = _row_as_it_was(session, column, seq, touches_column(column.id)) if column is not None else None
    if card is None or former is None or column is None or home is None:
        raise NotFound("card_not_found")
    if not (rights.may_read(person, column) and rights.may_read(person, home)):
        raise NotFound("card_not_found")
    if (card.unpublished or former.is_scheduled) and not rights.may_place(
        person, card, session.get_one(Column, card.column_id)
    ):
        raise NotFound("card_not_found")
    set_committed_value(former, "column", home)
    _name(session, [former])
    return former, home


def was_for_residents(session: Session, card: Card, seq: int) -> bool:
    """Return True if residents might be told the card right after the change `seq`."""
    former = _row_as_it_was(session, card, seq, touches_card(card.id))
    return former is None or former.tellable


def seq_at(session: Session, board: Board, moment: datetime) -> int:
    """Return the seq of the last change at or before this moment; 0 when there is none."""
    earlier = select(Change.seq).where(Change.board_id == board.id, Change.at <= moment)
    return session.scalar(earlier.order_by(Change.seq.desc()).limit(1)) or 0


def _cards_now(session: Session, board: Board, known: ColumnElement[bool]) -> dict[int, Record]:
    names = recorded_fields(Card)
    rows = session.execute(
        select(Card.id, *(getattr(Card, name) for name in names)).where(Card.board_id == board.id, known)
    )
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}


def _row_as_it_was(session: Session, row: _Row, seq: int, touching: ColumnElement[bool]) -> _Row | None:
    states = {row.id: {name: getattr(row, name) for name in recorded_fields(type(row))}}
    later = select(Change.record).where(
        Change.board_id == row.board_id, Change.seq > seq, Change.seq <= row.changed_seq, touching
    )
    for record in session.scalars(later.order_by(Change.seq.desc()).execution_options(yield_per=_AT_ONCE)):
        _go_back(states, record["cards" if isinstance(row, Card) else "columns"])
    return _rebuilt(type(row), row.board_id, row.id, states[row.id], seq) if states else None


def _go_back(states: dict[int, Record], altered: dict[str, Any]) -> None:
    for key, each in altered.items():
        if each["before"] is None:
            states.pop(int(key), None)
        elif int(key) in states:
            states[int(key)].update(each["before"])


def _rebuilt(model: type[_Row], board_id: int, id: int, state: Record, seq: int) -> _Row:
    values = {name: parsed_value(model, name, value) for name, value in state.items()}
    return model(id=id, board_id=board_id, changed_seq=seq, **values)


def _name(session: Session, cards: Iterable[Card]) -> None:
    """Attach people and services to the cards, as they are now."""
    cards = list(cards)
    ids = {id for card in cards for id in (card.author_id, card.edited_by_id) if id is not None}
    people = {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(ids)))}
    asked = {card.asked_id for card in cards if card.asked_id is not None}
    services = {service.id: service for service in session.scalars(select(Service).where(Service.id.in_(asked)))}
    for card in cards:
        set_committed_value(card, "asked", services.get(card.asked_id or 0))
        set_committed_value(card, "author", people.get(card.author_id or 0))
        set_committed_value(card, "edited_by", people.get(card.edited_by_id or 0))

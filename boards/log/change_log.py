"""Read the change log: what changes recorded, and the current state of what they touched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from boards import rights
from boards.log.record import previous_columns
from boards.models import Audience, Board, Card, Change, Column, Person

# A reader further behind fetches the whole board.
CATCH_UP_LIMIT = 200
# A change that touches more cards is sent as a resync.
TOUCHED_LIMIT = 400

_Row = TypeVar("_Row", Card, Column)

_DECIDES_RIGHTS = {"rights", "kind", "service_id"}
UNSEEN = "unseen"

# Built once; run for every change by each worker that did not write it.
_LATER = (
    select(Change)
    .where(Change.board_id == bindparam("board"), Change.seq > bindparam("after"))
    .order_by(Change.seq)
    .limit(CATCH_UP_LIMIT + 1)
)
_BY_ID: dict[type, Select[Any]] = {
    Card: select(Card).where(Card.id.in_(bindparam("ids", expanding=True))),
    Column: select(Column).where(Column.id.in_(bindparam("ids", expanding=True))),
}


@dataclass(frozen=True)
class CommittedChange:
    """Hold a committed change with the current state of what it touched; None: off the board.

    It is complete; `visible_to` returns what one audience may know.
    """

    board_id: int
    seq: int
    type: str
    actor: Person | None
    at: datetime
    cards: dict[int, Card | None]
    columns: dict[int, Column | None]
    # The columns of each card, now and before. Who may read none of them must not see the change.
    places: dict[int, tuple[Column, ...]] = field(default_factory=dict)
    rearranged: dict[int, Column] = field(default_factory=dict)
    # Columns whose readers this change altered, or that were deleted since.
    access_changed: frozenset[int] = frozenset()
    erased_since: bool = False  # it touched something without a column to ask rights of
    waiting: frozenset[int] = frozenset()  # cards that stayed scheduled
    board: Board | None = None  # set when the board itself was altered

    @property
    def too_large(self) -> bool:
        """Return True if the change is sent as a resync instead."""
        return len(self.cards) > TOUCHED_LIMIT

    @property
    def concerned(self) -> set[Column]:
        """Return every column whose readers may know of this change."""
        return {*self.rearranged.values(), *(column for columns in self.places.values() for column in columns)}

    def hidden_from(self, audience: Audience) -> frozenset[int]:
        """Return the scheduled cards that this audience must not know of."""
        return frozenset(
            id for id in self.waiting if not any(rights.may_add(audience, place) for place in self.places[id])
        )

    def visible_to(self, audience: Audience) -> CommittedChange:
        """Return the change as this audience may know it.

        When nothing readable is left, return an empty tick without type or actor. Columns that were hidden or
        deleted are still removed from the audience’s pages.
        """
        readable = {column.id for column in self.concerned if rights.may_read(audience, column)}
        hidden = self.hidden_from(audience)
        if rights.reads_everything(audience) or (
            len(readable) == len(self.concerned) and not self.erased_since and not hidden
        ):
            return self
        cards: dict[int, Card | None] = {}
        for id, card in self.cards.items():
            if id in hidden:
                continue
            if card is not None and card.column_id in readable:
                cards[id] = card
            elif any(place.id in readable for place in self.places[id]):
                cards[id] = None  # it left their view
        columns: dict[int, Column | None] = {}
        for id, column in self.columns.items():
            if id in readable:
                columns[id] = column
            elif id in self.access_changed:
                columns[id] = None  # archived ones too: the page may still show them
        if cards or columns.keys() & readable or self.board:
            return replace(self, cards=cards, columns=columns)
        return replace(self, type=UNSEEN, actor=None, cards={}, columns=columns)


@dataclass(frozen=True)
class CatchUp:
    """Hold the changes a reader missed; `changes` is None when only the whole board will do."""

    seq: int
    changes: list[CommittedChange] | None


def reload_committed(session: Session, change: Change) -> CommittedChange:
    """Return a recorded change with the current state of what it touched."""
    return _load_current(session, [change])[0]


def changes_after(session: Session, board: Board, after: int) -> CatchUp:
    """Return the changes after `after`, up to the seq with which the board was read.

    The seq was read first: the state may only be newer, and applying a change again alters nothing.
    """
    seq = board.seq
    if after == seq:
        return CatchUp(seq, [])
    if not 0 <= after < seq or seq - after > CATCH_UP_LIMIT:
        return CatchUp(seq, None)
    rows = [row for row in session.scalars(_LATER, {"board": board.id, "after": after}) if row.seq <= seq]
    return _catch_up(session, seq, rows) if len(rows) == seq - after else CatchUp(seq, None)


def written_since(session: Session, board_id: int, after: int) -> CatchUp:
    """Return later changes as `changes_after`, up to the last one in the log.

    For workers that broadcast another worker’s changes.
    """
    rows = session.scalars(_LATER, {"board": board_id, "after": after}).all()
    if rows and rows[-1].seq - after == len(rows) <= CATCH_UP_LIMIT:
        return _catch_up(session, rows[-1].seq, rows)
    return changes_after(session, session.get_one(Board, board_id), after)


def _catch_up(session: Session, seq: int, rows: Sequence[Change]) -> CatchUp:
    touched = {card for row in rows for card in row.record["cards"]}
    return CatchUp(seq, None if len(touched) > TOUCHED_LIMIT else _load_current(session, rows))


def _load_current(session: Session, rows: Iterable[Change]) -> list[CommittedChange]:
    rows = list(rows)
    cards = _load(session, Card, {int(key) for row in rows for key in row.record["cards"]})
    stood = {card.column_id for card in cards.values()} | {
        id for row in rows for id in previous_columns(row.record).values()
    }
    columns = _load(session, Column, {int(key) for row in rows for key in row.record["columns"]} | stood)
    boards = {row.board_id: session.get_one(Board, row.board_id) for row in rows if "board" in row.record}
    return [committed_change(row, row.actor, cards, columns, boards.get(row.board_id)) for row in rows]


def committed_change(
    change: Change, actor: Person | None, cards: dict[int, Card], columns: dict[int, Column], board: Board | None = None
) -> CommittedChange:
    """Build the committed change from these rows.

    The rows hold every card and column that its record names, and the columns where cards are or were.
    """
    touched_cards = [int(key) for key in change.record["cards"]]
    touched_columns = [int(key) for key in change.record["columns"]]
    former = previous_columns(change.record)
    places = {}
    for id in touched_cards:
        homes = {cards[id].column_id if id in cards else None, former.get(id)}
        places[id] = tuple(columns[home] for home in homes if home in columns)
        if id in cards:
            set_committed_value(cards[id], "column", columns[cards[id].column_id])  # decides how the card is shown
    return CommittedChange(
        board_id=change.board_id,
        seq=change.seq,
        type=change.type,
        actor=actor,
        at=change.at,
        cards={id: on_board(cards.get(id), columns) for id in touched_cards},
        columns={id: _in_use(columns.get(id)) for id in touched_columns},
        places=places,
        rearranged={id: columns[id] for id in touched_columns if id in columns},
        access_changed=frozenset(
            int(key)
            for key, altered in change.record["columns"].items()
            if int(key) not in columns or _DECIDES_RIGHTS & set(altered["before"] or ())
        ),
        erased_since=not all(places.values()) or any(id not in columns for id in touched_columns),
        waiting=frozenset(id for id in touched_cards if _waits(cards.get(id), change.record["cards"][str(id)])),
        board=board if "board" in change.record else None,
    )


def _waits(card: Card | None, altered: dict[str, Any]) -> bool:
    """Return True if the card was scheduled, so that the board shows nothing of the change."""
    if card is None or card.archived_at is None or (altered["before"] or {}).get("archived_at", ...) is None:
        return False
    return card.is_scheduled or any(fields and fields.get("visible_from") for fields in altered.values())


def touches_card(card_id: int) -> ColumnElement[bool]:
    """Build the SQL condition for changes that concern this card."""
    return _touches("cards", card_id)


def touches_column(column_id: int) -> ColumnElement[bool]:
    """Build the SQL condition for changes that concern this column."""
    return _touches("columns", column_id)


def _touches(rows: str, id: int) -> ColumnElement[bool]:
    touched: ColumnElement[bool] = Change.record[(rows, str(id))].as_string().is_not(None)
    return touched


def on_board(card: Card | None, columns: dict[int, Column]) -> Card | None:
    """Return the card if it is active in an active column, else None."""
    if card is None or card.archived_at is not None or card.column_id not in columns:
        return None
    return card if columns[card.column_id].archived_at is None else None


def _in_use(column: Column | None) -> Column | None:
    return column if column is not None and column.archived_at is None else None


def _load(session: Session, model: type[_Row], ids: set[int]) -> dict[int, _Row]:
    return {row.id: row for row in session.scalars(_BY_ID[model], {"ids": list(ids)})} if ids else {}

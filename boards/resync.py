"""What somebody who is far behind lacks of a board: the columns and cards that differ from what they have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from boards.log.change_log import TOUCHED_LIMIT
from boards.models import Board, Card, Column, Person
from boards.queries import active_cards, load_cards, visible_columns


@dataclass(frozen=True)
class BoardDifference:
    """What is other than they have it, as it looks now; None for what they have and may not or cannot read any more."""

    seq: int
    columns: dict[int, Column | None]
    cards: dict[int, Card | None]


def board_difference(
    session: Session, board: Board, person: Person, after: int, columns: Iterable[int], cards: Iterable[int]
) -> BoardDifference | None:
    """What this person lacks who has these columns and cards as they were at `after`; None when the board itself is sooner sent.

    The seq is read first, so that what comes after it is caught up with as usual.
    """
    seq = session.scalars(select(Board.seq).where(Board.id == board.id)).one()
    known_columns, known_cards = set(columns), set(cards)
    if after > seq:  # they have what never was, or was undone by a restored backup
        return None
    visible = {column.id: column for column in visible_columns(session, board, person)}
    on_board = active_cards(session, board)
    keys = {key.id: key for id in visible for key in on_board.get(id, [])}
    lacking = [id for id, key in keys.items() if key.changed_seq > after or id not in known_cards]
    if len(lacking) > TOUCHED_LIMIT:
        return None
    altered = {id: column for id, column in visible.items() if column.changed_seq > after or id not in known_columns}
    return BoardDifference(
        seq,
        {**altered, **dict.fromkeys(known_columns - visible.keys())},
        {**{card.id: card for card in load_cards(session, lacking)}, **dict.fromkeys(known_cards - keys.keys())},
    )

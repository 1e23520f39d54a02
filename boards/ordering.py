"""Choose ranks: strings whose byte order is the order of cards and columns."""

from __future__ import annotations

from fractional_indexing import generate_key_between, generate_n_keys_between
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from boards.models import Card, Column

# Built once. Archived rows keep their rank, so neighbours are searched among all rows: a restored card
# returns to its place.
_IN_COLUMN = select(Card.rank).where(Card.column_id == bindparam("column"))
_FIRST, _LAST = _IN_COLUMN.order_by(Card.rank).limit(1), _IN_COLUMN.order_by(Card.rank.desc()).limit(1)
_other = aliased(Card)
_its_rank = select(_other.rank).where(
    _other.id == bindparam("card"), _other.column_id == bindparam("column"), _other.archived_at.is_(None)
)
_FROM_CARD_ON = _IN_COLUMN.where(Card.rank >= _its_rank.scalar_subquery()).order_by(Card.rank).limit(2)


def ranks_for_cards(
    session: Session, column: Column, after: int | None, count: int, *, at_top: bool = False
) -> list[str]:
    """Return `count` ranks in order, behind the card `after` in this column.

    At the end without one, or when it left the column; at the top with `at_top`.
    """
    return list(
        generate_n_keys_between(*_neighbours_of_cards(session, {"column": column.id, "card": after}, at_top), count)
    )


def _neighbours_of_cards(session: Session, place: dict[str, int | None], at_top: bool) -> tuple[str | None, str | None]:
    if at_top:
        return None, session.scalar(_FIRST, place)
    if place["card"] is not None and (found := session.scalars(_FROM_CARD_ON, place).all()):
        return found[0], found[1] if len(found) > 1 else None
    return session.scalar(_LAST, place), None


def rank_for_column(session: Session, board_id: int, after: str | None, *, at_top: bool = False) -> str:
    """Return a rank behind the rank `after` among the board’s columns.

    At the end without one, at the top with `at_top`. Archived columns keep their ranks.
    """
    ranks = select(Column.rank).where(Column.board_id == board_id)
    if not at_top and after is None:
        return str(generate_key_between(session.scalar(ranks.order_by(Column.rank.desc()).limit(1)), None))
    further = ranks if at_top else ranks.where(Column.rank > after)
    return str(generate_key_between(None if at_top else after, session.scalar(further.order_by(Column.rank).limit(1))))


def ranks_at_end(last: str | None, count: int) -> list[str]:
    """Return `count` ranks in order, behind `last`."""
    return list(generate_n_keys_between(last, None, count))


def nearest_free(rank: str, taken: set[str]) -> str:
    """Return the rank itself if it is free, else one right behind it."""
    if rank not in taken:
        return rank
    return str(generate_key_between(rank, min((other for other in taken if other > rank), default=None)))

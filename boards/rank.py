"""Order by fractional index: a rank is an ASCII string, and there is always one between two others.

Source: https://observablehq.com/@dgreensp/implementing-fractional-indexing
"""

from __future__ import annotations

from typing import Any

from fractional_indexing import generate_key_between, generate_n_keys_between
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from boards.models import Card, Column


def ranks_for_cards(session: Session, column: Column, after: str | None, count: int, *, at_top: bool = False) -> list[str]:
    """Ranks in the column, in order, right behind the rank `after`; without one at the end, or at the top when `at_top`."""
    return list(generate_n_keys_between(*_neighbours(session, Card.rank, Card.column_id == column.id, after, at_top), count))


def rank_for_column(session: Session, board_id: int, after: str | None, *, at_top: bool = False) -> str:
    """As ranks_for_cards, for one among the board's columns."""
    return str(generate_key_between(*_neighbours(session, Column.rank, Column.board_id == board_id, after, at_top)))


def ranks_at_end(last: str | None, count: int) -> list[str]:
    """`count` ranks, in order, behind `last`."""
    return list(generate_n_keys_between(last, None, count))


def nearest_free(rank: str, taken: set[str]) -> str:
    """The rank itself where nothing has it, else one right behind whatever has."""
    if rank not in taken:
        return rank
    return str(generate_key_between(rank, min((other for other in taken if other > rank), default=None)))


def _neighbours(session: Session, rank: Any, where: ColumnElement[bool], after: str | None, at_top: bool) -> tuple[str | None, str | None]:
    """Archived rows keep their rank, so neighbours are sought among all rows: restoring puts a card where it was."""
    if at_top:
        return None, session.scalar(select(rank).where(where).order_by(rank).limit(1))
    if after is None:
        return session.scalar(select(rank).where(where).order_by(rank.desc()).limit(1)), None
    return after, session.scalar(select(rank).where(where, rank > after).order_by(rank).limit(1))

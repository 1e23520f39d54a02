"""Order a board's columns for one person: pinned ones first, then by rank, their own if they set one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fractional_indexing import generate_key_between, generate_n_keys_between
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from boards.models import Board, Column, Person
from boards.models.personal import Placement

Placements = Mapping[int, Placement]  # by column


def placements_of(session: Session, board: Board, person: Person) -> dict[int, Placement]:
    """Return a person's placements on a board, by column."""
    placed = select(Placement).join(Column, Column.id == Placement.column_id).where(Column.board_id == board.id)
    return {each.column_id: each for each in session.scalars(placed.where(Placement.person_id == person.id))}


def arranged(columns: Iterable[Column], placements: Placements) -> list[Column]:
    """Sort the columns in this person's order."""
    return sorted(
        columns, key=lambda column: (not _is_pinned(column, placements), _rank(column, placements), column.id)
    )


def placements_as_json(placements: Placements) -> dict[str, Any]:
    """Return the placements as the page's JSON: {column: {"rank": …, "pinned": …}}."""
    return {str(id): {"rank": placement.rank, "pinned": placement.pinned} for id, placement in placements.items()}


def pin_column(session: Session, person: Person, column: Column, pinned: bool) -> None:
    """Pin a column before the others, or unpin it."""
    placement = _placement(session, person, column)
    placement.pinned = pinned
    if not pinned and placement.rank is None:
        session.delete(placement)


def move_column_for_person(
    session: Session, board: Board, person: Person, column: Column, after: Column | None, columns: Iterable[Column]
) -> None:
    """Move a column after another one of `columns`, those the person sees; None: first.

    It stays within the pinned or the other columns, as near to that place as possible.
    """
    if after is column:
        return
    placements = placements_of(session, board, person)
    pinned = _is_pinned(column, placements)
    others = [each for each in arranged(columns, placements) if each.id != column.id]
    behind = (
        0
        if after is None
        else next((number for number, each in enumerate(others, 1) if each.id == after.id), len(others))
    )
    before = [each for each in others[:behind] if _is_pinned(each, placements) == pinned]
    following = [each for each in others[behind:] if _is_pinned(each, placements) == pinned]
    lower = _rank(before[-1], placements) if before else None
    upper = _rank(following[0], placements) if following else None
    if lower is None or upper is None or lower < upper:
        _placement(session, person, column).rank = generate_key_between(lower, upper)
        return
    # A personal rank equals a board's rank: there is nothing between until each has its own.
    order = [*before, column, *following]
    for each, rank in zip(order, generate_n_keys_between(None, None, len(order)), strict=True):
        _placement(session, person, each).rank = rank


def delete_placements(session: Session, board: Board, person: Person) -> None:
    """Restore the board's order."""
    columns = select(Column.id).where(Column.board_id == board.id)
    session.execute(delete(Placement).where(Placement.person_id == person.id, Placement.column_id.in_(columns)))


def _placement(session: Session, person: Person, column: Column) -> Placement:
    placement = session.get(Placement, (person.id, column.id))
    if placement is None:
        placement = Placement(person_id=person.id, column_id=column.id, pinned=False)
        session.add(placement)
    return placement


def _is_pinned(column: Column, placements: Placements) -> bool:
    return column.id in placements and placements[column.id].pinned


def _rank(column: Column, placements: Placements) -> str:
    own = placements[column.id].rank if column.id in placements else None
    return column.rank if own is None else own

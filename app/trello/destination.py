"""Choose the board to import into: the one imported before, the one named, or a new one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.trello.formatting import slugify
from app.trello.previous_import import comments_in
from boards.commands.import_data import IncomingColumn
from boards.models import Board, Card, Column

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class NoTarget(ValueError):
    """The target is ambiguous; the message says why, in French."""


@dataclass(frozen=True)
class Target:
    """The board to import into; None: to be created."""

    slug: str
    board: Board | None


def find_target(session: Session, slug: str | None, title: str, origins: Sequence[str]) -> Target:
    """Return where columns of these origins go. Raises NoTarget if only a person can decide."""
    if slug is not None:
        if len(slug) > 80 or not _SLUG.fullmatch(slug):
            raise NoTarget(
                f"«\u202f{slug}\u202f» ne peut pas être l’adresse d’un tableau\u00a0: minuscules sans "
                "accent, chiffres et tirets."
            )
        return Target(slug, _board(session, slug))
    slug = slugify(title)
    namesake = _board(session, slug)
    imported = _boards_of_origins(session, origins)
    if namesake is not None and (namesake in imported or _never_used(session, namesake, title)):
        return Target(slug, namesake)
    if len(imported) == 1:
        return Target(imported[0].slug, imported[0])
    if imported:
        names = ", ".join(board.slug for board in imported)
        raise NoTarget(
            f"Ce tableau Trello a déjà été importé dans plusieurs tableaux ({names})\u00a0: choisissez avec --board."
        )
    if namesake is not None:
        raise NoTarget(
            f"Un autre tableau a déjà l’adresse «\u202f{slug}\u202f», et il ne vient pas de cet export. "
            f"Choisissez une autre adresse (--board AUTRE-ADRESSE), ou --board {slug} pour importer dans ce tableau."
        )
    return Target(slug, None)


def earlier_comments(session: Session, board: Board) -> dict[str, list[str]]:
    """Return the comments in imported cards of this board, by Trello's card id."""
    found: dict[str, list[str]] = {}
    cards = session.execute(
        select(Card.origin, Card.body_html).where(Card.board_id == board.id, Card.origin.like("trello:%"))
    )
    bodies = [(origin, body_html) for origin, body_html in cards if origin is not None]
    for origin, body_html in sorted(bodies, key=lambda row: _part(row[0])):
        found.setdefault(origin.removeprefix("trello:").partition("/")[0], []).extend(comments_in(body_html))
    return found


def _board(session: Session, slug: str) -> Board | None:
    return session.scalar(select(Board).where(Board.slug == slug))


def _boards_of_origins(session: Session, origins: Sequence[str]) -> list[Board]:
    ids: set[int] = set()
    for start in range(0, len(origins), 500):
        ids.update(session.scalars(select(Column.board_id).where(Column.origin.in_(origins[start : start + 500]))))
    return sorted(session.scalars(select(Board).where(Board.id.in_(ids))), key=lambda board: board.slug)


def _never_used(session: Session, board: Board, title: str) -> bool:
    """Return True for a board left empty by an interrupted import."""
    columns = session.scalar(select(func.count()).select_from(Column).where(Column.board_id == board.id))
    return board.seq == 0 and board.title == title and not columns


def _part(origin: str) -> int:
    part = origin.partition("/")[2]
    return int(part) if part.isdigit() else 1


def origins_of(columns: Sequence[IncomingColumn]) -> list[str]:
    """Return the origins of the columns."""
    return [column.origin for column in columns if column.origin]

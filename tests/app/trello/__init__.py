"""Trello exports to import in tests."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from click.testing import Result
from flask import Flask
from sqlalchemy import select

from app.trello.export import parse_export
from app.trello.mapping import Mapped, map_export
from boards.commands.import_data import IncomingCard, IncomingColumn
from boards.database import db, read_session
from boards.models import Board, Card, Column

ACCUEIL = Path(__file__).with_name("accueil.json")
PARIS = ZoneInfo("Europe/Paris")
TODAY = datetime(2026, 11, 21, 12, tzinfo=UTC)

Run = Callable[..., Result]

_accueil: dict[str, Any] = json.loads(ACCUEIL.read_bytes())


def accueil() -> dict[str, Any]:
    """Return a board with every feature and pitfall, which tests may change."""
    return copy.deepcopy(_accueil)


def small_board(*cards: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a board with one list, « CCAS », and these cards."""
    filled = [
        {"id": f"{number:024x}", "name": f"Info {number}", "idList": "list-ccas", "pos": number, **card}
        for number, card in enumerate(cards, 1)
    ]
    return {
        "id": "board-1",
        "name": "Accueil bis",
        "lists": [{"id": "list-ccas", "name": "CCAS", "pos": 1}],
        "cards": filled,
        **more,
    }


def mapped(board: dict[str, Any], **options: Any) -> Mapped:
    return map_export(parse_export(json.dumps(board).encode()), PARIS, TODAY, **options)


def column(result: Mapped, title: str) -> IncomingColumn:
    return next(found for found in result.columns if found.title == title)


def infos(board: dict[str, Any], **options: Any) -> list[IncomingCard]:
    """Return the infos of the first column."""
    return mapped(board, **options).columns[0].cards


def info(result: Mapped, start: str) -> IncomingCard:
    return next(card for found in result.columns for card in found.cards if card.title.startswith(start))


def importer(app: Flask, folder: Path) -> Run:
    """Run `flask board import-trello` on a file, or on a board given as JSON values."""

    def run(source: Path | dict[str, Any], *options: str) -> Result:
        file = source
        if not isinstance(file, Path):
            file = folder / "export.json"
            file.write_text(json.dumps(source), encoding="utf-8")
        db.session.rollback()
        result = app.test_cli_runner().invoke(args=["board", "import-trello", str(file), *options])
        db.session.rollback()
        return result

    return run


def titles(slug: str) -> dict[str, list[str]]:
    """Return the card titles of each column in order, archived ones included."""
    columns = read_session().scalars(
        select(Column).join(Board, Board.id == Column.board_id).where(Board.slug == slug).order_by(Column.rank)
    )
    cards = {
        column: read_session().scalars(select(Card).where(Card.column_id == column.id).order_by(Card.rank))
        for column in columns
    }
    return {column.title: [card.title for card in found] for column, found in cards.items()}

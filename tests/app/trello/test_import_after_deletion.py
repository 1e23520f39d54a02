"""Permanently deleted objects are not recreated by importing the same board again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from boards.database import now, write_transaction
from boards.models import Card, Column
from tests.app.trello import Run, importer, titles
from tests.app.trello.test_reimport import SLUG, card, column, two_lists
from tests.town import Town


@pytest.fixture
def run(app: Flask, tmp_path: Path) -> Run:
    return importer(app, tmp_path)


def erase(town: Town, row: Card | Column) -> None:
    rows = "card" if isinstance(row, Card) else "column"
    named: dict[str, Any] = {rows: row.id}
    town.perform(town.facilitator, board=row.board_id, type=f"archive_{rows}", **named)
    with write_transaction() as session:
        session.execute(update(type(row)).where(type(row).id == row.id).values(archived_at=now() - timedelta(days=31)))
    town.perform(town.facilitator, board=row.board_id, type=f"erase_{rows}", **named)


def test_a_card_that_was_erased_stays_so(run: Run, town: Town) -> None:
    run(two_lists({}, {}))
    erase(town, card("Info 1"))
    assert "0 ajoutée, 0 mise à jour, 1 inchangée, 1 laissée" in run(two_lists({"name": "Changée là-bas"}, {})).stdout
    assert titles(SLUG) == {"CCAS": ["Info 2"], "Sports": []}


def test_a_column_that_was_erased_stays_so_with_whatever_was_added_to_its_list(run: Run, town: Town) -> None:
    run(two_lists({}, {"idList": "list-sport"}))
    erase(town, column("CCAS"))
    later = two_lists({}, {"idList": "list-sport"}, {"name": "Nouvelle"})
    assert "0 ajoutée, 0 mise à jour, 1 inchangée, 2 laissées" in run(later, "--dry-run").stdout
    run(later)
    assert titles(SLUG) == {"Sports": ["Info 2"]}

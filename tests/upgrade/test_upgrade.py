"""Databases of every release are migrated on both databases without losing anything."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, Table, event, func, select

from app import create_app
from app.backup.database_copy import tables_of
from app.server.migrations import bring_up_to_date, newest_revision, revision_of
from boards.clock import today
from boards.database import db, read_session
from boards.log.change_log import changes_after
from boards.log.time_travel import board_as_it_was
from boards.models import Board, Change, Person
from boards.personal.unread import unread_of
from boards.queries import snapshot
from boards.search.engine import search
from config import ROOT, Settings
from tests.architecture.test_schema import differences, is_reference, references, said_by_models
from tests.conftest import COMPILED_TEMPLATES
from tests.upgrade.towns import RELEASES, load_into_postgresql, load_into_sqlite
from tests.visitor import OutsideClient, Visitor

pytestmark = pytest.mark.sqlite  # these tests use both databases themselves
DATABASES = ("sqlite", "postgresql")
BEFORE_UNREAD = ("0.1.0", "0.2.0", "0.3.0")
Rows = dict[str, dict[tuple[Any, ...], dict[str, Any]]]


@dataclass(frozen=True)
class Stored:
    """A stored town as its release left it, before the migration."""

    release: str
    app: Flask
    url: str
    token: str
    tables: list[Table]
    rows: Rows

    @property
    def rows_now(self) -> Rows:
        return rows_of(db.engine, self.tables)

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    @property
    def boards(self) -> list[Board]:
        read_session().rollback()
        return list(read_session().query(Board).order_by(Board.id))


@pytest.fixture
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stored]:
    release, database = request.param
    if database == "sqlite":
        url = f"sqlite:///{tmp_path / 'flash-news.sqlite3'}"
        token = load_into_sqlite(release, tmp_path / "flash-news.sqlite3")
    else:
        url = request.getfixturevalue("empty_postgresql_url")
        token = load_into_postgresql(release, url)
    app = create_app(
        Settings.from_environment({"DATABASE_URL": url, "DATA_DIR": str(tmp_path), "SECRET_KEY": "k" * 40, "DEMO": "1"})
    )
    app.test_client_class = OutsideClient
    app.jinja_env.bytecode_cache = COMPILED_TEMPLATES
    with app.app_context():
        tables = tables_in(db.engine)
        yield Stored(release, app, url, token, tables, rows_of(db.engine, tables))
        db.session.remove()
        db.engine.dispose()


def tables_in(engine: Engine) -> list[Table]:
    with engine.connect() as connection:
        return tables_of(connection)


def rows_of(engine: Engine, tables: list[Table]) -> Rows:
    """Return every row by table and primary key, with the columns of these tables."""
    with engine.connect() as connection:
        return {
            table.name: {
                tuple(row[key.name] for key in table.primary_key): dict(row)
                for row in connection.execute(select(table)).mappings()
            }
            for table in tables
        }


every_release = pytest.mark.parametrize(
    "stored", [(release, on) for release in RELEASES for on in DATABASES], ids="-".join, indirect=True
)
one_release = pytest.mark.parametrize("stored", [("0.3.0", on) for on in DATABASES], ids="-".join, indirect=True)


@every_release
def test_an_upgrade_loses_nothing(stored: Stored) -> None:
    bring_up_to_date(stored.app)
    assert altered_rows(stored.rows, stored.rows_now) == []
    assert_schema_is_current(stored.url)
    assert_log_matches_boards(stored)
    assert_old_cards_count_as_read(stored)
    assert_cards_are_indexed(stored)
    assert_credentials_still_work(stored)


@one_release
def test_an_interrupted_upgrade_changes_nothing_and_can_be_repeated(stored: Stored) -> None:
    with db.engine.connect() as connection:
        revision = revision_of(connection)
    with power_cut(db.engine, at="CREATE TABLE jobs"), pytest.raises(PowerCut):
        bring_up_to_date(stored.app)
    with db.engine.connect() as connection:
        assert revision_of(connection) == revision != newest_revision()
    assert stored.rows_now == stored.rows
    bring_up_to_date(stored.app)
    assert altered_rows(stored.rows, stored.rows_now) == []


def test_a_database_of_every_release_is_stored() -> None:
    """`python -m tests.upgrade.store` stores one from a checkout of the release."""
    current = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    released = set(
        re.findall(r"^## (\d+\.\d+\.\d+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    ) - {current}
    assert released <= set(RELEASES)


def altered_rows(before: Rows, after: Rows) -> list[str]:
    """Return the rows that are missing or have changed values."""
    return [
        f"{table} {key}" for table, rows in before.items() for key, row in rows.items() if after[table].get(key) != row
    ]


def assert_schema_is_current(url: str) -> None:
    if url.startswith("sqlite"):
        assert [found for found in differences(url) if not is_reference(found)] == []
        assert references(url) == said_by_models()
    else:
        assert differences(url) == []


def assert_log_matches_boards(stored: Stored) -> None:
    """Rebuild each board from the log of earlier releases and compare it with the current rows."""
    person = facilitator()
    for board in stored.boards:
        shown = snapshot(read_session(), board, person)
        now = {column.id: [key.id for key in shown.cards[column.id]] for column in shown.columns}
        was = board_as_it_was(read_session(), person, board, board.seq)
        assert {column.id: [card.id for card in was.cards[column.id]] for column in was.columns} == now
        for seq in numbers_before_each_change_type(board):
            board_as_it_was(read_session(), person, board, seq)
        assert changes_after(read_session(), board, 0) is not None


def numbers_before_each_change_type(board: Board) -> list[int]:
    return [
        seq - 1
        for seq in read_session().scalars(
            select(func.min(Change.seq)).where(Change.board_id == board.id).group_by(Change.type)
        )
    ]


def assert_old_cards_count_as_read(stored: Stored) -> None:
    if stored.release in BEFORE_UNREAD:
        for board in stored.boards:
            assert not any(
                unread_of(read_session(), person, board).cards
                for person in read_session().query(Person).filter_by(disabled_at=None)
            )


def assert_cards_are_indexed(stored: Stored) -> None:
    found = search(read_session(), facilitator(), "chaudieres", today())
    assert "Chaudière réparée" in [each.card.title for each in found.cards]


def assert_credentials_still_work(stored: Stored) -> None:
    """Use an existing API token and an existing password."""
    as_program = {"Authorization": f"Bearer {stored.token}"}
    board = stored.client.get("/api/boards/accueil", headers=as_program).get_json()
    column = next(column["id"] for column in board["columns"] if column["kind"] == "service")
    added = stored.client.post(
        "/boards/accueil/commands",
        json={"type": "add_card", "key": "new", "column": column, "title": "Après"},
        headers=as_program,
    )
    assert (added.status_code, added.get_json()["seq"]) == (200, board["seq"] + 1)
    agent = Visitor(stored.app)
    assert agent.sign_in("ccas@demo.example", "flash-news-demo").status_code == 303
    assert agent.get("/boards/accueil/history").status_code == 200
    assert "Après" in agent.get("/boards/accueil").text


def facilitator() -> Person:
    return read_session().query(Person).filter_by(role="facilitator").order_by(Person.id).limit(1).one()


class PowerCut(Exception):
    pass


@contextmanager
def power_cut(engine: Engine, at: str) -> Iterator[None]:
    """Raise PowerCut when this statement is about to be executed."""

    def interrupt(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if " ".join(statement.split()).startswith(at):
            raise PowerCut

    event.listen(engine, "before_cursor_execute", interrupt)
    yield
    event.remove(engine, "before_cursor_execute", interrupt)

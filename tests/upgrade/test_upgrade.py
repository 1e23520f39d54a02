"""The town of every release, as that release wrote it, is brought up to date on either database: nothing is lost, and people go on."""

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

pytestmark = pytest.mark.sqlite  # both databases are met here, whichever the others run on
DATABASES = ("sqlite", "postgresql")
BEFORE_UNREAD = ("0.1.0", "0.2.0", "0.3.0")
Rows = dict[str, dict[tuple[Any, ...], dict[str, Any]]]


@dataclass(frozen=True)
class Stored:
    """A town as a release left it, before anything is done to it."""

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
    """Every row by its key, with the columns that these tables had."""
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
one_of_each = pytest.mark.parametrize("stored", [("0.3.0", on) for on in DATABASES], ids="-".join, indirect=True)


@every_release
def test_nothing_is_lost_and_people_go_on(stored: Stored) -> None:
    bring_up_to_date(stored.app)
    assert what_was_altered(stored.rows, stored.rows_now) == []
    the_schema_is_that_of_a_new_town(stored.url)
    the_log_tells_each_board_as_it_is(stored)
    nobody_comes_back_to_a_board_full_of_news(stored)
    what_stood_there_is_found(stored)
    programs_and_people_go_on(stored)


@one_of_each
def test_an_upgrade_that_breaks_off_has_altered_nothing_and_is_made_up_for(stored: Stored) -> None:
    with db.engine.connect() as connection:
        revision = revision_of(connection)
    with power_cut(db.engine, at="CREATE TABLE jobs"), pytest.raises(PowerCut):
        bring_up_to_date(stored.app)
    with db.engine.connect() as connection:
        assert revision_of(connection) == revision != newest_revision()
    assert stored.rows_now == stored.rows
    bring_up_to_date(stored.app)
    assert what_was_altered(stored.rows, stored.rows_now) == []


def test_the_town_of_every_release_is_kept() -> None:
    """`python -m tests.upgrade.store` makes that of a release, from a checkout of it."""
    current = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    released = set(
        re.findall(r"^## (\d+\.\d+\.\d+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    ) - {current}
    assert released <= set(RELEASES)


def what_was_altered(before: Rows, after: Rows) -> list[str]:
    """Rows that are gone, and those of which a value is another."""
    return [
        f"{table} {key}" for table, rows in before.items() for key, row in rows.items() if after[table].get(key) != row
    ]


def the_schema_is_that_of_a_new_town(url: str) -> None:
    if url.startswith("sqlite"):
        assert [found for found in differences(url) if not is_reference(found)] == []
        assert references(url) == said_by_models()
    else:
        assert differences(url) == []


def the_log_tells_each_board_as_it_is(stored: Stored) -> None:
    """What earlier releases recorded is read as they meant it: rebuilt from the log, the board is the board; and none of it fails halfway."""
    person = facilitator()
    for board in stored.boards:
        shown = snapshot(read_session(), board, person)
        now = {column.id: [key.id for key in shown.cards[column.id]] for column in shown.columns}
        was = board_as_it_was(read_session(), person, board, board.seq)
        assert {column.id: [card.id for card in was.cards[column.id]] for column in was.columns} == now
        for seq in before_each_kind_of_change(board):
            board_as_it_was(read_session(), person, board, seq)
        assert changes_after(read_session(), board, 0) is not None


def before_each_kind_of_change(board: Board) -> list[int]:
    return [
        seq - 1
        for seq in read_session().scalars(
            select(func.min(Change.seq)).where(Change.board_id == board.id).group_by(Change.type)
        )
    ]


def nobody_comes_back_to_a_board_full_of_news(stored: Stored) -> None:
    if stored.release in BEFORE_UNREAD:
        for board in stored.boards:
            assert not any(
                unread_of(read_session(), person, board).cards
                for person in read_session().query(Person).filter_by(disabled_at=None)
            )


def what_stood_there_is_found(stored: Stored) -> None:
    found = search(read_session(), facilitator(), "chaudieres", today())
    assert "Chaudière réparée" in [each.card.title for each in found.cards]


def programs_and_people_go_on(stored: Stored) -> None:
    """With the token that a program had, the password that an agent had, and a key that was sent before."""
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
    """Nothing is written any more once this statement is reached."""

    def cut(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if " ".join(statement.split()).startswith(at):
            raise PowerCut

    event.listen(engine, "before_cursor_execute", cut)
    yield
    event.remove(engine, "before_cursor_execute", cut)

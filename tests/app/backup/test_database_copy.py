"""`flask db-copy` moves a town between the two databases and back without loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import Connection, Engine, create_engine, inspect, text

from app import create_app
from app.backup import database_copy
from app.server.migrations import bring_up_to_date
from boards.clock import today
from boards.database import db, read_session, write_to_database, write_transaction
from boards.labels import Label
from boards.models import Person
from boards.search.engine import search
from config import Settings
from tests.every_table import all_rows, fill_every_table
from tests.town import Town

pytestmark = pytest.mark.sqlite  # both databases are met here, whichever the others run on
Copy = Callable[..., Result]


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """Run `flask db-copy` with the settings of a town on this database."""

    def run(source: str, target: str, *options: str) -> Result:
        with served(source, tmp_path) as app:
            return app.test_cli_runner().invoke(args=["db-copy", target, *options])

    return run


@contextmanager
def served(url: str, folder: Path) -> Iterator[Flask]:
    app = create_app(Settings.from_environment({"DATABASE_URL": url, "DATA_DIR": str(folder), "SECRET_KEY": "k" * 40}))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    engine = create_engine(url)
    yield engine
    engine.dispose()


def closed(app: Flask) -> str:
    """Return the address of this application's database after closing all connections."""
    db.session.remove()
    db.engine.dispose()
    return str(app.config["SETTINGS"].database_url)


def tables(url: str) -> set[str]:
    with opened(url) as engine:
        return set(inspect(engine).get_table_names())


def test_every_row_of_every_table_is_there_and_back(
    app: Flask, tmp_path: Path, empty_postgresql_url: str, copy: Copy
) -> None:
    back = f"sqlite:///{tmp_path / 'back.sqlite3'}"
    here = closed(app)
    with write_to_database(here) as connection:
        connection.execute(text("PRAGMA defer_foreign_keys=ON"))
        fill_every_table(connection)
    there = copy(here, empty_postgresql_url)
    assert (there.exit_code, there.stderr) == (0, "")
    assert "la copie est identique" in there.stdout
    assert copy(empty_postgresql_url, back).exit_code == 0
    with opened(here) as first, opened(empty_postgresql_url) as second, opened(back) as third:
        rows = all_rows(first)
        assert all(rows.values()), "no table was left out here"
        assert all_rows(second) == rows
        assert all_rows(third) == rows


def test_people_go_on_there_and_come_back_with_what_they_did(
    app: Flask, town: Town, tmp_path: Path, empty_postgresql_url: str, copy: Copy
) -> None:
    card, gone, seq = town.add_card("Piscine fermée"), passing_label(town), town.seq
    assert copy(closed(app), empty_postgresql_url).exit_code == 0
    with served(empty_postgresql_url, tmp_path):
        assert town.seq == seq
        another = town.add_card("Patinoire ouverte")
        assert (another > card, town.seq) == (True, seq + 1)
        assert searched("piscines", town) == [card]
        assert passing_label(town) > gone, "the log still names the one that is gone"
        gone += 1

    back = f"sqlite:///{tmp_path / 'back.sqlite3'}"
    assert copy(empty_postgresql_url, back).exit_code == 0
    with served(back, tmp_path):
        assert town.card(another).title == "Patinoire ouverte"
        assert searched("patinoires", town) == [another]
        assert town.add_card("Médiathèque") > another
        assert passing_label(town) > gone


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_database_that_was_made_ready_and_never_lived_in_is_taken(
    app: Flask, town: Town, tmp_path: Path, request: pytest.FixtureRequest, copy: Copy, kind: str
) -> None:
    there = (
        f"sqlite:///{tmp_path / 'other.sqlite3'}"
        if kind == "sqlite"
        else request.getfixturevalue("empty_postgresql_url")
    )
    with served(there, tmp_path) as other:
        bring_up_to_date(other)
    taken = copy(closed(app), there)
    assert taken.exit_code == 0, taken.stderr


def test_a_target_that_is_not_empty_is_refused(app: Flask, town: Town, tmp_path: Path, copy: Copy) -> None:
    here = closed(app)
    with served(f"sqlite:///{tmp_path / 'other.sqlite3'}", tmp_path) as other:
        bring_up_to_date(other)
        with write_transaction() as session:
            session.add(Person(name="Nadia Amrani"))
    refused = copy(here, f"sqlite:///{tmp_path / 'other.sqlite3'}")
    assert (refused.exit_code, "n’est pas vide (people" in refused.stderr) == (1, True)
    with opened(f"sqlite:///{tmp_path / 'other.sqlite3'}") as engine:
        assert [row[1] for row in all_rows(engine)["people"]] == ["Nadia Amrani"]


def test_so_is_the_database_of_another_program(app: Flask, town: Town, empty_postgresql_url: str, copy: Copy) -> None:
    with opened(empty_postgresql_url) as engine, engine.begin() as connection:
        connection.execute(text("CREATE TABLE recipes (title TEXT)"))
    refused = copy(closed(app), empty_postgresql_url)
    assert (refused.exit_code, "n’est pas vide (recipes" in refused.stderr) == (1, True)
    assert tables(empty_postgresql_url) == {"recipes"}


def test_a_town_at_work_is_not_left_behind(
    app: Flask, town: Town, tmp_path: Path, empty_postgresql_url: str, copy: Copy
) -> None:
    """Changes made during the copy would be lost."""
    here = str(app.config["SETTINGS"].database_url)
    assert town.seq
    refused = copy(here, empty_postgresql_url)
    assert (refused.exit_code, "arrêtez-le" in refused.stderr) == (1, True)
    assert tables(empty_postgresql_url) == set()
    tried = copy(here, empty_postgresql_url, "--while-running")
    assert tried.exit_code == 0
    with opened(empty_postgresql_url) as engine, engine.connect():
        refused = copy(empty_postgresql_url, f"sqlite:///{tmp_path / 'back.sqlite3'}")
    assert (refused.exit_code, "arrêtez-le" in refused.stderr) == (1, True)


def test_values_that_do_not_fit_are_named_and_nothing_is_copied(
    app: Flask, town: Town, empty_postgresql_url: str, copy: Copy
) -> None:
    """SQLite does not enforce lengths, so a value may be too long for PostgreSQL."""
    card = town.add_card()
    with write_transaction() as session:
        session.execute(text("UPDATE cards SET title = :long"), {"long": "é" * 201})
    refused = copy(closed(app), empty_postgresql_url)
    assert (refused.exit_code, f"cards {card}, title : 201 caractères, 200 au plus." in refused.stderr) == (1, True)
    assert tables(empty_postgresql_url) == set()


@pytest.mark.parametrize(
    "damage", ["UPDATE people SET name = name || ' '", "DELETE FROM memberships", "UPDATE boards SET seq = seq + 1"]
)
def test_a_copy_that_is_not_the_same_is_no_copy(
    app: Flask, town: Town, empty_postgresql_url: str, copy: Copy, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    copy_counters = database_copy._copy_counters

    def damaged(source: Connection, target: Connection, *others: Any) -> None:
        copy_counters(source, target, *others)
        target.execute(text(damage))

    monkeypatch.setattr(database_copy, "_copy_counters", damaged)
    refused = copy(closed(app), empty_postgresql_url)
    assert (refused.exit_code, "la copie n’est pas identique" in refused.stderr) == (1, True)
    assert tables(empty_postgresql_url) == set()


@pytest.mark.parametrize(
    "url", ["mysql://127.0.0.1/town", "postgresql://127.0.0.1:1/town", "sqlite:////nonexistent/town.sqlite3"]
)
def test_an_address_that_leads_nowhere_is_said_in_a_sentence(app: Flask, town: Town, copy: Copy, url: str) -> None:
    refused = copy(closed(app), url)
    assert refused.exit_code == 1
    assert refused.stderr.strip()
    assert "Traceback" not in refused.stderr


def passing_label(town: Town) -> int:
    """Return the id of a deleted label."""
    with write_transaction() as session:
        label = Label(board_id=town.board, name="Travaux", plain="travaux")
        session.add(label)
        session.flush()
        session.delete(label)
        return label.id


def searched(words: str, town: Town) -> list[int]:
    reader = read_session().get_one(Person, town.reader)
    return [found.card.id for found in search(read_session(), reader, words, today()).cards]

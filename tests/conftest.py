"""Fixtures for all tests: an application with its own database, a small town, and visitors who sign in."""

from __future__ import annotations

import gc
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import Engine, create_engine, event, make_url, text

from app import create_app
from app.server.migrations import bring_up_to_date
from boards import database
from boards.database import Base, db, set_clock, system_clock, write_transaction
from config import Settings
from tests.clock import Clock
from tests.compiled_once import CompiledTemplates, compile_routes_once, compile_statements_once, list_built_files_once
from tests.server import Server, running
from tests.town import PASSWORD, Town, found_town
from tests.visitor import OutsideClient, Visitor

IN_CI = os.environ.get("CI") == "true"
FOUNDED = "founded"  # the schema with the small town to copy
LONGEST = ("tests/browser/test_pages_beside", "tests/deploy/test_workers_behind_nginx", "tests/live/test_sigkill")
COMPILED_TEMPLATES = CompiledTemplates()
compile_routes_once()
compile_statements_once()
list_built_files_once()


@event.listens_for(Engine, "connect")
def _in_no_order(connection: Any, _record: Any) -> None:
    """Reverse the rows of unordered queries, so that code relying on an implicit order fails."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA reverse_unordered_selects=ON").close()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=["sqlite", "postgresql"],
        default="sqlite",
        help="run domain and page tests on this database",
    )
    parser.addoption(
        "--long", type=int, default=1, metavar="TIMES", help="fuzz with so many times as many examples, by hand"
    )


def pytest_xdist_auto_num_workers() -> int:
    """Start one worker more than processors, as tests often wait for servers and clients."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Select tests by database and run the longest first, to keep the processes evenly busy."""
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[config.getoption("--database")]
    elsewhere = [item for item in items if item.get_closest_marker(other)]
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = sorted(
        (item for item in items if item not in elsewhere), key=lambda item: not item.nodeid.startswith(LONGEST)
    )


def pytest_collection_finish() -> None:
    """Freeze imported objects: repeated garbage collection of them took a quarter of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Fail on skipped tests in CI: a missing service or browser is a failure."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):  # type: ignore[attr-defined]  # pytest's own report
        report.outcome = "failed"  # type: ignore[attr-defined]  # as above
    return report


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a migrated, empty SQLite database to copy, as migrating is slow."""
    folder = tmp_path_factory.mktemp("template")
    settings = Settings.from_environment({"DATA_DIR": str(folder)})
    app = create_app(settings)
    bring_up_to_date(app)
    with app.app_context():
        db.engine.dispose()
    return folder / "flash-news.sqlite3"


@pytest.fixture(scope="session")
def founded(template: Path, tmp_path_factory: pytest.TempPathFactory, password_hash: str) -> tuple[Path, Town]:
    """Create a SQLite database with the small town to copy, as founding is slower than most tests."""
    file = tmp_path_factory.mktemp("founded") / "flash-news.sqlite3"
    shutil.copy(template, file)
    app = create_app(Settings.from_environment({"DATA_DIR": str(file.parent), "SECRET_KEY": "k" * 40}))
    with app.app_context():
        town = _found(password_hash)
        db.session.remove()
        db.engine.dispose()
    return file, town


@pytest.fixture(scope="session")
def postgresql_url() -> str:
    """Return a migrated PostgreSQL database for tests, from TEST_POSTGRESQL_URL."""
    url = os.environ.get("TEST_POSTGRESQL_URL")
    if not url:
        pytest.skip("TEST_POSTGRESQL_URL is not set")
    settings = Settings.from_environment({"DATABASE_URL": _of_this_worker(url), "DATA_DIR": "/nonexistent"})
    engine = create_engine(settings.database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    app = create_app(settings)
    bring_up_to_date(app)
    with app.app_context():
        db.engine.dispose()
    return settings.database_url


@pytest.fixture(scope="session")
def founded_there(postgresql_url: str, password_hash: str) -> str:
    """Return a PostgreSQL database that keeps the small town aside, to copy."""
    app = create_app(
        Settings.from_environment({"DATABASE_URL": postgresql_url, "DATA_DIR": "/nonexistent", "SECRET_KEY": "k" * 40})
    )
    with app.app_context():
        _empty(postgresql_url, found=False)
        _found(password_hash)
        with db.engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {FOUNDED} CASCADE"))
            connection.execute(text(f"CREATE SCHEMA {FOUNDED}"))
            for table in Base.metadata.sorted_tables:
                connection.execute(text(f'CREATE TABLE {FOUNDED}."{table.name}" AS TABLE "{table.name}"'))
        db.session.remove()
        db.engine.dispose()
    return postgresql_url


@pytest.fixture
def empty_postgresql_url() -> str:
    """Return a PostgreSQL database without tables, separate from the one that other tests use."""
    url = os.environ.get("TEST_POSTGRESQL_URL")
    if not url:
        pytest.skip("TEST_POSTGRESQL_URL is not set")
    url = _beside(url, f"spare_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return url


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.config.getoption("--database") == "postgresql":
        url: str = request.getfixturevalue("founded_there" if "town" in request.fixturenames else "postgresql_url")
        _empty(url, found="town" in request.fixturenames)
        return url
    file = tmp_path / "flash-news.sqlite3"
    wanted = (
        request.getfixturevalue("founded")[0] if "town" in request.fixturenames else request.getfixturevalue("template")
    )
    shutil.copy(wanted, file)
    return f"sqlite:///{file}"


@pytest.fixture
def environment() -> dict[str, str]:
    """Return extra settings; test files override it."""
    return {}


@pytest.fixture
def app(database_url: str, tmp_path: Path, environment: dict[str, str]) -> Iterator[Flask]:
    usual = {"DATABASE_URL": database_url, "DATA_DIR": str(tmp_path), "SECRET_KEY": "k" * 40}
    settings = Settings.from_environment({**usual, **environment})
    app = create_app(settings)
    app.test_client_class = OutsideClient
    app.jinja_env.bytecode_cache = COMPILED_TEMPLATES
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def empty_database(app: Flask) -> Callable[[], None]:
    """Return a function that empties every table."""

    def empty() -> None:
        with write_transaction() as session:
            for table in reversed(Base.metadata.sorted_tables):
                session.execute(table.delete())

    return empty


@pytest.fixture(scope="session")
def password_hash() -> str:
    """Hash the common password with a faster hasher than the product's, as each test signs somebody in."""
    return PasswordHasher(memory_cost=8, time_cost=1, parallelism=1).hash(PASSWORD)


@pytest.fixture
def town(app: Flask, request: pytest.FixtureRequest) -> Town:
    """Create a board with a column of each kind, and one person of each role."""
    founded: Town = request.getfixturevalue("founded")[1]
    return founded


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Stop the program's clock until the test moves it."""
    clock = Clock()
    set_clock(clock)
    yield clock
    set_clock(system_clock)


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Return a browser that has not signed in."""
    return Visitor(app)


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create the demo town's data once; copy it before use."""
    folder = tmp_path_factory.mktemp("demo")
    server = Server(folder).start()
    server.stop()
    return folder


@pytest.fixture(scope="module")
def server_of_the_module(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run one server for a module whose tests leave it unchanged or use their own columns."""
    with running(demo_data, tmp_path_factory.mktemp("shared") / "var") as server:
        yield server


@pytest.fixture(scope="module")
def shared_server(server_of_the_module: Server) -> Server:
    return server_of_the_module


@pytest.fixture
def server(demo_data: Path, tmp_path: Path) -> Iterator[Server]:
    """Run a server with a fresh demo town."""
    with running(demo_data, tmp_path / "var") as server:
        yield server


def _of_this_worker(url: str) -> str:
    """Return a database of this test process beside the given one."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    return url if worker is None else _beside(url, worker)


def _beside(url: str, suffix: str) -> str:
    """Return a database on the same server, created on first use."""
    given = make_url(url).set(drivername="postgresql+psycopg")
    name = f"{given.database}_{suffix}"
    engine = create_engine(given, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if not connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}):
            connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return given.set(database=name).render_as_string(hide_password=False)


def _found(password_hash: str) -> Town:
    """Found the small town at the real time, even when the first test to use it has set the clock."""
    told = database._clock
    set_clock(system_clock)
    try:
        return found_town(password_hash)
    finally:
        set_clock(told)


def _empty(url: str, *, found: bool) -> None:
    """Empty every table in one round trip, or restore the small town; TRUNCATE is slower than most tests."""
    tables = Base.metadata.sorted_tables
    statements = [f'DELETE FROM "{table.name}"' for table in reversed(tables)]
    if found:
        statements += [f'INSERT INTO "{table.name}" SELECT * FROM {FOUNDED}."{table.name}"' for table in tables]
    statements += [
        f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), greatest(max(id), 1), max(id) IS NOT NULL) "
        f'FROM "{table.name}"'
        for table in tables
        if "id" in table.columns
    ]
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("; ".join(statements).encode())

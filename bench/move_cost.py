"""(f) Compare a move on boards of 100, 1,000, 10,000 and 100,000 cards: the write path and whole requests.

The write path runs on both databases. The sizes take turns, move by move, so that whatever else the machine does
falls on all alike; the figure is the dearest median over the cheapest. Statements are counted where SQLAlchemy
hands them to the driver.
"""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import Engine, event, select

from app import create_app
from app.accounts.models import Account
from bench.figures import Figure, median
from bench.processes import Towns, connect, served
from bench.town import EMAIL, SLUG, Town, settings_of
from boards.commands import parse_command
from boards.database import db, read_session
from boards.perform import perform
from config import Settings
from tests.faults.services import PostgreSQL
from tests.server import ServerFromNothing

FLAT = 1.2


def measure(towns: Towns, *, quick: bool) -> list[Figure]:
    """Answer this question."""
    sizes, rounds = ((100, 1000), 15) if quick else ((100, 1000, 10_000, 100_000), 150)
    boards = {size: towns.copy(size, people=1) for size in sizes}
    figures = _on_postgresql(towns.folder, boards, rounds)
    figures += _in_process("SQLite", {size: _application(town) for size, town in boards.items()}, boards, rounds)
    return [*figures, *_over_http({size: towns.copy(size, people=1) for size in sizes}, rounds)]


def _in_process(database: str, apps: dict[int, Flask], boards: dict[int, Town], rounds: int) -> list[Figure]:
    with ExitStack() as stack:
        movers = {size: _mover(apps[size], town, stack, rounds) for size, town in boards.items()}
        figures = _compare(f"a move in perform() on {database}", movers, rounds)
        largest = max(boards)
        figures += _count_statements(database, apps[largest], boards[largest])
    return figures


def _on_postgresql(folder: Path, boards: dict[int, Town], rounds: int) -> list[Figure]:
    """Measure the same towns, copied to databases of one PostgreSQL."""
    folder.chmod(0o711)  # PostgreSQL runs as another user, who has to get to their own folder in it
    postgresql = PostgreSQL(folder / "postgresql-move-cost").start()
    try:
        apps = {}
        for size, town in boards.items():
            url = f"{postgresql.url.rpartition('/')[0]}/cards_{size}"
            with psycopg.connect(postgresql.url, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE cards_{size}")  # a number of ours
            moved = ServerFromNothing(Path(town.data_dir), **settings_of(Path(town.data_dir))).flask("db-copy", url)
            if moved.returncode:
                raise RuntimeError(moved.stdout + moved.stderr)
            apps[size] = _application(town, DATABASE_URL=url)
        return _in_process("PostgreSQL", apps, boards, rounds)
    finally:
        postgresql.stop()


def _over_http(boards: dict[int, Town], rounds: int) -> list[Figure]:
    with ExitStack() as stack:
        servers = {size: stack.enter_context(served(town)) for size, town in boards.items()}
        tokens = {size: _facilitator_token(town) for size, town in boards.items()}
        movers = {
            size: _http_mover(connect(servers[size].url), tokens[size], town, rounds) for size, town in boards.items()
        }
        return _compare("a move over HTTP", movers, rounds)


def _compare(what: str, movers: dict[int, Callable[[], None]], rounds: int) -> list[Figure]:
    """Let the sizes take turns; return a figure for each, and one for how flat they are."""
    samples: dict[int, list[float]] = {size: [] for size in movers}
    for size in movers:
        movers[size]()  # warms up
    for _ in range(rounds):
        for size, move in movers.items():
            began = time.perf_counter()
            move()
            samples[size].append((time.perf_counter() - began) * 1000)
    medians = {size: median(times) for size, times in samples.items()}
    figures = [Figure("move_cost", f"{what}, {size:,} cards, median", value, "ms") for size, value in medians.items()]
    return [
        *figures,
        Figure(
            "move_cost",
            f"{what}, dearest size over cheapest",
            max(medians.values()) / min(medians.values()),
            "×",
            aim=FLAT,
        ),
    ]


def _application(town: Town, **settings: str) -> Flask:
    return create_app(Settings.from_environment({**settings_of(Path(town.data_dir)), **settings}))


def _mover(app: Flask, town: Town, stack: ExitStack, rounds: int) -> Callable[[], None]:
    moves = iter(town.moves(rounds + 1))
    with app.app_context():
        actor = _facilitator()
    stack.callback(_dispose, app)

    def move() -> None:
        with app.app_context():
            perform(actor, town.board, parse_command(next(moves)), uuid.uuid4().hex)

    return move


def _http_mover(connection: HTTPConnection, token: str, town: Town, rounds: int) -> Callable[[], None]:
    moves = iter(town.moves(rounds + 1))
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def move() -> None:
        connection.request(
            "POST", f"/boards/{SLUG}/commands", json.dumps({"key": uuid.uuid4().hex, **next(moves)}), headers
        )
        response = connection.getresponse()
        answer = response.read()
        assert response.status == 200, answer

    return move


def _count_statements(database: str, app: Flask, town: Town) -> list[Figure]:
    """Print and count the statements of one move and of opening the board."""
    client = app.test_client()
    headers = {"Authorization": f"Bearer {town.tokens[0]}"}
    move = town.moves(1, seed=2)[0]
    with app.app_context():
        actor, engine = _facilitator(), db.engine
    counted: dict[str, Callable[[], object]] = {
        "a move in perform()": lambda: perform(actor, town.board, parse_command(move), uuid.uuid4().hex),
        "opening the board for the first time": lambda: client.get(f"/boards/{SLUG}", headers=headers),
        "opening the board again": lambda: client.get(f"/boards/{SLUG}", headers=headers),
    }
    figures = []
    for what, act in counted.items():
        # A request pushes a context of its own; perform() needs one.
        with _statements(engine) as statements, app.app_context() if "perform" in what else contextlib.nullcontext():
            act()
        print(f"\n{what} on {database}: {len(statements)} statements")
        for statement, times in Counter(map(_in_short, statements)).items():
            print(f"  {times} × {statement}")
        figures.append(
            Figure("move_cost", f"statements of {what} on {database}, {town.cards:,} cards", len(statements), "")
        )
    return figures


@contextmanager
def _statements(engine: Engine) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _in_short(statement: str) -> str:
    """Return a statement on one line, without the columns it selects."""
    line = " ".join(statement.split())
    before, found, after = line.partition(" FROM ")
    return (f"{before.split(',')[0]} … FROM {after}" if found and len(before) > 60 else line)[:150]


def _facilitator() -> int:
    found = read_session().scalar(select(Account.person_id).where(Account.email == EMAIL))
    assert found is not None
    return found


def _facilitator_token(town: Town) -> str:
    from app.accounts.service import create_api_token

    app = _application(town)
    with app.app_context():
        token = create_api_token(EMAIL, "bench")
    _dispose(app)
    return token


def _dispose(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()

"""(j) Count moves per second at two workers on PostgreSQL and Redis, against PostgreSQL's own commits.

Half of the 100 listeners and of the movers are at each worker, so that every move is broadcast by both. All write
the same board, whose row lets one through at a time: the floor does in SQL what no move can do without, on one
connection, in the same durable cluster (fsync and synchronous_commit on), without listeners.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bench.crowd import Crowd, crowd
from bench.figures import Figure, median, percentile
from bench.processes import Towns, raise_file_limit, sign_in
from bench.throughput import CARDS, RECORD
from bench.town import Town, settings_of
from tests.faults.services import PostgreSQL, Redis
from tests.server import Server, ServerFromNothing

WORKERS = 2


def measure(towns: Towns, *, quick: bool) -> list[Figure]:
    """Answer this question."""
    sockets, seconds = (10, 1.0) if quick else (50, 6.0)
    town = towns.copy(CARDS, people=sockets)
    figures: list[Figure] = []
    with ExitStack() as stack:
        database_url, workers = stack.enter_context(_served(towns.folder, town))
        crowds = [stack.enter_context(crowd()) for _worker in workers]
        for clients, worker in zip(crowds, workers, strict=True):
            clients.gather("real", sockets, worker.url, town, sign_in(worker.url))
        moves = town.moves(2000)
        _stream(crowds, moves, 1, 0.5)  # warms up
        for in_flight in (2, 4, 8):
            floor = _commits_per_second(database_url, seconds / 4)
            done = _stream(crowds, moves, in_flight // WORKERS, seconds)
            answers = [answer * 1000 for each in done for answer in each["answers"]]
            rate = sum(len(each["answers"]) / each["seconds"] for each in done)
            what = f"{in_flight} in flight at {WORKERS} workers, {sockets * WORKERS} listeners"
            figures += [
                Figure("workers", f"moves with {what}", rate, "/s", floor, better="more"),
                Figure("workers", f"the answer with {what}, median", median(answers), "ms"),
                Figure("workers", f"the answer with {what}, p95", percentile(answers, 0.95), "ms"),
            ]
    return figures


def _stream(crowds: list[Crowd], moves: list[dict[str, Any]], in_flight: int, seconds: float) -> list[dict[str, Any]]:
    """Run all crowds at once, each with moves of its own."""
    shares = [moves[number :: len(crowds)] for number in range(len(crowds))]
    with ThreadPoolExecutor(len(crowds)) as hands:
        return list(hands.map(lambda clients, share: clients.stream("real", share, in_flight, seconds), crowds, shares))


@contextmanager
def _served(folder: Path, town: Town) -> Iterator[tuple[str, list[Server]]]:
    """Yield workers that share the town on a PostgreSQL and a Redis of their own."""
    raise_file_limit()
    folder.chmod(0o711)  # PostgreSQL runs as another user, who has to get to their own folder in it
    postgresql, redis = PostgreSQL(folder / "postgresql").start(), Redis(folder / "redis").start()
    try:
        data_dir = Path(town.data_dir)
        moved = ServerFromNothing(data_dir, **settings_of(data_dir)).flask("db-copy", postgresql.url)
        if moved.returncode:
            raise RuntimeError(moved.stdout + moved.stderr)
        settings = {**settings_of(data_dir), "DATABASE_URL": postgresql.url, "REDIS_URL": redis.url}
        workers = [ServerFromNothing(data_dir / f"worker-{number}", **settings) for number in range(WORKERS)]
        try:
            yield postgresql.url, [worker.start() for worker in workers]
        finally:
            for worker in workers:
                if worker.process is not None:
                    worker.kill()
    finally:
        redis.kill()
        postgresql.stop()


def _commits_per_second(url: str, seconds: float) -> float:
    """Count transactions of two updates and an insert, one after the other."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            """
            CREATE TABLE IF NOT EXISTS floor_boards (id int PRIMARY KEY, seq int NOT NULL);
            CREATE TABLE IF NOT EXISTS floor_cards (
                id int PRIMARY KEY, column_id int NOT NULL, rank text NOT NULL, UNIQUE (column_id, rank)
            );
            CREATE TABLE IF NOT EXISTS floor_changes (
                id serial PRIMARY KEY, seq int NOT NULL UNIQUE, record text NOT NULL
            );
            INSERT INTO floor_boards VALUES (1, 0) ON CONFLICT DO NOTHING;
            """
        )
        cards = f"SELECT n, n % 17, 'a' || n FROM generate_series(1, {CARDS}) AS n"
        connection.execute(f"INSERT INTO floor_cards {cards} ON CONFLICT DO NOTHING")
        commits, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            with connection.transaction():
                found = connection.execute(
                    "UPDATE floor_boards SET seq = seq + 1 WHERE id = 1 RETURNING seq"
                ).fetchone()
                seq = found[0] if found else 0
                place = (seq % 17, f"b{seq:09}", seq % CARDS + 1)
                connection.execute("UPDATE floor_cards SET column_id = %s, rank = %s WHERE id = %s", place)
                connection.execute("INSERT INTO floor_changes (seq, record) VALUES (%s, %s)", (seq, RECORD))
            commits += 1
        return commits / (time.perf_counter() - began)

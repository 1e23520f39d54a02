"""(d) Count moves per second with 100 listeners, one and four at a time, against bare SQLite commits.

The floor does in SQL what no move can do without (a seq, a rank, a line in the log), in a database with the
product's own settings, on the same disk, in this process: no network, no rights, no listeners.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from bench.crowd import crowd
from bench.figures import Figure, median, percentile
from bench.processes import Towns, served, sign_in

AIM_PER_SECOND = 100
AIM_P95_MS = 60  # with four in flight
CARDS = 1020
RECORD = '{"cards":{"1":{"before":{"rank":"a0","column_id":1},"after":{"rank":"a1","column_id":2}}},"columns":{}}'


def measure(towns: Towns, *, quick: bool) -> list[Figure]:
    """Answer this question."""
    sockets, seconds = (20, 1.0) if quick else (100, 6.0)
    town = towns.copy(CARDS, people=sockets)
    figures: list[Figure] = []
    with served(town) as server, crowd() as clients:
        clients.gather("real", sockets, server.url, town, sign_in(server.url))
        moves = town.moves(1000)
        clients.stream("real", moves, 1, 0.5)  # warms up
        for in_flight in (1, 4):
            floor = commits_per_second(Path(town.data_dir), seconds / 4)
            done = clients.stream("real", moves, in_flight, seconds)
            answers = [answer * 1000 for answer in done["answers"]]
            what = f"{in_flight} in flight, {sockets} listeners"
            figures += [
                Figure(
                    "throughput",
                    f"moves with {what}",
                    len(answers) / done["seconds"],
                    "/s",
                    floor,
                    better="more",
                    aim=AIM_PER_SECOND,
                ),
                Figure("throughput", f"the answer with {what}, median", median(answers), "ms"),
                Figure(
                    "throughput",
                    f"the answer with {what}, p95",
                    percentile(answers, 0.95),
                    "ms",
                    aim=AIM_P95_MS if in_flight == 4 else None,
                ),
            ]
    return figures


def commits_per_second(folder: Path, seconds: float) -> float:
    """Count transactions of two updates and an insert, one after the other."""
    connection = sqlite3.connect(folder / "floor.sqlite3", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
        connection.execute(f"PRAGMA {pragma}")
    connection.executescript(
        """
        CREATE TABLE IF NOT EXISTS boards (id INTEGER PRIMARY KEY, seq INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS cards (
            id INTEGER PRIMARY KEY, column_id INTEGER NOT NULL, rank TEXT NOT NULL, UNIQUE (column_id, rank)
        );
        CREATE TABLE IF NOT EXISTS changes (id INTEGER PRIMARY KEY, seq INTEGER NOT NULL UNIQUE, record TEXT NOT NULL);
        INSERT OR IGNORE INTO boards VALUES (1, 0);
        """
    )
    connection.executemany(
        "INSERT OR IGNORE INTO cards VALUES (?, ?, ?)", [(n, n % 17, f"a{n:05}") for n in range(1, CARDS + 1)]
    )
    commits, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        connection.execute("BEGIN IMMEDIATE")
        seq = connection.execute("UPDATE boards SET seq = seq + 1 WHERE id = 1 RETURNING seq").fetchone()[0]
        connection.execute(
            "UPDATE cards SET column_id = ?, rank = ? WHERE id = ?", (seq % 17, f"b{seq:09}", seq % CARDS + 1)
        )
        connection.execute("INSERT INTO changes (seq, record) VALUES (?, ?)", (seq, RECORD))
        connection.execute("COMMIT")
        commits += 1
    took = time.perf_counter() - began
    connection.close()
    return commits / took

"""Simulate people working on one board, wait until they are in sync, and check the history."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from tests.faults.checker import check
from tests.faults.client import Unreachable, request
from tests.faults.history import Entry, History, Row
from tests.faults.page import Page, view_of
from tests.faults.town import SLUG, Town

READING_SHARE, REPEATING_SHARE = 0.1, 0.05
SYNC_TIMEOUT_SECONDS = 120


class Crowd:
    """All clients of the board. `think_seconds`: mean pause of a writer between two commands."""

    def __init__(self, town: Town, urls: list[str], *, think_seconds: float = 0.25) -> None:
        self.town, self.urls, self.think_seconds = town, urls, think_seconds
        self.history = History(0, {})
        self.writers: list[Page] = []
        self.watchers: list[Page] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._is_stopping = False

    @property
    def pages(self) -> list[Page]:
        return [*self.writers, *self.watchers]

    async def connect(self, writers: int | None = None, watchers: int | None = None) -> Crowd:
        first = await self._board(self.urls[0])
        self.history.first_seq, self.history.first_view = first["seq"], view_of(first)
        self.writers = [self.page(f"writer-{n}", token) for n, token in enumerate(self.town.writers[:writers])]
        self.watchers = [self.page(f"watcher-{n}", token) for n, token in enumerate(self.town.watchers[:watchers])]
        for start in range(0, len(self.pages), 50):
            await asyncio.gather(*(page.open() for page in self.pages[start : start + 50]))
        await self.wait_all_live()
        return self

    def page(self, name: str, token: str, urls: list[str] | None = None) -> Page:
        return Page(name, urls or self.urls, self.town, token, self.history)

    # --- load ---

    def start_work(self) -> None:
        self._is_stopping = False
        self._tasks = [
            asyncio.create_task(self._work(page, random.Random(page.name + "works"))) for page in self.writers
        ]

    async def finish_work(self) -> None:
        """Stop after all pending commands have been answered."""
        self._is_stopping = True
        await asyncio.gather(*self._tasks)

    async def _work(self, page: Page, dice: random.Random) -> None:
        while not self._is_stopping:
            await asyncio.sleep(dice.expovariate(1 / self.think_seconds))
            if dice.random() < READING_SHARE:
                await page.read()
                continue
            operation = await page.perform(random_command(page, dice))
            if operation.done and dice.random() < REPEATING_SHARE:
                await page.send_again(operation)

    # --- observation ---

    async def wait_all_live(self) -> None:
        await self._until(lambda: all(page.is_live for page in self.pages), "not all clients are connected")

    async def head(self) -> int:
        while True:
            for url in self.urls:
                try:
                    seq: int = (await self._board(url))["seq"]
                    return seq
                except Unreachable:
                    await asyncio.sleep(0.05)

    async def wait_in_sync(self, since: float) -> float:
        """Return the seconds from `since` until all clients are live, at the head, and answered."""
        head = await self.head()
        pending = [operation for operation in self.history.operations[-200:] if not operation.status]

        def is_in_sync() -> bool:
            return all(page.is_live and page.seq >= head for page in self.pages) and all(
                operation.status for operation in pending
            )

        await self._until(is_in_sync, f"not all clients have reached {head}")
        return time.monotonic() - since

    async def _until(self, condition: Any, what: str) -> None:
        deadline = time.monotonic() + SYNC_TIMEOUT_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                late = [f"{page.name}: live {page.is_live}, at {page.seq}" for page in self.pages]
                raise TimeoutError(f"{what} after {SYNC_TIMEOUT_SECONDS} s: {late[:8]}")
            await asyncio.sleep(0.02)

    async def _board(self, url: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.town.writers[0]}"}
        status, _headers, body = await request(url, "GET", f"/api/boards/{SLUG}", headers)
        if status != 200:
            raise Unreachable(f"{status} {body[:200]!r}")
        board: dict[str, Any] = json.loads(body)
        return board

    # --- verdict ---

    async def check_history(self, database: str | Path) -> list[str]:
        """Stop the load, read the log from the database and return all violations."""
        await self.finish_work()
        await self.wait_in_sync(time.monotonic())
        self.history.final_views = {page.name: (page.seq, page.view) for page in self.pages}
        for page in self.pages:
            await page.leave()
        await asyncio.to_thread(read_log, self.history, self.town.board, database)
        return check(self.history)


def random_command(page: Page, dice: random.Random) -> dict[str, Any]:
    """Choose a command that this person could send from their page, which may be out of date."""
    cards = list(page.cards)
    column = dice.choice(page.columns)
    place: dict[str, Any] = dice.choice([{}, {"after": None}, {"after": dice.choice(cards)}]) if cards else {}
    choice = dice.random()
    if choice < 0.1 or len(cards) < 10:
        return {"type": "add_card", "column": column, "title": f"Info de {page.name} à {time.monotonic():.3f}", **place}
    card = dice.choice(cards)
    if choice < 0.7:
        return {"type": "move_card", "card": card, "column": column, **place}
    if choice < 0.92:
        version = page.cards[card][2][1]
        return {
            "type": "edit_card",
            "card": card,
            "version": version,
            "title": f"Revue par {page.name} à {time.monotonic():.3f}",
        }
    return {"type": "archive_card", "card": card}


def read_log(history: History, board: int, database: str | Path) -> None:
    """Read the log and cards from a SQLite file, which is also checked, or a PostgreSQL URL."""
    log = "SELECT seq, key, type, record FROM changes WHERE board_id = {0} AND seq > {1} ORDER BY seq"
    rows = "SELECT id, column_id, rank, title, version, archived_at FROM cards WHERE board_id = {0}"
    last = "SELECT seq FROM boards WHERE id = {0}"
    found = [list(_query(database, query.format(board, history.first_seq))) for query in (log, rows, last)]
    records = [
        (seq, key, type, json.loads(record) if isinstance(record, str) else record)
        for seq, key, type, record in found[0]
    ]
    history.log = [Entry(seq, key, type, tuple(map(int, record["cards"]))) for seq, key, type, record in records]
    history.rows = [
        Row(id, column, rank, title, version, at is not None) for id, column, rank, title, version, at in found[1]
    ]
    history.last_seq = found[2][0][0]
    if isinstance(database, Path):
        assert list(_query(database, "PRAGMA integrity_check")) == [("ok",)]


def _query(database: str | Path, query: str) -> Iterator[tuple[Any, ...]]:
    if isinstance(database, Path):
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as file:
            yield from file.execute(query).fetchall()
    else:
        with psycopg.connect(database) as connection:
            yield from connection.execute(query.encode()).fetchall()

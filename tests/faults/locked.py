"""Somebody else holds the database, on SQLite: a backup that reads for long, a program that writes for long. Then it lets go."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from tests.faults.load import Crowd
from tests.faults.page import Page
from tests.faults.report import Report
from tests.faults.services import Worker
from tests.faults.town import found_town, settings_of

TIMES = 2
# What is held, for how long, and whether people can write meanwhile. Ten seconds is how long the product waits before it says no.
HOLDS = (
    ("a backup reads", "BEGIN; SELECT count(*) FROM changes", 15, True),
    ("a program writes", "BEGIN IMMEDIATE", 5, False),
    ("a program writes for very long", "BEGIN IMMEDIATE", 15, False),
)


async def run(folder: Path, times: int, report: Report) -> None:
    town = await asyncio.to_thread(found_town, folder)
    worker = await Worker(folder, settings_of(folder)).start()
    crowd = await Crowd(town, [worker.url]).gather()
    file = folder / "flash-news.sqlite3"
    for what, statements, seconds, may_write in HOLDS * times:
        crowd.begin()
        await asyncio.sleep(1)
        before = await crowd.head()
        holding = asyncio.create_task(asyncio.to_thread(_hold, file, statements, seconds))
        await asyncio.sleep(0.3)
        readings = await _read_meanwhile(crowd.watchers[0], holding)
        let_go = time.monotonic()
        written = await crowd.head() - before
        await crowd.end()
        report.took(await crowd.in_step(let_go))
        report.require(bool(readings), f"{what}: nobody could read")
        report.require(not may_write or written > seconds, f"{what}: only {written} changes were written meanwhile")
        worst = max(readings, default=0.0)
        report.lines.append(
            f"{what} for {seconds} s: {written} changes meanwhile, {len(readings)} readings of which the slowest took {worst:.2f} s"
        )
    report.wrong += await crowd.verdict(file)
    report.tell(crowd.history)
    await worker.stop()


def _hold(file: Path, statements: str, seconds: float) -> None:
    with closing(sqlite3.connect(file, isolation_level=None, timeout=10)) as connection:
        for statement in statements.split("; "):
            connection.execute(statement).fetchall()
        time.sleep(seconds)
        connection.execute("ROLLBACK")


async def _read_meanwhile(page: Page, holding: asyncio.Task[None]) -> list[float]:
    """Seconds that each reading took."""
    took = []
    while not holding.done():
        began = time.monotonic()
        if await page.read():
            took.append(time.monotonic() - began)
        await asyncio.sleep(0.2)
    return took

"""Hold the SQLite database with a long read or a long write transaction, then release it."""

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
from tests.faults.town import create_town, settings_for

TIMES = 2
# Description, statements, seconds, and whether writes succeed meanwhile. The product waits ten seconds for the lock.
HOLDS = (
    ("a backup reads", "BEGIN; SELECT count(*) FROM changes", 15, True),
    ("a program writes", "BEGIN IMMEDIATE", 5, False),
    ("a program writes for very long", "BEGIN IMMEDIATE", 15, False),
)


async def run(folder: Path, times: int, report: Report) -> None:
    town = await asyncio.to_thread(create_town, folder)
    worker = await Worker(folder, settings_for(folder)).start()
    crowd = await Crowd(town, [worker.url]).connect()
    file = folder / "flash-news.sqlite3"
    for what, statements, seconds, may_write in HOLDS * times:
        crowd.start_work()
        await asyncio.sleep(1)
        before = await crowd.head()
        holder = asyncio.create_task(asyncio.to_thread(_hold, file, statements, seconds))
        await asyncio.sleep(0.3)
        reads = await _read_during(crowd.watchers[0], holder)
        released_at = time.monotonic()
        written = await crowd.head() - before
        await crowd.finish_work()
        report.add_recovery(await crowd.wait_in_sync(released_at))
        report.require(bool(reads), f"{what}: no read succeeded")
        report.require(not may_write or written > seconds, f"{what}: only {written} changes were written")
        worst = max(reads, default=0.0)
        report.lines.append(
            f"{what} for {seconds} s: {written} changes meanwhile, {len(reads)} reads, slowest {worst:.2f} s"
        )
    report.failures += await crowd.check_history(file)
    report.summarize(crowd.history)
    await worker.stop()


def _hold(file: Path, statements: str, seconds: float) -> None:
    with closing(sqlite3.connect(file, isolation_level=None, timeout=10)) as connection:
        for statement in statements.split("; "):
            connection.execute(statement).fetchall()
        time.sleep(seconds)
        connection.execute("ROLLBACK")


async def _read_during(page: Page, holder: asyncio.Task[None]) -> list[float]:
    """Return the duration of each read while the database is held, in seconds."""
    seconds = []
    while not holder.done():
        began = time.monotonic()
        if await page.read():
            seconds.append(time.monotonic() - began)
        await asyncio.sleep(0.2)
    return seconds

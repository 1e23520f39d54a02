"""Kill the only worker on SQLite with SIGKILL under load, repeatedly, on the same database."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

from tests.faults.load import Crowd
from tests.faults.report import Report
from tests.faults.services import Worker
from tests.faults.town import create_town, settings_for
from tests.server import Server, ServerFromNothing

TIMES = 50


async def run(folder: Path, times: int, report: Report, server: type[Server] = ServerFromNothing) -> None:
    dice = random.Random(1)
    town = await asyncio.to_thread(create_town, folder)
    worker = await Worker(folder, settings_for(folder), server).start()
    crowd = await Crowd(town, [worker.url]).connect()
    crowd.start_work()
    back: list[float] = []  # seconds until the worker answered again, each time
    for _time in range(times):
        await asyncio.sleep(0.5 + dice.random() * 1.5)
        killed = time.monotonic()
        worker.kill()
        await wait_for_disconnection(crowd)
        await worker.wait_until_ready()
        back.append(time.monotonic() - killed)
        report.add_recovery(await crowd.wait_in_sync(killed), back[-1])
    report.failures += await crowd.check_history(folder / "flash-news.sqlite3")
    report.summarize(crowd.history)
    report.require(worker.restarts == times, f"killed {times} times and begun again {worker.restarts} times")
    await worker.stop()


async def wait_for_disconnection(crowd: Crowd) -> None:
    """Wait until at least one page has noticed that its connection is closed."""
    while all(page.is_live for page in crowd.pages):
        await asyncio.sleep(0.01)

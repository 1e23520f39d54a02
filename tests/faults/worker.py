"""SIGKILL of the one worker, on SQLite, while people write: at any moment, again and again, the same town all along."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

from tests.faults.load import Crowd
from tests.faults.report import Report
from tests.faults.services import Worker
from tests.faults.town import found_town, settings_of
from tests.server import Server, ServerFromNothing

TIMES = 50


async def run(folder: Path, times: int, report: Report, server: type[Server] = ServerFromNothing) -> None:
    dice = random.Random(1)
    town = await asyncio.to_thread(found_town, folder)
    worker = await Worker(folder, settings_of(folder), server).start()
    crowd = await Crowd(town, [worker.url]).gather()
    crowd.begin()
    back: list[float] = []  # seconds until the worker answered again, each time
    for _time in range(times):
        await asyncio.sleep(0.5 + dice.random() * 1.5)
        killed = time.monotonic()
        worker.kill()
        await crowd_hears_of_it(crowd)
        await worker.answers()
        back.append(time.monotonic() - killed)
        report.took(await crowd.in_step(killed), back[-1])
    report.wrong += await crowd.verdict(folder / "flash-news.sqlite3")
    report.tell(crowd.history)
    report.require(worker.restarts == times, f"killed {times} times and begun again {worker.restarts} times")
    await worker.stop()


async def crowd_hears_of_it(crowd: Crowd) -> None:
    """The connections break at once; until they have, everybody seems to be there."""
    while all(page.is_live for page in crowd.pages):
        await asyncio.sleep(0.01)

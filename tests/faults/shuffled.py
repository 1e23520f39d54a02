"""Everything comes twice, late and in the wrong order, both ways, through a proxy that mixes up the frames of live connections."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

from tests.faults.load import Crowd
from tests.faults.proxies import Shuffler
from tests.faults.report import Report
from tests.faults.services import Worker
from tests.faults.town import found_town, settings_of
from tests.server import Server, ServerFromNothing

TIMES = 60  # seconds


async def run(folder: Path, seconds: int, report: Report, server: type[Server] = ServerFromNothing) -> None:
    town = await asyncio.to_thread(found_town, folder)
    worker = await Worker(folder, settings_of(folder), server).start()
    shuffler = await Shuffler(worker.url, random.Random(5)).start()
    crowd = await Crowd(town, [shuffler.url]).gather()
    crowd.begin()
    await asyncio.sleep(seconds)
    report.took(await crowd.in_step(time.monotonic()))
    report.wrong += await crowd.verdict(folder / "flash-news.sqlite3")
    report.tell(crowd.history)
    report.lines.append(f"{shuffler.repeated:,} frames came twice, {shuffler.delayed:,} late")
    report.require(shuffler.repeated > 0 and shuffler.delayed > 0, "nothing was mixed up")
    await worker.stop()

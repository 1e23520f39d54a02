"""SIGKILL of one of two workers on PostgreSQL and Redis, by turns, while people write at both: its pages go to the other."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

from tests.faults.large import large_town
from tests.faults.report import Report
from tests.faults.worker import crowd_hears_of_it

TIMES = 50


async def run(folder: Path, times: int, report: Report) -> None:
    dice = random.Random(2)
    async with large_town(folder) as large:
        large.crowd.begin()
        for turn in range(times):
            await asyncio.sleep(0.5 + dice.random() * 1.5)
            worker = large.workers[turn % len(large.workers)]
            killed = time.monotonic()
            worker.kill()
            if any(page.url == worker.url for page in large.crowd.pages):
                await crowd_hears_of_it(large.crowd)
            report.took(await large.crowd.in_step(killed))
            await worker.answers()
        await large.verdict(report)

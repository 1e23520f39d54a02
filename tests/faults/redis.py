"""SIGKILL of Redis while people write at two workers; it is begun again two seconds later, and has forgotten everything."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

from tests.faults.large import large_town
from tests.faults.report import Report

TIMES = 50
AWAY_SECONDS = 2


async def run(folder: Path, times: int, report: Report) -> None:
    dice = random.Random(4)
    async with large_town(folder) as large:
        large.crowd.begin()
        for turn in range(times):
            await asyncio.sleep(0.5 + dice.random() * 1.5)
            killed = time.monotonic()
            large.redis.kill()
            if turn % 2:  # every other time it stays away until all have come to what was written without it
                await asyncio.sleep(AWAY_SECONDS / 2)
                report.took(await large.crowd.in_step(killed))
            await asyncio.sleep(AWAY_SECONDS)
            large.redis.start()
            back = time.monotonic() - killed
            if not turn % 2:
                report.took(await large.crowd.in_step(killed), back)
        await large.verdict(report)
        report.require(all(worker.restarts == 0 for worker in large.workers), "a worker ended because Redis did")

"""Kill Redis with SIGKILL while two workers write; restart it, empty, some seconds later."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

from tests.faults.large_town import large_town
from tests.faults.report import Report

TIMES = 50
AWAY_SECONDS = 2


async def run(folder: Path, times: int, report: Report) -> None:
    dice = random.Random(4)
    async with large_town(folder) as large:
        large.crowd.start_work()
        for turn in range(times):
            await asyncio.sleep(0.5 + dice.random() * 1.5)
            killed = time.monotonic()
            large.redis.kill()
            if turn % 2:  # every other time, wait for sync before restarting it
                await asyncio.sleep(AWAY_SECONDS / 2)
                report.add_recovery(await large.crowd.wait_in_sync(killed))
            await asyncio.sleep(AWAY_SECONDS)
            large.redis.start()
            restart_seconds = time.monotonic() - killed
            if not turn % 2:
                report.add_recovery(await large.crowd.wait_in_sync(killed), restart_seconds)
        await large.check_history(report)
        report.require(all(worker.restarts == 0 for worker in large.workers), "a worker exited because Redis did")

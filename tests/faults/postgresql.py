"""Kill all PostgreSQL processes with SIGKILL while two workers write; restart them a second later."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

from tests.faults.large_town import large_town
from tests.faults.report import Report

TIMES = 50
AWAY_SECONDS = 1


async def run(folder: Path, times: int, report: Report) -> None:
    dice = random.Random(3)
    async with large_town(folder) as large:
        large.crowd.start_work()
        for _time in range(times):
            await asyncio.sleep(0.5 + dice.random() * 1.5)
            killed = time.monotonic()
            await asyncio.to_thread(large.postgresql.kill)
            await asyncio.sleep(AWAY_SECONDS)
            await asyncio.to_thread(large.postgresql.start)
            restart_seconds = time.monotonic() - killed
            report.add_recovery(await large.crowd.wait_in_sync(killed), restart_seconds)
        await large.check_history(report)
        report.require(all(worker.restarts == 0 for worker in large.workers), "a worker exited because PostgreSQL did")

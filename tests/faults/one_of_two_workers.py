"""Kill alternating workers with SIGKILL under load; their pages fail over to the other worker."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

from tests.faults.large_town import large_town
from tests.faults.report import Report
from tests.faults.worker import wait_for_disconnection

TIMES = 50


async def run(folder: Path, times: int, report: Report) -> None:
    dice = random.Random(2)
    async with large_town(folder) as large:
        large.crowd.start_work()
        for turn in range(times):
            await asyncio.sleep(0.5 + dice.random() * 1.5)
            worker = large.workers[turn % len(large.workers)]
            killed = time.monotonic()
            worker.kill()
            if any(page.url == worker.url for page in large.crowd.pages):
                await wait_for_disconnection(large.crowd)
            report.add_recovery(await large.crowd.wait_in_sync(killed))
            await worker.wait_until_ready()
        await large.check_history(report)

"""Half of what two workers tell each other through Redis is lost: the log is what they go by, and it loses nothing."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

from tests.faults.large import large_town
from tests.faults.proxies import Forgetful
from tests.faults.report import Report
from tests.faults.services import Redis

TIMES = 20
WORK_SECONDS = 2


async def run(folder: Path, times: int, report: Report) -> None:
    redis = Redis(folder / "redis-behind")
    redis.start()
    between = await Forgetful(redis.url, random.Random(6)).start()
    try:
        async with large_town(folder, redis_url=f"{between.url}/0") as large:
            for _time in range(times):
                large.crowd.begin()
                await asyncio.sleep(WORK_SECONDS)
                await large.crowd.end()  # with nobody writing, no later message makes up for one that was lost
                report.took(await large.crowd.in_step(time.monotonic()))
            await large.verdict(report)
    finally:
        redis.kill()
    report.lines.append(f"{between.lost:,} messages of Redis were lost, {between.passed:,} came through")
    report.require(between.lost > 0, "no message was lost")

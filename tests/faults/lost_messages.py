"""Drop half of the Redis messages proxy two workers; the change log makes up for them."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

from tests.faults.large_town import large_town
from tests.faults.proxies import LossyProxy
from tests.faults.report import Report
from tests.faults.services import Redis

TIMES = 20
WORK_SECONDS = 2


async def run(folder: Path, times: int, report: Report) -> None:
    redis = Redis(folder / "redis-behind")
    redis.start()
    proxy = await LossyProxy(redis.url, random.Random(6)).start()
    try:
        async with large_town(folder, redis_url=f"{proxy.url}/0") as large:
            for _time in range(times):
                large.crowd.start_work()
                await asyncio.sleep(WORK_SECONDS)
                await large.crowd.finish_work()  # without further writes, no later message replaces a lost one
                report.add_recovery(await large.crowd.wait_in_sync(time.monotonic()))
            await large.check_history(report)
    finally:
        redis.kill()
    report.lines.append(f"{proxy.dropped:,} Redis messages were dropped, {proxy.forwarded:,} forwarded")
    report.require(proxy.dropped > 0, "no message was dropped")

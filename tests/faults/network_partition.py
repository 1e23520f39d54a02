"""Cut some clients off for a minute without closing connections, while everybody keeps writing."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from tests.faults.load import Crowd
from tests.faults.proxies import Proxy
from tests.faults.report import Report
from tests.faults.services import Worker
from tests.faults.town import create_town, settings_for

TIMES = 1
PARTITION_SECONDS = 60


async def run(folder: Path, times: int, report: Report) -> None:
    town = await asyncio.to_thread(create_town, folder)
    worker = await Worker(folder, settings_for(folder)).start()
    proxy = await Proxy(worker.url).start()
    crowd = await Crowd(town, [worker.url], think_seconds=0.5).connect()
    remote = [
        await crowd.page(f"remote-{n}", token, [proxy.url]).open()
        for n, token in enumerate([*town.writers[:2], *town.watchers[:2]])
    ]
    crowd.writers += remote[:2]
    crowd.watchers += remote[2:]
    await crowd.wait_all_live()
    crowd.start_work()
    for _time in range(times):
        await asyncio.sleep(3)
        proxy.block()
        await asyncio.sleep(PARTITION_SECONDS)
        pending = [
            one
            for one in crowd.history.operations
            if one.client.startswith("remote") and not one.is_read and not one.status
        ]
        report.require(bool(pending), "no client behind the partition was waiting for a response")
        missed = await crowd.head() - min(page.seq for page in remote)
        proxy.unblock()
        restored = time.monotonic()
        report.add_recovery(await crowd.wait_in_sync(restored))
        report.lines.append(
            f"after {PARTITION_SECONDS} s {missed} changes had been missed, {len(pending)} commands were pending"
        )
    report.failures += await crowd.check_history(folder / "flash-news.sqlite3")
    report.summarize(crowd.history)
    await worker.stop()

"""Some are cut off for a minute, without a word to either end, while they and the others go on writing; then the line is back."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from tests.faults.load import Crowd
from tests.faults.proxies import Proxy
from tests.faults.report import Report
from tests.faults.services import Worker
from tests.faults.town import found_town, settings_of

TIMES = 1
CUT_OFF_SECONDS = 60


async def run(folder: Path, times: int, report: Report) -> None:
    town = await asyncio.to_thread(found_town, folder)
    worker = await Worker(folder, settings_of(folder)).start()
    line = await Proxy(worker.url).start()
    crowd = await Crowd(town, [worker.url], think_seconds=0.5).gather()
    far = [
        await crowd.page(f"far-{n}", token, [line.url]).open()
        for n, token in enumerate([*town.writers[:2], *town.watchers[:2]])
    ]
    crowd.writers += far[:2]
    crowd.watchers += far[2:]
    await crowd.all_live()
    crowd.begin()
    for _time in range(times):
        await asyncio.sleep(3)
        line.silence()
        await asyncio.sleep(CUT_OFF_SECONDS)
        asked = [
            one for one in crowd.history.operations if one.client.startswith("far") and not one.reads and not one.status
        ]
        report.require(bool(asked), "nobody who was cut off was waiting for an answer")
        behind = await crowd.head() - min(page.seq for page in far)
        line.pass_on()
        back = time.monotonic()
        report.took(await crowd.in_step(back))
        report.lines.append(
            f"after {CUT_OFF_SECONDS} s {behind} changes had been missed, {len(asked)} commands waited for their answer"
        )
    report.wrong += await crowd.verdict(folder / "flash-news.sqlite3")
    report.tell(crowd.history)
    await worker.stop()

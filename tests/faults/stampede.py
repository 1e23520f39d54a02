"""A thousand pages lose their worker at once and come back at once, while others sign in."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from tests.faults.load import Crowd
from tests.faults.report import Report
from tests.faults.services import Worker
from tests.faults.signing_in import sign_in
from tests.faults.town import found_town, settings_of
from tests.faults.worker import crowd_hears_of_it

TIMES = 3
PAGES = 1000
WITHIN_SECONDS = 20.0
SIGN_INS, SIGN_IN_SECONDS = 20, 1.0


async def run(folder: Path, times: int, report: Report) -> None:
    report.within = WITHIN_SECONDS
    town = await asyncio.to_thread(found_town, folder, watchers=PAGES)
    worker = await Worker(folder, settings_of(folder)).start()
    crowd = await Crowd(town, [worker.url], think_seconds=1).gather()
    crowd.begin()
    signed_in: list[float] = []
    for _time in range(times):
        await asyncio.sleep(3)
        killed = time.monotonic()
        worker.kill()
        await crowd_hears_of_it(crowd)
        await worker.answers()
        back = time.monotonic() - killed
        signing_in = asyncio.create_task(_sign_in(worker.url))
        report.took(await crowd.in_step(killed), back)
        signed_in += await signing_in
    p95 = sorted(signed_in)[int(len(signed_in) * 0.95)]
    report.lines.append(
        f"{PAGES:,} pages; {len(signed_in)} sign-ins meanwhile, p95 {p95:.2f} s, {max(signed_in):.2f} s at most"
    )
    report.require(p95 < SIGN_IN_SECONDS, f"signing in took {p95:.2f} s (p95)")
    report.wrong += await crowd.verdict(folder / "flash-news.sqlite3")
    report.tell(crowd.history)
    await worker.stop()


async def _sign_in(url: str) -> list[float]:
    """One after the other, from the moment the worker answers."""
    took = []
    for number in range(SIGN_INS):
        browser = await asyncio.to_thread(sign_in, url, f"writer-{number % 6}@faults.example")
        took.append(browser.seconds)
    return took

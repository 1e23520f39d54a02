"""Disconnect a thousand pages at once; they reconnect while other people sign in."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from tests.faults.load import Crowd
from tests.faults.report import Report
from tests.faults.services import Worker
from tests.faults.sign_in import sign_in
from tests.faults.town import create_town, settings_for
from tests.faults.worker import wait_for_disconnection

TIMES = 3
PAGES = 1000
WITHIN_SECONDS = 20.0
SIGN_INS, SIGN_IN_SECONDS = 20, 1.0


async def run(folder: Path, times: int, report: Report) -> None:
    report.within = WITHIN_SECONDS
    town = await asyncio.to_thread(create_town, folder, watchers=PAGES)
    worker = await Worker(folder, settings_for(folder)).start()
    crowd = await Crowd(town, [worker.url], think_seconds=1).connect()
    crowd.start_work()
    sign_in_seconds: list[float] = []
    for _time in range(times):
        await asyncio.sleep(3)
        killed = time.monotonic()
        worker.kill()
        await wait_for_disconnection(crowd)
        await worker.wait_until_ready()
        restart_seconds = time.monotonic() - killed
        sign_ins = asyncio.create_task(_sign_in(worker.url))
        report.add_recovery(await crowd.wait_in_sync(killed), restart_seconds)
        sign_in_seconds += await sign_ins
    p95 = sorted(sign_in_seconds)[int(len(sign_in_seconds) * 0.95)]
    report.lines.append(
        f"{PAGES:,} pages; {len(sign_in_seconds)} sign-ins, p95 {p95:.2f} s, maximum {max(sign_in_seconds):.2f} s"
    )
    report.require(p95 < SIGN_IN_SECONDS, f"signing in took {p95:.2f} s (p95)")
    report.failures += await crowd.check_history(folder / "flash-news.sqlite3")
    report.summarize(crowd.history)
    await worker.stop()


async def _sign_in(url: str) -> list[float]:
    """Sign in repeatedly, one after the other, and return the durations in seconds."""
    seconds = []
    for number in range(SIGN_INS):
        browser = await asyncio.to_thread(sign_in, url, f"writer-{number % 6}@faults.example")
        seconds.append(browser.seconds)
    return seconds

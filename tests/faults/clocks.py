"""Two workers whose clocks are a day apart, on one PostgreSQL: who is signed in, what is written and in which order must not depend on them."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from functools import partial
from pathlib import Path

from boards.database import system_clock
from tests.clock import ServerClock
from tests.faults.large import large_town
from tests.faults.report import Report
from tests.faults.signing_in import sign_in
from tests.server import Server

TIMES = 60  # seconds


async def run(folder: Path, seconds: int, report: Report) -> None:
    clock = ServerClock(folder / "clock")
    clock.set(system_clock() + timedelta(days=1))
    on_time_and_ahead = (Server, partial(_ahead, clock))
    async with large_town(folder, servers=on_time_and_ahead) as large:
        large.crowd.begin()
        await asyncio.sleep(seconds / 2)
        here, there = (worker.url for worker in large.workers)
        for first, second in ((here, there), (there, here)):
            browser = await asyncio.to_thread(sign_in, first, "writer-1@faults.example")
            report.require(browser.is_signed_in(second), "a sign-in at one worker was not known to the other")
        await asyncio.sleep(seconds / 2)
        report.took(await large.crowd.in_step(time.monotonic()))
        await large.verdict(report)


def _ahead(clock: ServerClock, folder: Path, **settings: str) -> Server:
    return Server(folder, clock, **settings)

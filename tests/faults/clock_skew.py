"""Run two workers whose clocks differ by a day; sessions and write order must not be affected."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from functools import partial
from pathlib import Path

from boards.database import system_clock
from tests.clock import ServerClock
from tests.faults.large_town import large_town
from tests.faults.report import Report
from tests.faults.sign_in import sign_in
from tests.server import Server

TIMES = 60  # seconds


async def run(folder: Path, seconds: int, report: Report) -> None:
    clock = ServerClock(folder / "clock")
    clock.set(system_clock() + timedelta(days=1))
    servers = (Server, partial(_server_ahead, clock))
    async with large_town(folder, servers=servers) as large:
        large.crowd.start_work()
        await asyncio.sleep(seconds / 2)
        first_url, second_url = (worker.url for worker in large.workers)
        for first, second in ((first_url, second_url), (second_url, first_url)):
            browser = await asyncio.to_thread(sign_in, first, "writer-1@faults.example")
            report.require(browser.is_signed_in(second), "a session created on one worker was not valid on the other")
        await asyncio.sleep(seconds / 2)
        report.add_recovery(await large.crowd.wait_in_sync(time.monotonic()))
        await large.check_history(report)


def _server_ahead(clock: ServerClock, folder: Path, **settings: str) -> Server:
    return Server(folder, clock, **settings)

"""Repeat, delay and reorder frames of live connections in both directions with a proxy."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

from tests.faults.load import Crowd
from tests.faults.proxies import ReorderingProxy
from tests.faults.report import Report
from tests.faults.services import Worker
from tests.faults.town import create_town, settings_for
from tests.server import Server, ServerFromNothing

TIMES = 60  # seconds


async def run(folder: Path, seconds: int, report: Report, server: type[Server] = ServerFromNothing) -> None:
    town = await asyncio.to_thread(create_town, folder)
    worker = await Worker(folder, settings_for(folder), server).start()
    proxy = await ReorderingProxy(worker.url, random.Random(5)).start()
    crowd = await Crowd(town, [proxy.url]).connect()
    crowd.start_work()
    await asyncio.sleep(seconds)
    report.add_recovery(await crowd.wait_in_sync(time.monotonic()))
    report.failures += await crowd.check_history(folder / "flash-news.sqlite3")
    report.summarize(crowd.history)
    report.lines.append(f"{proxy.repeated:,} frames repeated, {proxy.delayed:,} delayed")
    report.require(proxy.repeated > 0 and proxy.delayed > 0, "no frame was repeated or delayed")
    await worker.stop()

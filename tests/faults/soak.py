"""Half an hour of moderate work with people who come and go: does memory grow, are descriptors left open, and is the history still right?"""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

import psutil

from tests.faults.load import Crowd
from tests.faults.page import Page
from tests.faults.report import Report
from tests.faults.services import Worker
from tests.faults.town import found_town, settings_of

TIMES = 30  # minutes
SAMPLE_SECONDS = 10
STAY_SECONDS = 20  # on average, of those who come and go
PASSERS_BY = 20
WARM_UP_SHARE = 0.2  # caches fill first: the slope is that of the rest
MOST_MIB_AN_HOUR = 12


async def run(folder: Path, minutes: int, report: Report) -> None:
    town = await asyncio.to_thread(found_town, folder, watchers=30)
    worker = await Worker(folder, settings_of(folder)).start()
    crowd = await Crowd(town, [worker.url], think_seconds=0.5).gather(watchers=10)
    crowd.begin()
    stop = time.monotonic() + 60 * minutes
    passing = [asyncio.create_task(_come_and_go(crowd, n, stop)) for n in range(PASSERS_BY)]
    samples = await _watch(psutil.Process(worker.pid), stop)
    visits = sum(await asyncio.gather(*passing))
    report.wrong += await crowd.verdict(folder / "flash-news.sqlite3")
    report.tell(crowd.history)
    settled = samples[int(len(samples) * WARM_UP_SHARE) :]
    growth = slope([(at, mib) for at, mib, _files in settled]) * 3600
    files = [files for _at, _mib, files in settled]
    report.lines += [
        f"{minutes} minutes, {visits:,} visits of people who came and went",
        f"memory {samples[0][1]:.0f} MiB at first, {settled[0][1]:.0f} once warm, {samples[-1][1]:.0f} in the end, "
        f"{max(mib for _at, mib, _files in samples):.0f} at most; slope once warm {growth:+.1f} MiB an hour",
        f"open descriptors {files[0]} once warm, {files[-1]} in the end, from {min(files)} to {max(files)}",
    ]
    report.require(growth < MOST_MIB_AN_HOUR, f"memory grows by {growth:.1f} MiB an hour")
    report.require(files[-1] <= files[0] + PASSERS_BY, f"descriptors grew from {files[0]} to {files[-1]}")
    report.require(worker.restarts == 0, "the worker ended")
    await worker.stop()


async def _come_and_go(crowd: Crowd, number: int, stop: float) -> int:
    """Opens the board, stays for a while, goes without a word, comes again. Returns how often."""
    dice, visits = random.Random(number), 0
    while time.monotonic() < stop:
        token = crowd.town.watchers[10 + number]
        page: Page = await crowd.page(f"passer-by-{number}-{visits}", token).open()
        await asyncio.sleep(dice.expovariate(1 / STAY_SECONDS))
        await page.leave()
        visits += 1
    return visits


async def _watch(process: psutil.Process, stop: float) -> list[tuple[float, float, int]]:
    """(seconds, resident MiB, open descriptors), every so often."""
    samples, began = [], time.monotonic()
    while time.monotonic() < stop:
        with process.oneshot():
            samples.append((time.monotonic() - began, process.memory_info().rss / 2**20, process.num_fds()))
        await asyncio.sleep(SAMPLE_SECONDS)
    return samples


def slope(points: list[tuple[float, float]]) -> float:
    """Of the straight line nearest to the points."""
    middle_x, middle_y = (sum(axis) / len(points) for axis in zip(*points, strict=True))
    spread = sum((x - middle_x) ** 2 for x, _y in points)
    return sum((x - middle_x) * (y - middle_y) for x, y in points) / spread if spread else 0.0

"""Run moderate load with visitors for half an hour; check memory, descriptors and the history."""

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
from tests.faults.town import create_town, settings_for

TIMES = 30  # minutes
SAMPLE_SECONDS = 10
STAY_SECONDS = 20  # mean length of a visit
VISITORS = 20
WARM_UP_SHARE = 0.2  # caches fill first; the slope is measured afterwards
MAX_GROWTH_MIB_PER_HOUR = 12


async def run(folder: Path, minutes: int, report: Report) -> None:
    town = await asyncio.to_thread(create_town, folder, watchers=30)
    worker = await Worker(folder, settings_for(folder)).start()
    crowd = await Crowd(town, [worker.url], think_seconds=0.5).connect(watchers=10)
    crowd.start_work()
    stop = time.monotonic() + 60 * minutes
    visitors = [asyncio.create_task(_visit_repeatedly(crowd, n, stop)) for n in range(VISITORS)]
    samples = await _sample(psutil.Process(worker.pid), stop)
    visits = sum(await asyncio.gather(*visitors))
    report.failures += await crowd.check_history(folder / "flash-news.sqlite3")
    report.summarize(crowd.history)
    settled = samples[int(len(samples) * WARM_UP_SHARE) :]
    growth = slope([(at, mib) for at, mib, _files in settled]) * 3600
    files = [files for _at, _mib, files in settled]
    report.lines += [
        f"{minutes} minutes, {visits:,} visits",
        f"memory {samples[0][1]:.0f} MiB at the start, {settled[0][1]:.0f} once warm, {samples[-1][1]:.0f} at the end, "
        f"{max(mib for _at, mib, _files in samples):.0f} at most; slope once warm {growth:+.1f} MiB an hour",
        f"open descriptors {files[0]} once warm, {files[-1]} at the end, from {min(files)} to {max(files)}",
    ]
    report.require(growth < MAX_GROWTH_MIB_PER_HOUR, f"memory grows by {growth:.1f} MiB an hour")
    report.require(files[-1] <= files[0] + VISITORS, f"descriptors grew from {files[0]} to {files[-1]}")
    report.require(worker.restarts == 0, "the worker exited")
    await worker.stop()


async def _visit_repeatedly(crowd: Crowd, number: int, stop: float) -> int:
    """Open the board, stay, leave without closing, and return; count the visits."""
    dice, visits = random.Random(number), 0
    while time.monotonic() < stop:
        token = crowd.town.watchers[10 + number]
        page: Page = await crowd.page(f"visitor-{number}-{visits}", token).open()
        await asyncio.sleep(dice.expovariate(1 / STAY_SECONDS))
        await page.leave()
        visits += 1
    return visits


async def _sample(process: psutil.Process, stop: float) -> list[tuple[float, float, int]]:
    """Sample (seconds, resident MiB, open descriptors) periodically."""
    samples, began = [], time.monotonic()
    while time.monotonic() < stop:
        with process.oneshot():
            samples.append((time.monotonic() - began, process.memory_info().rss / 2**20, process.num_fds()))
        await asyncio.sleep(SAMPLE_SECONDS)
    return samples


def slope(points: list[tuple[float, float]]) -> float:
    """Compute the slope of the least-squares line through the points."""
    middle_x, middle_y = (sum(axis) / len(points) for axis in zip(*points, strict=True))
    spread = sum((x - middle_x) ** 2 for x, _y in points)
    return sum((x - middle_x) * (y - middle_y) for x, y in points) / spread if spread else 0.0

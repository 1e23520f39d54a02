"""The disk is full while people write, on SQLite: reading goes on, writing says so, and all is well by itself once there is room again.

The disk is a small one in memory (tmpfs), so mounting must be allowed: run it as root.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
from io import FileIO
from pathlib import Path

from tests.faults.load import Crowd
from tests.faults.report import Report
from tests.faults.services import Worker
from tests.faults.town import SLUG, found_town, settings_of
from tests.faults.wire import Away, request

TIMES = 10
FULL_SECONDS = 4
SIZE = "24m"


async def run(folder: Path, times: int, report: Report) -> None:
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk)], check=True)
    try:
        await _fill_and_empty(disk, times, report)
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


async def _fill_and_empty(disk: Path, times: int, report: Report) -> None:
    town = await asyncio.to_thread(found_town, disk)
    worker = await Worker(disk, settings_of(disk)).start()
    crowd = await Crowd(town, [worker.url]).gather()
    refused = read = 0
    for _time in range(times):
        crowd.begin()
        await asyncio.sleep(1)
        await asyncio.to_thread(_fill, disk)
        deadline = time.monotonic() + FULL_SECONDS
        while time.monotonic() < deadline:
            headers = {"Authorization": f"Bearer {town.writers[0]}", "Content-Type": "application/json"}
            command = f'{{"type": "add_card", "column": {town.columns[0]}, "title": "Trop", "key": "{time.monotonic()}"}}'.encode()
            status, _headers, _body = await request(worker.url, "POST", f"/boards/{SLUG}/commands", headers, command)
            report.require(status == 503, f"writing on a full disk was answered with {status}")
            refused += status == 503
            for path in (f"/api/boards/{SLUG}", f"/boards/{SLUG}"):
                try:
                    status, _headers, _body = await request(worker.url, "GET", path, headers, seconds=5)
                except Away as away:
                    report.wrong.append(f"reading {path} on a full disk: {away}")
                else:
                    report.require(status == 200, f"reading {path} on a full disk was answered with {status}")
                    read += status == 200
            await asyncio.sleep(0.2)
        (disk / "filler").unlink()
        room = time.monotonic()
        await crowd.end()  # what could not be written waits with those who wrote it, and is written now
        report.took(await crowd.in_step(room))
    report.wrong += await crowd.verdict(disk / "flash-news.sqlite3")
    report.tell(crowd.history)
    report.lines.append(f"on the full disk {read} readings were answered, {refused} commands sent back with 503")
    report.require(worker.restarts == 0, "the worker ended because the disk was full")
    await worker.stop()


def _fill(disk: Path) -> None:
    """To the last byte. What the database has set aside in its log is given back before that, or it would write on for a while."""
    with (disk / "filler").open("wb", buffering=0) as filler:
        _write_until_full(filler, leaving=2**20)
        with (
            closing(sqlite3.connect(disk / "flash-news.sqlite3", timeout=5)) as file,
            suppress(sqlite3.OperationalError),
        ):
            file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        _write_until_full(filler)


def _write_until_full(filler: FileIO, leaving: int = 0) -> None:
    for size in (2**16, 2**12, 1):
        with suppress(OSError):
            while shutil.disk_usage(filler.name).free > leaving or not leaving:
                filler.write(b"x" * size)

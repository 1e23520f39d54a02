"""Fill the disk under SQLite: reads must work, writes must fail with 503 and recover on their own.

The disk is a tmpfs, so the program needs root to mount it.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
from io import FileIO
from pathlib import Path

from tests.faults.client import Unreachable, request
from tests.faults.load import Crowd
from tests.faults.report import Report
from tests.faults.services import Worker
from tests.faults.town import SLUG, create_town, settings_for

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
    town = await asyncio.to_thread(create_town, disk)
    worker = await Worker(disk, settings_for(disk)).start()
    crowd = await Crowd(town, [worker.url]).connect()
    refused = read = 0
    for _time in range(times):
        crowd.start_work()
        await asyncio.sleep(1)
        await asyncio.to_thread(_fill, disk)
        deadline = time.monotonic() + FULL_SECONDS
        while time.monotonic() < deadline:
            headers = {"Authorization": f"Bearer {town.writers[0]}", "Content-Type": "application/json"}
            command = {"type": "add_card", "column": town.columns[0], "title": "Trop", "key": str(time.monotonic())}
            body = json.dumps(command).encode()
            status, _headers, _body = await request(worker.url, "POST", f"/boards/{SLUG}/commands", headers, body)
            report.require(status == 503, f"a write on the full disk was answered with {status}")
            refused += status == 503
            for path in (f"/api/boards/{SLUG}", f"/boards/{SLUG}"):
                try:
                    status, _headers, _body = await request(worker.url, "GET", path, headers, seconds=5)
                except Unreachable as error:
                    report.failures.append(f"reading {path} on the full disk: {error}")
                else:
                    report.require(status == 200, f"reading {path} on the full disk was answered with {status}")
                    read += status == 200
            await asyncio.sleep(0.2)
        (disk / "filler").unlink()
        freed_at = time.monotonic()
        await crowd.finish_work()  # pending commands are sent again and succeed
        report.add_recovery(await crowd.wait_in_sync(freed_at))
    report.failures += await crowd.check_history(disk / "flash-news.sqlite3")
    report.summarize(crowd.history)
    report.lines.append(f"on the full disk {read} reads were answered, {refused} commands rejected with 503")
    report.require(worker.restarts == 0, "the worker exited because the disk was full")
    await worker.stop()


def _fill(disk: Path) -> None:
    """Fill the disk to the last byte, after truncating the WAL so that SQLite has no reserved space."""
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

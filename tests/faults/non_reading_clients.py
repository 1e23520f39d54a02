"""Open connections that never read: other clients and the server's memory must not suffer."""

from __future__ import annotations

import asyncio
import json
import select
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from app.live.transport.websocket import STUCK_SECONDS
from bench.frames import masked_frame
from bench.listeners import handshake
from tests.faults.load import Crowd
from tests.faults.report import Report
from tests.faults.services import Worker
from tests.faults.town import Town, create_town, settings_for

TIMES = 20  # clients that do not read
EDITS = 300
BODY = "<p>" + "Texte long. " * 3000 + "</p>"
MAX_GROWTH_MIB = 60


async def run(folder: Path, count: int, report: Report) -> None:
    town = await asyncio.to_thread(create_town, folder, watchers=count + 5)
    worker = await Worker(folder, settings_for(folder)).start()
    crowd = await Crowd(town, [worker.url]).connect(watchers=5)
    process = psutil.Process(worker.pid)
    alone, before = await _edit(crowd, EDITS // 3), process.memory_info().rss
    sockets = await asyncio.to_thread(
        lambda: [_connect_without_reading(town, worker.url, town.watchers[5 + n]) for n in range(count)]
    )
    with_them = await _edit(crowd, EDITS)
    grown = (process.memory_info().rss - before) / 2**20
    dropped = await asyncio.to_thread(_count_dropped, sockets)
    report.add_recovery(await crowd.wait_in_sync(time.monotonic()))
    report.failures += await crowd.check_history(folder / "flash-news.sqlite3")
    report.lines += [
        f"{count} clients never read: {dropped} were disconnected; the server grew by {grown:.0f} MiB",
        f"delivery of an edit to the last reading client: {alone * 1000:.0f} ms (p95) without them, "
        f"{with_them * 1000:.0f} ms with them",
    ]
    report.require(dropped == count, f"{count - dropped} clients that do not read stayed connected")
    report.require(grown < MAX_GROWTH_MIB, f"the server grew by {grown:.0f} MiB")
    await worker.stop()


async def _edit(crowd: Crowd, edits: int) -> float:
    """Edit one card repeatedly; return the p95 of the seconds until all reading clients have it."""
    writer, card, seconds = crowd.writers[0], next(iter(crowd.writers[0].cards)), []
    for number in range(edits):
        version = writer.cards[card][2][1]
        began = time.monotonic()
        operation = await writer.perform(
            {"type": "edit_card", "card": card, "version": version, "title": f"Revue {number}", "body": BODY}
        )
        while operation.done and not all(page.seq >= operation.seqs[0] for page in crowd.pages):
            await asyncio.sleep(0.001)
        seconds.append(time.monotonic() - began)
    return sorted(seconds)[int(len(seconds) * 0.95)]


def _connect_without_reading(town: Town, url: str, token: str) -> socket.socket:
    """Open a live connection that joins the board and then stops reading."""
    where = urlsplit(url)
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect((where.hostname, where.port))
    client.sendall(handshake(url, {"Authorization": f"Bearer {token}"}))
    client.settimeout(10)
    received = b""
    while b"\r\n\r\n" not in received:
        received += client.recv(4096)
    client.sendall(
        masked_frame(b"40") + masked_frame(b"421" + json.dumps(["join", {"board": town.board, "after": -1}]).encode())
    )
    while b'"resync"' not in received:
        received += client.recv(4096)
    return client


def _count_dropped(sockets: list[socket.socket]) -> int:
    """Count the connections that the server closes, without reading from them."""
    poller = select.poll()
    for one in sockets:
        poller.register(one, 0)  # errors and hang-ups are always reported
    deadline, closed = time.monotonic() + STUCK_SECONDS + 5, 0
    while closed < len(sockets) and (left := deadline - time.monotonic()) > 0:
        for number, _event in poller.poll(left * 1000):
            poller.unregister(number)
            closed += 1
    for one in sockets:
        one.close()
    return closed

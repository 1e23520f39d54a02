"""Some open the board and never read what they are sent, while much happens: the others notice nothing, and the server does not keep it all for them."""

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
from tests.faults.town import Town, found_town, settings_of

TIMES = 20  # who do not read
EDITS = 300
BODY = "<p>" + "Texte long. " * 3000 + "</p>"
MOST_MIB = 60


async def run(folder: Path, deaf: int, report: Report) -> None:
    town = await asyncio.to_thread(found_town, folder, watchers=deaf + 5)
    worker = await Worker(folder, settings_of(folder)).start()
    crowd = await Crowd(town, [worker.url]).gather(watchers=5)
    process = psutil.Process(worker.pid)
    alone, before = await _edit(crowd, EDITS // 3), process.memory_info().rss
    sockets = await asyncio.to_thread(lambda: [_deaf(town, worker.url, town.watchers[5 + n]) for n in range(deaf)])
    among_deaf = await _edit(crowd, EDITS)
    grown = (process.memory_info().rss - before) / 2**20
    dropped = await asyncio.to_thread(_dropped, sockets)
    report.took(await crowd.in_step(time.monotonic()))
    report.wrong += await crowd.verdict(folder / "flash-news.sqlite3")
    report.lines += [
        f"{deaf} never read: {dropped} of them dropped; the server grew by {grown:.0f} MiB",
        f"an edit until the last who reads had it: {alone * 1000:.0f} ms (p95) without them, {among_deaf * 1000:.0f} ms with them",
    ]
    report.require(dropped == deaf, f"{deaf - dropped} who do not read were kept")
    report.require(grown < MOST_MIB, f"the server grew by {grown:.0f} MiB")
    await worker.stop()


async def _edit(crowd: Crowd, edits: int) -> float:
    """Edit one card again and again; seconds until the last of those who read had it, of 95 % of the edits."""
    writer, card, took = crowd.writers[0], next(iter(crowd.writers[0].cards)), []
    for number in range(edits):
        version = writer.cards[card][2][1]
        began = time.monotonic()
        operation = await writer.perform(
            {"type": "edit_card", "card": card, "version": version, "title": f"Revue {number}", "body": BODY}
        )
        while operation.done and not all(page.seq >= operation.seqs[0] for page in crowd.pages):
            await asyncio.sleep(0.001)
        took.append(time.monotonic() - began)
    return sorted(took)[int(len(took) * 0.95)]


def _deaf(town: Town, url: str, token: str) -> socket.socket:
    """A live connection that has joined the board and reads no further."""
    where = urlsplit(url)
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.connect((where.hostname, where.port))
    deaf.sendall(handshake(url, {"Authorization": f"Bearer {token}"}))
    deaf.settimeout(10)
    heard = b""
    while b"\r\n\r\n" not in heard:
        heard += deaf.recv(4096)
    deaf.sendall(
        masked_frame(b"40") + masked_frame(b"421" + json.dumps(["join", {"board": town.board, "after": -1}]).encode())
    )
    while b'"resync"' not in heard:
        heard += deaf.recv(4096)
    return deaf


def _dropped(sockets: list[socket.socket]) -> int:
    """How many of them the server ends by itself; reading now would show it that they do read after all."""
    ends = select.poll()
    for one in sockets:
        ends.register(one, 0)  # errors and hang-ups are told in any case
    deadline, ended = time.monotonic() + STUCK_SECONDS + 5, 0
    while ended < len(sockets) and (left := deadline - time.monotonic()) > 0:
        for number, _event in ends.poll(left * 1000):
            ends.unregister(number)
            ended += 1
    for one in sockets:
        one.close()
    return ended

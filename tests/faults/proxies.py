"""What may stand between two ends and spoil what passes: it can fall silent, and it can repeat, delay and mix up what it carries."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

from bench.frames import TEXT, Reader, frame, masked_frame
from tests.faults.wire import PONG


class Proxy:
    """Passes bytes on, both ways. While it is `silent` nothing passes and nothing is closed: a cable pulled out."""

    def __init__(self, target: str) -> None:
        where = urlsplit(target)
        self.scheme, self.host, self.target_port = where.scheme, where.hostname, where.port
        self.passing = asyncio.Event()
        self.passing.set()
        self.url = ""
        self._server: asyncio.Server | None = None

    async def start(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**20)
        self.url = f"{self.scheme}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    def silence(self) -> None:
        self.passing.clear()

    def pass_on(self) -> None:
        self.passing.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            await self.passing.wait()
            there, to_there = await asyncio.open_connection(self.host, self.target_port, limit=2**20)
            ways = [asyncio.create_task(self.up(reader, to_there)), asyncio.create_task(self.down(there, writer))]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            to_there.close()
        writer.close()

    async def up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """From the client to the server."""
        await self._carry(reader, writer)

    async def down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """From the server to the client."""
        await self._carry(reader, writer)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(2**16):
                await self.passing.wait()
                writer.write(data)
                await writer.drain()


class Shuffler(Proxy):
    """Reads the frames of live connections: repeats some, holds some back while later ones overtake them, either way.

    Only what Socket.IO carries in events and answers is treated so: the ends of a TCP connection never see anything else out of order.
    """

    REPEATED, DELAYED, DELAY_SECONDS = 0.2, 0.3, 1.5

    def __init__(self, target: str, dice: random.Random) -> None:
        super().__init__(target)
        self.dice = dice
        self.repeated = self.delayed = 0

    async def up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._shuffle(reader, writer, masked_frame, b"command")

    async def down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._shuffle(reader, writer, frame, b"")

    async def _shuffle(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        framed: Callable[[bytes, int], bytes],
        only: bytes,
    ) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            writer.write(head)
            if b"pgrade: websocket" not in head:
                await self._carry(reader, writer)
                return
            frames = Reader()
            while data := await reader.read(2**16):
                for opcode, payload in frames.feed(data):
                    if opcode == TEXT and payload.startswith((b"42", b"43")) and only in payload[:40]:
                        self._spoil(writer, framed(payload, opcode))
                    elif opcode != PONG:
                        writer.write(framed(payload, opcode))

    def _spoil(self, writer: asyncio.StreamWriter, framed: bytes) -> None:
        for _copy in range(1 + (self.dice.random() < self.REPEATED)):
            if _copy:
                self.repeated += 1
            if self.dice.random() < self.DELAYED:
                self.delayed += 1
                asyncio.get_running_loop().call_later(self.dice.random() * self.DELAY_SECONDS, _write, writer, framed)
            else:
                writer.write(framed)


class Forgetful(Proxy):
    """In front of Redis: loses some of the messages that it has for its subscribers."""

    LOST = 0.5

    def __init__(self, target: str, dice: random.Random) -> None:
        super().__init__(target)
        self.dice = dice
        self.lost = self.passed = 0

    async def down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(2**20):
                told = data.count(b"\r\nmessage\r\n")
                if told and self.dice.random() < self.LOST:
                    self.lost += told  # Redis writes each message whole
                    continue
                self.passed += told
                writer.write(data)
                await writer.drain()


def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    if not writer.is_closing():
        writer.write(data)

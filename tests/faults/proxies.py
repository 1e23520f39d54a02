"""TCP proxies that interrupt, repeat, delay, reorder or drop what they forward."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

from bench.frames import TEXT, Reader, frame, masked_frame
from tests.faults.client import PONG


class Proxy:
    """Forward bytes both directions. While blocked, nothing is forwarded and nothing is closed."""

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

    def block(self) -> None:
        self.passing.clear()

    def unblock(self) -> None:
        self.passing.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            await self.passing.wait()
            server_reader, server_writer = await asyncio.open_connection(self.host, self.target_port, limit=2**20)
            directions = [
                asyncio.create_task(self.up(reader, server_writer)),
                asyncio.create_task(self.down(server_reader, writer)),
            ]
            await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
            for direction in directions:
                direction.cancel()
            server_writer.close()
        writer.close()

    async def up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward from the client to the server."""
        await self._forward(reader, writer)

    async def down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward from the server to the client."""
        await self._forward(reader, writer)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(2**16):
                await self.passing.wait()
                writer.write(data)
                await writer.drain()


class ReorderingProxy(Proxy):
    """Repeat some Socket.IO frames and delay others so that later ones overtake them, both ways.

    Only events and acknowledgements are affected: TCP itself never delivers anything out of order.
    """

    REPEATED, DELAYED, DELAY_SECONDS = 0.2, 0.3, 1.5

    def __init__(self, target: str, dice: random.Random) -> None:
        super().__init__(target)
        self.dice = dice
        self.repeated = self.delayed = 0

    async def up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._reorder(reader, writer, masked_frame, b"command")

    async def down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._reorder(reader, writer, frame, b"")

    async def _reorder(
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
                await self._forward(reader, writer)
                return
            frames = Reader()
            while data := await reader.read(2**16):
                for opcode, payload in frames.feed(data):
                    if opcode == TEXT and payload.startswith((b"42", b"43")) and only in payload[:40]:
                        self._repeat_or_delay(writer, framed(payload, opcode))
                    elif opcode != PONG:
                        writer.write(framed(payload, opcode))

    def _repeat_or_delay(self, writer: asyncio.StreamWriter, framed: bytes) -> None:
        for _copy in range(1 + (self.dice.random() < self.REPEATED)):
            if _copy:
                self.repeated += 1
            if self.dice.random() < self.DELAYED:
                self.delayed += 1
                asyncio.get_running_loop().call_later(self.dice.random() * self.DELAY_SECONDS, _write, writer, framed)
            else:
                writer.write(framed)


class LossyProxy(Proxy):
    """Drop some of the messages that Redis sends to its subscribers."""

    DROPPED = 0.5

    def __init__(self, target: str, dice: random.Random) -> None:
        super().__init__(target)
        self.dice = dice
        self.dropped = self.forwarded = 0

    async def down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(2**20):
                messages = data.count(b"\r\nmessage\r\n")
                if messages and self.dice.random() < self.DROPPED:
                    self.dropped += messages  # Redis writes each message in one piece
                    continue
                self.forwarded += messages
                writer.write(data)
                await writer.drain()


def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    if not writer.is_closing():
        writer.write(data)

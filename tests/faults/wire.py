"""HTTP and the live connection on asyncio, as little of them as a page needs: so that what is broken is never the client library."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from bench.frames import CLOSE, PING, TEXT, Reader, masked_frame
from bench.listeners import handshake

CONNECT_SECONDS = 8.0  # `timeout` of static/js/live/connection.js
PONG = 0xA


class Away(Exception):
    """The server cannot be reached, or did not answer in time: what was asked may or may not have been done."""


async def request(
    url: str, method: str, path: str, headers: dict[str, str], body: bytes = b"", *, seconds: float = 15.0
) -> tuple[int, dict[str, str], bytes]:
    """One request on a connection of its own: (status, headers by lower-case name, body). Raises Away."""
    try:
        async with asyncio.timeout(seconds):
            return await _request(url, method, path, headers, body)
    except (OSError, asyncio.IncompleteReadError, ValueError) as error:  # a TimeoutError is an OSError
        raise Away(f"{type(error).__name__}: {error}") from error


async def _request(
    url: str, method: str, path: str, headers: dict[str, str], body: bytes
) -> tuple[int, dict[str, str], bytes]:
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port, limit=2**20)
    try:
        lines = {"Host": where.netloc, "Connection": "close", "Content-Length": str(len(body)), **headers}
        head = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in lines.items()), "", ""]
        writer.write("\r\n".join(head).encode() + body)
        first, *rest = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        found = {name.lower(): value.strip() for name, _colon, value in (line.partition(":") for line in rest if line)}
        content = (
            await reader.readexactly(int(found["content-length"])) if "content-length" in found else await reader.read()
        )
        return int(first.split()[1]), found, content
    finally:
        writer.close()


class Socket(asyncio.Protocol):
    """One live connection. `on_worker_message` gets events; `ended` is set when it is over, whoever ended it."""

    def __init__(self, url: str, headers: dict[str, str], hear: Callable[[str, Any], None]) -> None:
        self._handshake = handshake(url, headers)
        self._hear = hear
        self._head: bytes | None = b""
        self._reader = Reader()
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._next_id = 0
        self._silence: asyncio.TimerHandle | None = None
        self._patience = 60.0
        self.transport: asyncio.Transport | None = None
        self.loop = asyncio.get_running_loop()
        self.open: asyncio.Future[None] = self.loop.create_future()
        self.ended = asyncio.Event()
        self._again: dict[int, Callable[[Any], None]] = {}

    @classmethod
    async def connect(cls, url: str, headers: dict[str, str], hear: Callable[[str, Any], None]) -> Socket:
        """Open and greeted. Raises Away."""
        where = urlsplit(url)
        socket = cls(url, headers, hear)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await socket.loop.create_connection(lambda: socket, str(where.hostname), where.port or 80)
                await socket.open
        except OSError as error:
            socket.close()
            raise Away(f"{type(error).__name__}: {error}") from error
        return socket

    async def ask(
        self, event: str, data: Any, *, seconds: float, again: Callable[[Any], None] = lambda _answer: None
    ) -> Any:
        """Send an event and wait for its acknowledgement; `again` gets those that come later. Raises Away."""
        if self.ended.is_set() or self.transport is None:
            raise Away("the connection is over")
        self._next_id += 1
        answer = self._answers[self._next_id] = self.loop.create_future()
        self._again[self._next_id] = again
        self.say(f"42{self._next_id}{json.dumps([event, data])}")
        try:
            async with asyncio.timeout(seconds):
                return await answer
        except TimeoutError as error:
            raise Away("no answer") from error

    def say(self, text: str) -> None:
        if self.transport is not None:
            self.transport.write(masked_frame(text.encode()))

    def close(self) -> None:
        if self.transport is not None:
            self.transport.abort()
        self.connection_lost(None)

    # --- asyncio.Protocol ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._handshake)

    def connection_lost(self, error: Exception | None) -> None:
        if self.ended.is_set():
            return
        self.ended.set()
        if self._silence:
            self._silence.cancel()
        for waiting in [self.open, *self._answers.values()]:
            if not waiting.done():
                waiting.set_exception(Away(f"closed: {error}"))
                waiting.exception()  # it may be that nobody waits for it

    def data_received(self, data: bytes) -> None:
        if self._head is not None:
            self._head += data
            head, ended, data = self._head.partition(b"\r\n\r\n")
            if not ended:
                return
            if b" 101 " not in head.split(b"\r\n")[0]:
                self.close()
                return
            self._head = None
        self._listen_on()
        for opcode, payload in self._reader.feed(data):
            if opcode == TEXT:
                self._take(payload.decode())
            elif opcode == PING and self.transport:
                self.transport.write(masked_frame(payload, PONG))
            elif opcode == CLOSE:
                self.close()

    def _take(self, text: str) -> None:
        if text.startswith("0"):
            opening = json.loads(text[1:])
            self._patience = (opening["pingInterval"] + opening["pingTimeout"]) / 1000
            self.say("40")
        elif text.startswith("40"):
            if not self.open.done():
                self.open.set_result(None)
        elif text == "2":
            self.say("3")
        elif text.startswith("42"):
            event, *data = json.loads(text[2:])
            self._hear(event, data[0] if data else None)
        elif text.startswith("43"):
            cut = text.index("[")
            number, answer = int(text[2:cut]), json.loads(text[cut:])[0]
            waiting = self._answers.pop(number, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(answer)
            else:
                self._again[number](answer)
        elif text.startswith(("1", "41", "44")):
            self.close()

    def _listen_on(self) -> None:
        """A server that is silent for longer than its pings allow is gone, as Engine.IO's clients have it."""
        if self._silence:
            self._silence.cancel()
        self._silence = self.loop.call_later(self._patience, self.close)

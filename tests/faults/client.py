"""A minimal HTTP and Socket.IO client on asyncio, independent of client libraries."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from bench.frames import CLOSE, PING, TEXT, Reader, masked_frame
from bench.listeners import handshake

CONNECT_SECONDS = 8.0  # CONNECT_MS of static/js/live/connection.js
PONG = 0xA


class Unreachable(Exception):
    """The server is unreachable or did not respond in time; the request may have been executed."""


async def request(
    url: str, method: str, path: str, headers: dict[str, str], body: bytes = b"", *, seconds: float = 15.0
) -> tuple[int, dict[str, str], bytes]:
    """Send one request on its own connection; return status, lower-case headers and body."""
    try:
        async with asyncio.timeout(seconds):
            return await _request(url, method, path, headers, body)
    except (OSError, asyncio.IncompleteReadError, ValueError) as error:  # a TimeoutError is an OSError
        raise Unreachable(f"{type(error).__name__}: {error}") from error


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
    """One live connection; `on_event` receives events, `ended` is set when it is closed."""

    def __init__(self, url: str, headers: dict[str, str], on_event: Callable[[str, Any], None]) -> None:
        self._handshake = handshake(url, headers)
        self._on_event = on_event
        self._head: bytes | None = b""
        self._reader = Reader()
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._next_id = 0
        self._ping_timeout: asyncio.TimerHandle | None = None
        self._ping_timeout_seconds = 60.0
        self.transport: asyncio.Transport | None = None
        self.loop = asyncio.get_running_loop()
        self.open: asyncio.Future[None] = self.loop.create_future()
        self.ended = asyncio.Event()
        self._on_repeat: dict[int, Callable[[Any], None]] = {}

    @classmethod
    async def connect(cls, url: str, headers: dict[str, str], on_event: Callable[[str, Any], None]) -> Socket:
        """Connect and wait for the namespace to be joined."""
        where = urlsplit(url)
        socket = cls(url, headers, on_event)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await socket.loop.create_connection(lambda: socket, str(where.hostname), where.port or 80)
                await socket.open
        except OSError as error:
            socket.close()
            raise Unreachable(f"{type(error).__name__}: {error}") from error
        return socket

    async def call(
        self, event: str, data: Any, *, seconds: float, on_repeat: Callable[[Any], None] = lambda _answer: None
    ) -> Any:
        """Send an event and wait for its acknowledgement; `on_repeat` gets later ones."""
        if self.ended.is_set() or self.transport is None:
            raise Unreachable("the connection is closed")
        self._next_id += 1
        answer = self._answers[self._next_id] = self.loop.create_future()
        self._on_repeat[self._next_id] = on_repeat
        self.send_text(f"42{self._next_id}{json.dumps([event, data])}")
        try:
            async with asyncio.timeout(seconds):
                return await answer
        except TimeoutError as error:
            raise Unreachable("no acknowledgement") from error

    def send_text(self, text: str) -> None:
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
        if self._ping_timeout:
            self._ping_timeout.cancel()
        for waiting in [self.open, *self._answers.values()]:
            if not waiting.done():
                waiting.set_exception(Unreachable(f"closed: {error}"))
                waiting.exception()  # avoid a warning if nobody awaits it

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
        self._restart_ping_timeout()
        for opcode, payload in self._reader.feed(data):
            if opcode == TEXT:
                self._handle_packet(payload.decode())
            elif opcode == PING and self.transport:
                self.transport.write(masked_frame(payload, PONG))
            elif opcode == CLOSE:
                self.close()

    def _handle_packet(self, text: str) -> None:
        if text.startswith("0"):
            opening = json.loads(text[1:])
            self._ping_timeout_seconds = (opening["pingInterval"] + opening["pingTimeout"]) / 1000
            self.send_text("40")
        elif text.startswith("40"):
            if not self.open.done():
                self.open.set_result(None)
        elif text == "2":
            self.send_text("3")
        elif text.startswith("42"):
            event, *data = json.loads(text[2:])
            self._on_event(event, data[0] if data else None)
        elif text.startswith("43"):
            cut = text.index("[")
            number, answer = int(text[2:cut]), json.loads(text[cut:])[0]
            waiting = self._answers.pop(number, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(answer)
            else:
                self._on_repeat[number](answer)
        elif text.startswith(("1", "41", "44")):
            self.close()

    def _restart_ping_timeout(self) -> None:
        """Close the connection if nothing arrives within the server's ping interval and timeout."""
        if self._ping_timeout:
            self._ping_timeout.cancel()
        self._ping_timeout = self.loop.call_later(self._ping_timeout_seconds, self.close)

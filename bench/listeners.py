"""Connect to the live server as cheaply as possible: one client listens, one sends commands and waits.

They speak WebSocket, Engine.IO 4 and Socket.IO 5 just enough to be taken for a browser (0 open, 2 ping, 3 pong, 40
connect, 42 event, 43 answer).
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from bench.frames import TEXT, Reader, masked_frame

SOCKET_PATH = "/socket.io/?EIO=4&transport=websocket"
_CHANGES = b'42["changes"'
_PONG = masked_frame(b"3")


def handshake(url: str, headers: dict[str, str], path: str = SOCKET_PATH) -> bytes:
    """Return the request that opens a WebSocket."""
    lines = {
        "Host": urlsplit(url).netloc,
        "Origin": url,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        **headers,
    }
    return "\r\n".join(
        [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in lines.items()), "", ""]
    ).encode()


class _Client(asyncio.Protocol):
    transport: asyncio.Transport

    def __init__(self, request: bytes) -> None:
        self.request = request
        self.joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._head: bytes | None = b""
        self._reader = Reader()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.request)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.joined.done():
            self.joined.set_exception(error or ConnectionError("closed before it was open"))

    def data_received(self, data: bytes) -> None:
        if self._head is not None:
            self._head += data
            head, ended, data = self._head.partition(b"\r\n\r\n")
            if not ended:
                return
            if b" 101 " not in head.split(b"\r\n")[0]:
                raise ConnectionError(head.decode())
            self._head = None
            self.opened()
        for opcode, payload in self._reader.feed(data):
            if opcode == TEXT:
                self.received(payload)

    def say(self, text: bytes) -> None:
        self.transport.write(masked_frame(text))

    def opened(self) -> None:
        """Handle the open WebSocket."""

    def received(self, text: bytes) -> None:
        raise NotImplementedError


class Listener(_Client):
    """Join a board, or a bare relay (None), then call `heard` for each change."""

    def __init__(self, request: bytes, board: int | None, heard: Callable[[], None]) -> None:
        super().__init__(request)
        self.board = board
        self.heard = heard

    def opened(self) -> None:
        """Listen at once on a bare relay."""
        if self.board is None:
            self.joined.set_result(None)

    def received(self, text: bytes) -> None:
        """Join, answer pings, and count changes."""
        if self.joined.done():
            if text == b"2":
                self.transport.write(_PONG)
            elif text.startswith(_CHANGES):
                self.heard()
            return
        if text.startswith(b"0"):
            self.say(b"40")
        elif text.startswith(b"40"):
            self.say(b"420" + json.dumps(["join", {"board": self.board, "after": -1}]).encode())
        elif text.startswith(b"430"):
            self.joined.set_result(None)
        elif text == b"2":
            self.transport.write(_PONG)


class Mover(_Client):
    """Send commands one at a time and wait for each answer; on a bare relay (board None), send messages."""

    def __init__(self, request: bytes, board: int | None) -> None:
        super().__init__(request)
        self.board = board
        self._answer: asyncio.Future[bytes] | None = None

    def opened(self) -> None:
        """Send at once on a bare relay."""
        if self.board is None:
            self.joined.set_result(None)

    def received(self, text: bytes) -> None:
        """Connect, answer pings, and take answers."""
        if text.startswith(b"43") and self._answer is not None:
            self._answer.set_result(text)
        elif text == b"2":
            self.transport.write(_PONG)
        elif text.startswith(b"40"):
            self.joined.set_result(None)
        elif text.startswith(b"0"):
            self.say(b"40")

    async def ask(self, command: dict[str, Any]) -> tuple[float, bytes]:
        """Send a command; return the seconds until its answer and the answer's bytes."""
        message = (
            b"420" + json.dumps(["command", {"board": self.board, "key": os.urandom(12).hex(), **command}]).encode()
        )
        self._answer = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        self.say(message)
        answer = await asyncio.wait_for(self._answer, 30)
        if b'{"error"' in answer[:16]:
            raise RuntimeError(answer.decode())
        return time.perf_counter() - began, answer


def changes_message(answer: bytes) -> bytes:
    """Return the message that listeners get when the mover is answered 430[{seq, changes}]."""
    return _CHANGES + b"," + answer[answer.index(b'"changes":') + len(b'"changes":') : -len(b"}]")] + b"]"

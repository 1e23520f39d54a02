"""The clients of the live connection, reduced to what costs nothing: one listens and weighs, one sends commands and waits.

They speak WebSocket, Engine.IO 4 and Socket.IO 5 just enough to be taken for a browser (0 open, 2 ping, 3 pong, 40 connect,
42 event, 43 answer).
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

from bench.frames import TEXT, Inflater, Reader, masked_frame

SOCKET_PATH = "/socket.io/?EIO=4&transport=websocket"
# What Chromium offers. The server may take it or not; a listener then pays what a browser pays.
COMPRESSION = "permessage-deflate; client_max_window_bits"
# Longer than any ping, compressed or not, and shorter than any change.
A_CHANGE_BYTES = 24
_CHANGES = b'42["changes"'
_PONG = masked_frame(b"3")


def handshake(url: str, headers: dict[str, str], path: str = SOCKET_PATH) -> bytes:
    """The request that opens a WebSocket."""
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
        self._inflater = Inflater()

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
        for opcode, compressed, payload in self._reader.feed(data):
            if opcode == TEXT:
                self.received(payload, compressed)

    def say(self, text: bytes) -> None:
        self.transport.write(masked_frame(text))

    def opened(self) -> None:
        """The WebSocket is open."""

    def received(self, payload: bytes, compressed: bool) -> None:
        raise NotImplementedError

    def _plain(self, payload: bytes, compressed: bool) -> bytes:
        return self._inflater.open(payload) if compressed else payload


class Listener(_Client):
    """Joins a board (None: a bare relay, which greets nobody), then tells `heard` of each change.

    Once joined it looks at the length alone of a compressed message: opening it would cost more than receiving it,
    and while nobody comes or goes only changes are longer than a ping.
    """

    def __init__(self, request: bytes, board: int | None, heard: Callable[[], None]) -> None:
        super().__init__(request)
        self.board = board
        self.heard = heard

    def opened(self) -> None:
        if self.board is None:
            self.joined.set_result(None)

    def received(self, payload: bytes, compressed: bool) -> None:
        if self.joined.done():
            if len(payload) <= A_CHANGE_BYTES:
                self.transport.write(_PONG)
            elif compressed or payload.startswith(_CHANGES):
                self.heard()
            return
        text = self._plain(payload, compressed)
        if text.startswith(b"0"):
            self.say(b"40")
        elif text.startswith(b"40"):
            self.say(b"420" + json.dumps(["join", {"board": self.board, "after": -1}]).encode())
        elif text.startswith(b"430"):
            self.joined.set_result(None)
        elif text == b"2":
            self.transport.write(_PONG)


class Mover(_Client):
    """Sends commands one at a time and waits for each answer; on a bare relay (board None) it only says things."""

    def __init__(self, request: bytes, board: int | None) -> None:
        super().__init__(request)
        self.board = board
        self._answer: asyncio.Future[bytes] | None = None

    def opened(self) -> None:
        if self.board is None:
            self.joined.set_result(None)

    def received(self, payload: bytes, compressed: bool) -> None:
        text = self._plain(payload, compressed)
        if text.startswith(b"43") and self._answer is not None:
            self._answer.set_result(text)
        elif text == b"2":
            self.transport.write(_PONG)
        elif text.startswith(b"40"):
            self.joined.set_result(None)
        elif text.startswith(b"0"):
            self.say(b"40")

    async def ask(self, command: dict[str, Any]) -> tuple[float, bytes]:
        """Send a command; (seconds until its answer, the answer as it came)."""
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
    """The message that everybody else is sent when somebody is answered 430[{"seq":…,"changes":[…]}]."""
    return _CHANGES + b"," + answer[answer.index(b'"changes":') + len(b'"changes":') : -len(b"}]")] + b"]"

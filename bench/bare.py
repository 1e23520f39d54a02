"""Serve the floor: `python -m bench.bare PORT [FOLDER]`, one asyncio process without any extra work.

GET answers with a file that was loaded beforehand, byte for byte as it was recorded, headers included. A WebSocket is a
relay: each text message is framed once and written to every open connection, its sender included.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.frames import CLOSE, TEXT, Reader, frame
from bench.processes import raise_file_limit

_WEBSOCKET_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3


@dataclass(frozen=True)
class Recorded:
    """Describe a recorded answer: `body` names the file with its bytes, still compressed."""

    path: str
    headers: dict[str, str]
    body: str


def save(folder: Path, answers: list[Recorded]) -> None:
    """Save these answers, whose bodies are in the folder, for the server to load."""
    (folder / "answers.json").write_text(json.dumps([asdict(answer) for answer in answers]), encoding="utf-8")


def _load(folder: Path) -> dict[str, bytes]:
    answers = (Recorded(**entry) for entry in json.loads((folder / "answers.json").read_text(encoding="utf-8")))
    return {answer.path: _answer(answer.headers, (folder / answer.body).read_bytes()) for answer in answers}


def _answer(headers: dict[str, str], body: bytes, status: str = "200 OK") -> bytes:
    lines = [
        f"HTTP/1.1 {status}",
        *(f"{name}: {value}" for name, value in headers.items()),
        f"Content-Length: {len(body)}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + body


class _Connection(asyncio.Protocol):
    everyone: set[asyncio.Transport] = set()  # noqa: RUF012 - one set for the whole process
    answers: dict[str, bytes] = {}  # noqa: RUF012 - as above
    transport: asyncio.Transport

    def __init__(self) -> None:
        self.request = b""
        self.reader: Reader | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, _error: Exception | None) -> None:
        self.everyone.discard(self.transport)

    def data_received(self, data: bytes) -> None:
        if self.reader is not None:
            self._relay(self.reader, data)
            return
        self.request += data
        while self.reader is None and b"\r\n\r\n" in self.request:
            head, _, self.request = self.request.partition(b"\r\n\r\n")
            self._take(head.decode("latin-1"))

    def _take(self, head: str) -> None:
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if "sec-websocket-key" in headers:
            self._open(headers["sec-websocket-key"])
        else:
            self.transport.write(self.answers.get(first.split(" ")[1]) or _answer({}, b"", "404 Not Found"))

    def _open(self, key: str) -> None:
        accept = base64.b64encode(hashlib.sha1(key.encode() + _WEBSOCKET_GUID).digest()).decode()
        self.transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
        )
        self.reader = Reader()
        self.everyone.add(self.transport)

    def _relay(self, reader: Reader, data: bytes) -> None:
        for opcode, payload in reader.feed(data):
            if opcode == TEXT:
                encoded = frame(payload)
                for transport in self.everyone:
                    transport.write(encoded)
            elif opcode == CLOSE:
                self.transport.close()


async def _serve(port: int, folder: Path | None) -> None:
    raise_file_limit()
    _Connection.answers = _load(folder) if folder else {}
    server = await asyncio.get_running_loop().create_server(_Connection, "127.0.0.1", port, backlog=2048)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None))

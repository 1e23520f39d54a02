"""Encode and decode WebSocket frames (RFC 6455) cheaply, so that the client is not what is measured."""

from __future__ import annotations

import os
from collections.abc import Iterator

TEXT, CLOSE, PING = 0x1, 0x8, 0x9


def frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """Return an unmasked frame, as servers send it."""
    return _head(opcode, len(payload), 0) + payload


def masked_frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """Return a masked frame, as clients must send it."""
    mask = os.urandom(4)
    return _head(opcode, len(payload), 0x80) + mask + _mask(payload, mask)


class Reader:
    """Cut a stream of bytes into frames; refuse messages in several frames, which do not occur here."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield (opcode, payload) of each frame that is now complete."""
        data = self._rest + data if self._rest else data
        start, end = 0, len(data)
        while end - start >= 2:
            first, second = data[start], data[start + 1]
            length, body = second & 0x7F, start + 2
            if length > 125:
                wide = 2 if length == 126 else 8
                if end - body < wide:
                    break
                length, body = int.from_bytes(data[body : body + wide], "big"), body + wide
            mask = b""
            if second & 0x80:
                mask, body = data[body : body + 4], body + 4
            if end - body < length:
                break
            if not first & 0x80:
                raise ValueError("a message in several frames")
            payload = data[body : body + length]
            yield first & 0x0F, _mask(payload, mask) if mask else payload
            start = body + length
        self._rest = data[start:]


def _head(opcode: int, length: int, mask_bit: int) -> bytes:
    first = 0x80 | opcode
    if length < 126:
        return bytes((first, mask_bit | length))
    if length < 65536:
        return bytes((first, mask_bit | 126)) + length.to_bytes(2, "big")
    return bytes((first, mask_bit | 127)) + length.to_bytes(8, "big")


def _mask(payload: bytes, mask: bytes) -> bytes:
    """XOR with the mask as one large number, the quickest way in Python."""
    length = len(payload)
    stretched = (mask * (length // 4 + 1))[:length]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(stretched, "big")).to_bytes(length, "big")

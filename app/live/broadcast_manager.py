"""How what many are told reaches them: encoded once, down to the WebSocket's frame, and the same bytes written to every connection in one pass.

Socket.IO's own way puts a packet into each client's queue and wakes a task for each, which encodes a frame of its own: two to four
times what a bare broadcast takes. It remains the way for whoever polls, changes transport, or has something else waiting, so that nothing is overtaken.
"""

from __future__ import annotations

from typing import Any

from engineio.packet import MESSAGE
from engineio.packet import Packet as Carrier
from socketio.manager import Manager
from socketio.packet import EVENT
from wsproto.frame_protocol import FrameProtocol

from app.live.websocket import LINE, BufferedSocket
from app.web.metrics import DROPPED_CLIENTS, QUEUE_DEPTH

POLLED_AT_MOST = 200  # packets that wait for somebody who polls; who lets them gather is dropped, and catches up


class BroadcastManager(Manager):
    """The client manager that Socket.IO's server asks to emit."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: dict[
            str, tuple[Any, BufferedSocket | None]
        ] = {}  # of those who were told something: Engine.IO's client and its line

    def disconnect(self, sid: str, namespace: str, **options: Any) -> None:
        self._lines.pop(self.eio_sid_from_sid(sid, namespace), None)
        super().disconnect(sid, namespace, **options)

    def emit(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: str | list[str] | None = None,
        skip_sid: str | list[str] | None = None,
        callback: Any = None,
        to: str | list[str] | None = None,
        **options: Any,
    ) -> None:
        message = self._message(event, data, namespace)
        if callback is not None or not isinstance(message, str):  # an answer is asked of each, or there are attachments
            super().emit(event, data, namespace, room, skip_sid, callback, to, **options)
            return
        packet = Carrier(MESSAGE, message)
        frame = frame_of(packet.encode())
        skipped = frozenset(skip_sid if isinstance(skip_sid, list) else [skip_sid] if skip_sid else ())
        furthest_behind, known = 0, self._lines.get
        for sid, carrier_sid in self.get_participants(namespace, to or room):
            if skipped and sid in skipped:
                continue
            client, line = known(carrier_sid) or self._line_of(carrier_sid)
            if line is None or client.closed or not client.queue.empty():
                behind = self._enqueue(client, packet)
            else:
                line.give(frame)
                behind = line.behind
            if behind > furthest_behind:
                furthest_behind = behind
        QUEUE_DEPTH.observe(furthest_behind)

    def _message(self, event: str, data: Any, namespace: str) -> str | list[Any]:
        arguments = [] if data is None else list(data) if isinstance(data, tuple) else [data]
        encoded: str | list[Any] = self.server.packet_class(
            EVENT, namespace=namespace, data=[event, *arguments]
        ).encode()
        return encoded

    def _line_of(self, carrier_sid: str) -> tuple[Any, BufferedSocket | None]:
        """A client, None when it has just gone, and its line if it began as a WebSocket."""
        client = self.server.eio.sockets.get(carrier_sid)
        if client is None:
            return None, None
        found = client, self.server.environ.get(carrier_sid, {}).get(LINE)
        self._lines[carrier_sid] = found
        return found

    def _enqueue(self, client: Any, packet: Carrier) -> int:
        """Socket.IO's own way; how many packets wait for this client now."""
        if client is None or client.closed:
            return 0
        waiting: int = client.queue.qsize()
        if waiting >= POLLED_AT_MOST:
            DROPPED_CLIENTS.labels("behind").inc()
            client.close(wait=False, abort=True)
            return waiting
        client.send(packet)
        return waiting + 1


def frame_of(text: str) -> bytes:
    """The WebSocket frame of this text, as servers send it: whole, unmasked, uncompressed."""
    return bytes(FrameProtocol(client=False, extensions=[]).send_data(text))

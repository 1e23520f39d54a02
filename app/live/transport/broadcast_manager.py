"""Encode a broadcast once and write the same frame to every WebSocket in one pass.

Measured: 1.4 × a bare broadcast to 1,000 sockets (bench fanout); Socket.IO's queue and task per client take 2 to 4 ×.
"""

from __future__ import annotations

from typing import Any

from engineio.packet import MESSAGE
from engineio.packet import Packet as EnginePacket
from socketio.manager import Manager
from socketio.packet import EVENT
from wsproto.frame_protocol import FrameProtocol

from app.live.transport.websocket import SOCKET_KEY, BufferedSocket
from app.web.metrics import DROPPED_CLIENTS, QUEUE_DEPTH

MAX_QUEUED_PACKETS = 200  # for a client that polls; one that exceeds it is dropped, and catches up

# Engine.IO's client, None once it has gone, and its socket if it connected by WebSocket.
_Client = tuple[Any, BufferedSocket | None]


class BroadcastManager(Manager):
    """Emit for Socket.IO's server.

    Clients that poll, changed over from polling or have packets queued get it in Socket.IO's own way: nothing is
    overtaken.
    """

    def __init__(self) -> None:
        super().__init__()
        self._clients: dict[str, _Client] = {}  # by Engine.IO's id

    def disconnect(self, sid: str, namespace: str, **options: Any) -> None:
        """Forget the client's socket."""
        self._clients.pop(self.eio_sid_from_sid(sid, namespace), None)
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
        """Send an event to everybody in the rooms."""
        message = self._encode(event, data, namespace)
        if callback is not None or not isinstance(message, str):  # each must answer, or there are attachments
            super().emit(event, data, namespace, room, skip_sid, callback, to, **options)
            return
        packet = EnginePacket(MESSAGE, message)
        frame = frame_of(packet.encode())
        skipped = frozenset(skip_sid if isinstance(skip_sid, list) else [skip_sid] if skip_sid else ())
        longest_queue, known = 0, self._clients.get
        for sid, eio_sid in self.get_participants(namespace, to or room):
            if skipped and sid in skipped:
                continue
            client, socket = known(eio_sid) or self._find_client(eio_sid)
            if socket is None or client.closed or not client.queue.empty():
                queued = self._enqueue(client, packet)
            else:
                socket.write(frame)
                queued = socket.pending_frames
            if queued > longest_queue:
                longest_queue = queued
        QUEUE_DEPTH.observe(longest_queue)

    def _encode(self, event: str, data: Any, namespace: str) -> str | list[Any]:
        arguments = [] if data is None else list(data) if isinstance(data, tuple) else [data]
        packet = self.server.packet_class(EVENT, namespace=namespace, data=[event, *arguments])
        encoded: str | list[Any] = packet.encode()
        return encoded

    def _find_client(self, eio_sid: str) -> _Client:
        client = self.server.eio.sockets.get(eio_sid)
        if client is None:
            return None, None
        self._clients[eio_sid] = client, self.server.environ.get(eio_sid, {}).get(SOCKET_KEY)
        return self._clients[eio_sid]

    def _enqueue(self, client: Any, packet: EnginePacket) -> int:
        """Send in Socket.IO's own way; return how many packets now wait for this client."""
        if client is None or client.closed:
            return 0
        waiting: int = client.queue.qsize()
        if waiting >= MAX_QUEUED_PACKETS:
            DROPPED_CLIENTS.labels("behind").inc()
            client.close(wait=False, abort=True)
            return waiting
        client.send(packet)
        return waiting + 1


def frame_of(text: str) -> bytes:
    """Return the WebSocket frame of this text as servers send it: whole, unmasked, uncompressed."""
    return bytes(FrameProtocol(client=False, extensions=[]).send_data(text))

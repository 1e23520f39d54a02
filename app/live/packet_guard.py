"""What clients may say over the live connection: Socket.IO's packets, of JSON alone.

Seen with python-socketio 5.18: whatever is no packet raised an error whose forty lines went into the log for each frame, and a packet that
announces ten thousand million attachments had every one of them kept.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from socketio.packet import ACK, CONNECT, DISCONNECT, EVENT, Packet

from app.extensions import socketio
from app.live.websocket import LINE
from app.web.metrics import DROPPED_CLIENTS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class JsonPacket(Packet):
    """A packet; what a client sends that is none is taken for its good-bye. A browser then connects anew, and catches up."""

    uses_binary_events = False  # nor is what we tell looked through for bytes, which it never holds

    def decode(self, encoded_packet: Any) -> int:
        try:
            well_formed = (
                isinstance(encoded_packet, str) and super().decode(encoded_packet) == 0 and self._says_something()
            )
        except ValueError:
            well_formed = False
        if not well_formed:
            DROPPED_CLIENTS.labels("malformed").inc()
            self.packet_type, self.namespace, self.id, self.data = DISCONNECT, None, None, None
        return 0

    def _says_something(self) -> bool:
        said: Any = self.data
        if self.packet_type == EVENT:
            return isinstance(said, list) and bool(said) and isinstance(said[0], str)
        return self.packet_type in (CONNECT, DISCONNECT) or (self.packet_type == ACK and isinstance(said, list))


def ended_by_nonsense(app: WSGIApplication) -> WSGIApplication:
    """Engine.IO lets its own errors of reading through to the WSGI server, and leaves the connection behind: it ends here instead."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            return app(environ, start_response)
        except ValueError as error:
            if LINE not in environ:
                raise
            DROPPED_CLIENTS.labels("malformed").inc()
            if (connection := _connection_of(environ)) is not None:
                connection.close(wait=False, abort=True)
            raise ConnectionResetError(errno.ECONNRESET, "the client spoke nonsense") from error

    return answer


def _connection_of(environ: WSGIEnvironment) -> Any:
    """Engine.IO's connection behind the request of a WebSocket: one begun by it, or one that was polling."""
    begun = [sid for sid, known in list(socketio.server.environ.items()) if known.get(LINE) is environ[LINE]]
    upgraded = parse_qs(environ.get("QUERY_STRING", "")).get("sid", [])
    return next(
        (socketio.server.eio.sockets[sid] for sid in (*begun, *upgraded) if sid in socketio.server.eio.sockets), None
    )

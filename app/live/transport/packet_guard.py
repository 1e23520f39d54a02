"""Accept well-formed Socket.IO packets of JSON only; disconnect clients that send anything else.

A guard, not a speed-up. Seen with python-socketio 5.18: each malformed frame logged forty lines, and a packet that
announced ten thousand million attachments had them all buffered.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from socketio.packet import ACK, CONNECT, DISCONNECT, EVENT, Packet

from app.extensions import socketio
from app.live.transport.websocket import SOCKET_KEY
from app.web.metrics import DROPPED_CLIENTS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class JsonPacket(Packet):
    """Decode a malformed packet as a disconnect: a browser then connects again and catches up."""

    uses_binary_events = False  # our own data is not searched for bytes either, which it never holds

    def decode(self, encoded_packet: Any) -> int:
        """Decode a packet; return 0, the number of attachments to wait for."""
        try:
            well_formed = isinstance(encoded_packet, str) and super().decode(encoded_packet) == 0 and self._has_data()
        except ValueError:
            well_formed = False
        if not well_formed:
            DROPPED_CLIENTS.labels("malformed").inc()
            self.packet_type, self.namespace, self.id, self.data = DISCONNECT, None, None, None
        return 0

    def _has_data(self) -> bool:
        data: Any = self.data
        if self.packet_type == EVENT:
            return isinstance(data, list) and bool(data) and isinstance(data[0], str)
        return self.packet_type in (CONNECT, DISCONNECT) or (self.packet_type == ACK and isinstance(data, list))


def close_malformed(app: WSGIApplication) -> WSGIApplication:
    """Close the connection when Engine.IO cannot read a frame; by itself it would leave the connection open."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            return app(environ, start_response)
        except ValueError as error:
            if SOCKET_KEY not in environ:
                raise
            DROPPED_CLIENTS.labels("malformed").inc()
            if (client := _client_of(environ)) is not None:
                client.close(wait=False, abort=True)
            raise ConnectionResetError(errno.ECONNRESET, "the client sent a malformed frame") from error

    return answer


def _client_of(environ: WSGIEnvironment) -> Any:
    """Return Engine.IO's client behind a WebSocket request: one that began with it, or one that polled before."""
    server = socketio.server
    begun = [sid for sid, known in list(server.environ.items()) if known.get(SOCKET_KEY) is environ[SOCKET_KEY]]
    upgraded = parse_qs(environ.get("QUERY_STRING", "")).get("sid", [])
    return next((server.eio.sockets[sid] for sid in (*begun, *upgraded) if sid in server.eio.sockets), None)

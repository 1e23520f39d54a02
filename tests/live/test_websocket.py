"""WebSocket settings: no per-connection compression, closing, and TCP_NODELAY."""

from __future__ import annotations

import json
import socket
from typing import Any

import websocket

from app.server.listener import create_listener
from tests.live.person import LivePerson
from tests.server import Server


def open_socket(server: Server, person: LivePerson, **options: Any) -> websocket.WebSocket:
    url = f"ws://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=websocket"
    return websocket.create_connection(url, cookie=person.cookies, timeout=60, suppress_origin=True, **options)


def test_compression_is_not_taken_up(shared_server: Server) -> None:
    ccas = LivePerson(shared_server.url, "ccas@demo.example")
    connection = open_socket(shared_server, ccas, header=["Sec-WebSocket-Extensions: permessage-deflate"])
    assert "sec-websocket-extensions" not in (connection.getheaders() or {})
    assert json.loads(str(connection.recv())[1:])["pingInterval"] == 20_000
    connection.close()


def test_the_server_closes_what_the_client_has_closed(shared_server: Server) -> None:
    ccas = LivePerson(shared_server.url, "ccas@demo.example")
    connection = open_socket(shared_server, ccas)
    connection.recv()
    connection.send_close()
    stream = connection.sock
    assert stream is not None
    stream.settimeout(5)
    while stream.recv(1024):
        pass  # until the end of the stream: without it this times out
    stream.close()


def test_small_messages_do_not_wait_for_acknowledgements() -> None:
    """Accepted sockets inherit TCP_NODELAY from the listening socket."""
    listener = create_listener("127.0.0.1", 0)
    client = socket.create_connection(listener.getsockname())
    accepted, _address = listener.accept()
    assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    for each in (client, accepted, listener):
        each.close()

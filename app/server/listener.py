"""Open the listening socket of the production server."""

from __future__ import annotations

import socket


def create_listener(host: str, port: int) -> socket.socket:
    """Return a listening socket whose connections send at once.

    By default a second small frame waits up to 40 ms for an acknowledgement.
    """
    family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # inherited by each connection on Linux and BSD
    try:
        listener.bind(address)
    except OSError as error:
        raise OSError(f"HOST and PORT: cannot listen on {host}:{port}: {error.strerror}") from error
    listener.listen(1024)
    return listener

"""Buffer what a slow client has not read, drop it when it falls too far behind, and end closed connections.

A guard. Measured: a client that never reads costs the others nothing; refusing compression saves 300 kB per client.

Seen with gevent 26.9, simple-websocket 1.1 and python-engineio 4.15:
- simple-websocket calls `send_mail` once per frame; a full socket takes a part of it, and the stream is broken.
- It accepts permessage-deflate: one compression and some 300 kB of memory for each client of each change.
- It works on a duplicate of the socket, and the server waits for another request on the original.
- It sends a closing frame and reads until the client closes too, which one that has gone never does.
"""

from __future__ import annotations

import errno
import logging
import os
import socket
import struct
import time
from collections import deque
from collections.abc import Callable
from select import select
from threading import Thread
from typing import TYPE_CHECKING, Any

from app.live.transport.admission import ConnectThrottle
from app.web.metrics import DROPPED_CLIENTS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

SOCKET_KEY = "flash_news.socket"  # of the BufferedSocket in a request's environment
KERNEL_BYTES = 128 * 1024  # unsent; by default the kernel keeps megabytes for each client that does not read
MAX_PENDING_BYTES = 1024 * 1024  # more than the longest catch-up
STUCK_SECONDS = 15
CLOSING_SECONDS = 5
_CLOSE_FRAME = 0x88
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def _in_background(work: Callable[[], None]) -> None:
    Thread(target=work, daemon=True).start()  # a greenlet in the running server


class BufferedSocket:
    """Send whole frames in their order without ever waiting for the client.

    What the kernel does not take is buffered and sent as the client reads. A client that falls too far behind, or
    reads nothing for too long, is dropped: its page connects again and catches up. No method yields to other
    greenlets between a check and its write, hence no lock.
    """

    def __init__(self, connection: Any, in_background: Callable[[Callable[[], None]], None] = _in_background) -> None:
        self._connection = connection
        self._in_background = in_background
        self._pending: deque[memoryview] = deque()
        self._pending_bytes = 0
        self._closed = False

    def send(self, frame: bytes) -> int:
        """Take the whole frame; the driver calls this in place of the socket's own method."""
        if not self.write(frame):
            raise BrokenPipeError(errno.EPIPE, "the connection is closed")
        if frame[0] == _CLOSE_FRAME:
            self._in_background(self._abort_after_closing)
        return len(frame)

    def write(self, frame: bytes) -> bool:
        """Send these bytes or buffer them; return False when the connection is closed."""
        sent = 0 if self._pending else self._send_now(frame)
        if sent < len(frame) and not self._closed:
            self._buffer(memoryview(frame)[sent:])
        return not self._closed

    @property
    def pending_frames(self) -> int:
        """Return how many frames wait for the client."""
        return len(self._pending)

    def drop(self, reason: str) -> None:
        """Disconnect this client for a reason that the metrics count."""
        if not self._closed:
            DROPPED_CLIENTS.labels(reason).inc()
            log.info("a client was dropped: %s", reason)
            self._abort()

    def close(self) -> None:
        """Close the connection; what is still buffered is lost."""
        if self._pending:
            self._abort()  # and wake the greenlet that sends it
        self._closed = True
        self._connection.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def _send_now(self, data: bytes | memoryview) -> int:
        try:
            return os.write(self._connection.fileno(), data)  # the socket's own `send_mail` would wait under gevent
        except BlockingIOError:
            return 0
        except OSError:  # the client has gone; its reader notices as well and ends the connection
            self._closed = True
            return 0

    def _buffer(self, rest: memoryview) -> None:
        self._pending.append(rest)
        self._pending_bytes += len(rest)
        if len(self._pending) == 1:
            self._in_background(self._send_pending)
        elif self._pending_bytes > MAX_PENDING_BYTES:
            self.drop("behind")

    def _send_pending(self) -> None:
        """Send what is buffered as the client reads."""
        try:
            # A duplicate: gevent's loop ends the process when it waits for a descriptor that was closed meanwhile.
            descriptor = os.dup(self._connection.fileno())
        except OSError:
            return
        try:
            while self._pending:
                _, writable, _ = select([], [descriptor], [], STUCK_SECONDS)
                if self._closed:
                    return
                if not writable:
                    self.drop("stuck")
                    return
                self._send_first_pending()
        finally:
            os.close(descriptor)

    def _send_first_pending(self) -> None:
        first = self._pending[0]
        sent = self._send_now(first)
        self._pending_bytes -= sent
        if sent == len(first):
            self._pending.popleft()
        else:
            self._pending[0] = first[sent:]

    def _abort_after_closing(self) -> None:
        """Give the client CLOSING_SECONDS to answer a closing frame, then abort."""
        time.sleep(CLOSING_SECONDS)
        self._abort()

    def _abort(self) -> None:
        self._closed = True
        self._pending.clear()
        try:
            # The kernel drops what it holds as well.
            self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self._connection.shutdown(socket.SHUT_RDWR)  # wakes the reader, which ends the connection
        except OSError:
            pass  # already closed


class WebSocketMiddleware:
    """Give each WebSocket request a BufferedSocket, without compression, when its turn has come."""

    def __init__(self, app: WSGIApplication, throttle: ConnectThrottle | None = None) -> None:
        self.app = app
        self._throttle = throttle or ConnectThrottle()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        """Pass the request on with its BufferedSocket."""
        connection = _socket_of(environ)
        if connection is None:
            return self.app(environ, start_response)
        self._throttle.wait()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, KERNEL_BYTES)
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        environ[SOCKET_KEY] = environ["werkzeug.socket"] = BufferedSocket(connection)
        try:
            return self.app(environ, start_response)
        except ConnectionError as error:  # the driver's way to say that it is over; the server then closes silently
            raise ConnectionResetError(errno.ECONNRESET, "the WebSocket has ended") from error


def _socket_of(environ: WSGIEnvironment) -> Any:
    """Return the socket behind a WebSocket request to gevent's server; None for any other request."""
    if environ.get("HTTP_UPGRADE", "").lower() != "websocket":
        return None
    return getattr(getattr(environ.get("wsgi.input"), "raw", None), "_sock", None)

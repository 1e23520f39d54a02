"""What stands between the WSGI server and simple-websocket, so that a live connection is whole, light, waited for by nobody, and ends.

Seen with gevent 26.9, simple-websocket 1.1 and python-engineio 4.15:
- simple-websocket calls `send` once for each frame; a socket whose buffer is full takes a part, and the stream is broken. Here the rest waits.
- it accepts permessage-deflate, which costs a compression and some 300 kB of memory for each listener of each change.
- it works on a duplicate of the socket, and the server then waits for another request on the original: a closed connection lingered.
- it closes by a frame and then reads on until the client closes as well, which one that is gone, or means harm, never does.
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

from app.live.admission import ConnectThrottle
from app.web.metrics import DROPPED_CLIENTS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

LINE = "flash_news.line"  # where a request's environment keeps it
KERNEL_BYTES = (
    128 * 1024
)  # not yet sent; left to itself the kernel would keep megabytes for each client that does not read
HELD_BYTES = 1024 * 1024  # more than the longest catching up
STUCK_SECONDS = 15
CLOSING_SECONDS = 5
_CLOSE_FRAME = 0x88
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def _in_background(work: Callable[[], None]) -> None:
    Thread(target=work, daemon=True).start()  # a greenlet in the running server


class BufferedSocket:
    """The sending half of one live connection: whole frames in their order, and whoever sends never waits for the client.

    What the kernel's buffer does not take is held and follows as the client reads. One that falls too far behind, or takes nothing
    for too long, is dropped: its page connects again and catches up. Nothing in here yields to other greenlets between looking and writing,
    hence no lock.
    """

    def __init__(self, connection: Any, in_background: Callable[[Callable[[], None]], None] = _in_background) -> None:
        self._connection = connection
        self._in_background = in_background
        self._held: deque[memoryview] = deque()
        self._held_bytes = 0
        self._is_over = False

    def send(self, frame: bytes) -> int:
        """What the driver calls, in place of the socket's own: everything is taken."""
        if not self.give(frame):
            raise BrokenPipeError(errno.EPIPE, "the connection is over")
        if frame[0] == _CLOSE_FRAME:
            self._in_background(self._end)
        return len(frame)

    def give(self, frame: bytes) -> bool:
        """Send these bytes or hold them; False when the connection is over."""
        taken = 0 if self._held else self._write(frame)
        if taken < len(frame) and not self._is_over:
            self._hold(memoryview(frame)[taken:])
        return not self._is_over

    @property
    def behind(self) -> int:
        """How many frames wait for the client."""
        return len(self._held)

    def drop(self, reason: str) -> None:
        """Give this client up."""
        if not self._is_over:
            DROPPED_CLIENTS.labels(reason).inc()
            log.info("a client was dropped: %s", reason)
            self._give_up()

    def close(self) -> None:
        if self._held:
            self._give_up()  # and wake what follows up
        self._is_over = True
        self._connection.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def _write(self, data: bytes | memoryview) -> int:
        try:
            return os.write(self._connection.fileno(), data)  # the socket's own `send` would wait under gevent
        except BlockingIOError:
            return 0
        except OSError:  # the client is gone; whoever reads from it notices as well and ends the connection
            self._is_over = True
            return 0

    def _hold(self, rest: memoryview) -> None:
        self._held.append(rest)
        self._held_bytes += len(rest)
        if len(self._held) == 1:
            self._in_background(self._follow_up)
        elif self._held_bytes > HELD_BYTES:
            self.drop("behind")

    def _follow_up(self) -> None:
        """Send what is held as the client takes it."""
        try:
            # Of its own: the connection may be closed meanwhile, and gevent's loop ends the process when it waits for a closed descriptor.
            descriptor = os.dup(self._connection.fileno())
        except OSError:
            return
        try:
            while self._held:
                _, writable, _ = select([], [descriptor], [], STUCK_SECONDS)
                if self._is_over:
                    return
                if not writable:
                    self.drop("stuck")
                    return
                self._send_held()
        finally:
            os.close(descriptor)

    def _send_held(self) -> None:
        first = self._held[0]
        taken = self._write(first)
        self._held_bytes -= taken
        if taken == len(first):
            self._held.popleft()
        else:
            self._held[0] = first[taken:]

    def _end(self) -> None:
        """A closing frame was sent: whoever does not close as well is not waited for."""
        time.sleep(CLOSING_SECONDS)
        self._give_up()

    def _give_up(self) -> None:
        self._is_over = True
        self._held.clear()
        try:
            self._connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE
            )  # the kernel keeps nothing of it either
            self._connection.shutdown(socket.SHUT_RDWR)  # wakes whoever reads, and they end the connection
        except OSError:
            pass  # it has ended already


class WebSocketMiddleware:
    def __init__(self, app: WSGIApplication, arrivals: ConnectThrottle | None = None) -> None:
        self.app = app
        self._arrivals = arrivals or ConnectThrottle()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        connection = _socket_of(environ)
        if connection is None:
            return self.app(environ, start_response)
        self._arrivals.wait()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, KERNEL_BYTES)
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        environ[LINE] = environ["werkzeug.socket"] = BufferedSocket(connection)
        try:
            return self.app(environ, start_response)
        except (
            ConnectionError
        ) as error:  # how the driver says that the conversation is over; the server then closes without a word
            raise ConnectionResetError(errno.ECONNRESET, "the WebSocket has ended") from error


def _socket_of(environ: WSGIEnvironment) -> Any:
    """The socket behind a WebSocket request to gevent's server; None for any other request."""
    if environ.get("HTTP_UPGRADE", "").lower() != "websocket":
        return None
    return getattr(getattr(environ.get("wsgi.input"), "raw", None), "_sock", None)

"""What stands between the WSGI server and simple-websocket, so that a live connection is whole, light and ends when it ends.

Seen with gevent 26.9, simple-websocket 1.1 and python-engineio 4.15:
- simple-websocket calls `send` once for each frame; a socket whose buffer is full takes a part, and the stream is broken. `sendall` it is.
- it accepts permessage-deflate, which costs a compression and some 300 kB of memory for each listener of each change.
- it works on a duplicate of the socket, and the server then waits for another request on the original: a closed connection lingered.
"""

from __future__ import annotations

import errno
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class WholeFrames:
    """A socket of which every `send` sends everything."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._turn = Lock()  # a pong of the reader must not fall into the middle of the writer's frame

    def send(self, frame: bytes) -> int:
        with self._turn:
            self._socket.sendall(frame)
        return len(frame)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)


class WebSocketSeam:
    def __init__(self, app: WSGIApplication) -> None:
        self.app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        socket = _socket_of(environ)
        if socket is None:
            return self.app(environ, start_response)
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        environ["werkzeug.socket"] = WholeFrames(socket)
        try:
            return self.app(environ, start_response)
        except ConnectionError as error:  # how the driver says that the conversation is over; the server then closes without a word
            raise ConnectionResetError(errno.ECONNRESET, "the WebSocket has ended") from error


def _socket_of(environ: WSGIEnvironment) -> Any:
    """The socket behind a WebSocket request to gevent's server; None for any other request."""
    if environ.get("HTTP_UPGRADE", "").lower() != "websocket":
        return None
    return getattr(getattr(environ.get("wsgi.input"), "raw", None), "_sock", None)

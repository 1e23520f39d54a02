"""Send to many clients at once, and survive slow and hostile ones, behind stock Socket.IO's interfaces.

Without this package and the lines that use it in app/live/__init__.py the server works as Socket.IO ships it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.live.transport.broadcast_manager import BroadcastManager
from app.live.transport.packet_guard import JsonPacket, close_malformed
from app.live.transport.websocket import WebSocketMiddleware

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def server_options() -> dict[str, Any]:
    """Return the options of `socketio.Server` that put this package to use."""
    return {"client_manager": BroadcastManager(), "serializer": JsonPacket}


def middleware(app: WSGIApplication) -> WSGIApplication:
    """Wrap the application that holds Socket.IO's own middleware."""
    return WebSocketMiddleware(close_malformed(app))

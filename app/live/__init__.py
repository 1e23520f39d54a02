"""Serve the live connection: rooms, ordered broadcasts, catching up. Only broadcaster.py emits."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask

from app.auth.signals import sign_in_ended
from app.extensions import socketio
from app.live import access_watcher, broadcaster, events
from app.live.broadcast_manager import BroadcastManager
from app.live.broadcaster import announce_shutdown, close_sign_in
from app.live.packet_guard import JsonPacket, ended_by_nonsense
from app.live.websocket import WebSocketMiddleware
from app.web import json as strict_json
from config import Settings

_farewells: list[Callable[[], None]] = []


def init_app(app: Flask, settings: Settings) -> None:
    events.listen(socketio)
    sign_in_ended.connect(close_sign_in)
    socketio.init_app(
        app,
        client_manager=BroadcastManager(),
        serializer=JsonPacket,
        async_mode="gevent",
        async_handlers=False,  # one client's events are carried out in the order they were sent
        manage_session=False,
        json=strict_json,
        cors_allowed_origins=lambda origin, environ=None: _is_ours(origin, environ, settings),
        max_http_buffer_size=settings.max_frame_bytes,
        ping_interval=20,
        ping_timeout=20,
    )
    app.wsgi_app = WebSocketMiddleware(ended_by_nonsense(app.wsgi_app))  # type: ignore[method-assign]  # Flask's documented seam for middleware


def start(app: Flask) -> None:
    """Begin to tell clients what happens; once, in a process that serves."""
    settings: Settings = app.config["SETTINGS"]
    broadcaster.start(app)
    access_watcher.start(app)
    if settings.redis_url:
        _join_others(app, settings.redis_url, settings.redis_prefix)


def leave() -> None:
    """This process ends, and says so to the other workers."""
    for say_farewell in _farewells:
        say_farewell()


def _join_others(app: Flask, redis_url: str, prefix: str) -> None:
    from app.live import redis_bus, remote_presence  # with Redis' library

    def hear(message: dict[str, Any]) -> None:
        if "seats" in message:
            remote_presence.hear()
        else:
            broadcaster.on_worker_message(message)

    worker = uuid.uuid4().hex
    redis_bus.start(app, redis_url, prefix, worker, hear)
    remote_presence.start(redis_url, prefix, worker)
    _farewells.append(remote_presence.leave)


def _is_ours(origin: str | None, environ: dict[str, Any] | None, settings: Settings) -> bool:
    """Live connections come from our own pages: the public address where one is set, else the host that was asked."""
    if settings.public_url:
        return origin == settings.public_url
    return origin is not None and urlsplit(origin).netloc == (environ or {}).get("HTTP_HOST")


__all__ = ["announce_shutdown", "init_app", "leave", "start"]

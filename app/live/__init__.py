"""Serve the live connection: rooms, ordered broadcasts, catching up. Only broadcaster.py emits."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlsplit

from flask import Flask

from app.auth.signals import sign_in_ended
from app.extensions import socketio
from app.live import access_watcher, broadcaster, events, redis_bus, remote_presence, transport
from app.live.broadcaster import announce_shutdown, close_sign_in
from app.web import json as strict_json
from config import Settings


def init_app(app: Flask, settings: Settings) -> None:
    """Bind the live server to the application."""
    events.listen(socketio)
    sign_in_ended.connect(close_sign_in)
    socketio.init_app(
        app,
        **transport.server_options(),
        async_mode="gevent",
        async_handlers=False,  # one client's events are handled in the order they were sent
        manage_session=False,
        json=strict_json,
        cors_allowed_origins=lambda origin, environ=None: _is_ours(origin, environ, settings),
        max_http_buffer_size=settings.max_frame_bytes,
        ping_interval=20,
        ping_timeout=20,
    )
    app.wsgi_app = transport.middleware(app.wsgi_app)  # type: ignore[assignment, method-assign]  # Flask's documented seam


def start(app: Flask) -> None:
    """Begin to broadcast; once, in a process that serves."""
    settings: Settings = app.config["SETTINGS"]
    broadcaster.start(app)
    access_watcher.start(app)
    if settings.redis_url:
        worker = uuid.uuid4().hex
        redis_bus.start(app, settings.redis_url, settings.redis_prefix, worker, _on_worker_message)
        remote_presence.start(settings.redis_url, settings.redis_prefix, worker)


def leave() -> None:
    """Tell the other workers that this process ends."""
    remote_presence.leave_presence()


def _on_worker_message(message: dict[str, Any]) -> None:
    if "seats" in message:
        remote_presence.mark_outdated()
    else:
        broadcaster.on_worker_message(message)


def _is_ours(origin: str | None, environ: dict[str, Any] | None, settings: Settings) -> bool:
    """Accept our own pages: of the public address where one is set, else of the requested host."""
    if settings.public_url:
        return origin == settings.public_url
    return origin is not None and urlsplit(origin).netloc == (environ or {}).get("HTTP_HOST")


__all__ = ["announce_shutdown", "init_app", "leave", "start"]

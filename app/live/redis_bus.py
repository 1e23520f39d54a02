"""Exchange the workers' messages through Redis."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import redis
from flask import Flask

from app.extensions import socketio
from app.live import worker_bus
from app.web.redis_client import PING_SECONDS, client_of

log = logging.getLogger(__name__)

RETRY_SECONDS = 1
_OnMessage = Callable[[dict[str, Any]], None]


def start(app: Flask, url: str, prefix: str, worker: str, on_message: _OnMessage) -> None:
    """Exchange messages under this name; call `on_message` with those of others, in an application context."""
    worker_bus.open_as(worker)
    channel = f"{prefix}:bus"
    socketio.start_background_task(_send, url, channel)
    socketio.start_background_task(_listen, app, url, channel, worker, on_message)


def _send(url: str, channel: str) -> None:
    client = client_of(url)
    while True:
        message = worker_bus.outgoing.get()
        try:
            client.publish(channel, json.dumps(message))
        except redis.RedisError:  # the others find out by watching the log
            log.warning("Redis is away: the other workers were not told")


def _listen(app: Flask, url: str, channel: str, worker: str, on_message: _OnMessage) -> None:
    while True:
        try:
            subscription = client_of(url).pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]  # redis-py leaves it untyped
            subscription.subscribe(channel)
            while True:
                if message := subscription.get_message(timeout=PING_SECONDS):
                    _receive(app, message["data"], worker, on_message)
        except redis.RedisError:
            log.warning("Redis is away: trying again")
        socketio.sleep(RETRY_SECONDS)


def _receive(app: Flask, data: bytes, worker: str, on_message: _OnMessage) -> None:
    try:
        message = json.loads(data)
        if message.get("worker") != worker:
            with app.app_context():
                on_message(message)
    except Exception:  # one message that is not understood, such as an older worker's, must not end the loop
        log.exception("a message of another worker was not understood")

"""What workers tell each other, through Redis: that a board has moved on, that somebody types. Never what changed.

Each worker reads the board's log itself and words it for its own audiences, so a message that is lost costs a moment: the watch
finds the board ahead two seconds later.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import redis
from flask import Flask

from app.extensions import socketio

log = logging.getLogger(__name__)

CHANNEL = "flash-news"
RETRY_SECONDS = 1
_worker = uuid.uuid4().hex
_outgoing: SimpleQueue[dict[str, Any]] = SimpleQueue()
_connected = False


def start(app: Flask, url: str, hear: Callable[[dict[str, Any]], None]) -> None:
    """Begin to exchange messages; `hear` gets those of the other workers, inside an application context."""
    global _connected
    _connected = True
    socketio.start_background_task(_send, url)
    socketio.start_background_task(_listen, app, url, hear)


def tell(message: dict[str, Any]) -> None:
    """Tell the other workers, soon; nothing happens where there are none."""
    if _connected:
        _outgoing.put({**message, "worker": _worker})


def _send(url: str) -> None:
    client = redis.Redis.from_url(url)
    while True:
        message = _outgoing.get()
        try:
            client.publish(CHANNEL, json.dumps(message))
        except redis.RedisError:  # the others find out by watching the log
            log.warning("Redis is away: the other workers were not told")


def _listen(app: Flask, url: str, hear: Callable[[dict[str, Any]], None]) -> None:
    while True:
        try:
            subscription = redis.Redis.from_url(url).pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]  # redis-py leaves it untyped
            subscription.subscribe(CHANNEL)
            for message in subscription.listen():
                _take(app, message["data"], hear)
        except redis.RedisError:
            log.warning("Redis is away: trying again")
        socketio.sleep(RETRY_SECONDS)


def _take(app: Flask, data: bytes, hear: Callable[[dict[str, Any]], None]) -> None:
    try:
        message = json.loads(data)
        if message.get("worker") != _worker:
            with app.app_context():
                hear(message)
    except Exception:  # one message that is not understood, such as an older worker's, must not end the listening
        log.exception("a message of another worker was not understood")

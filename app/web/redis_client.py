"""Connect to Redis with short timeouts: a missing Redis must not block requests."""

from __future__ import annotations

from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

REDIS_TIMEOUT_SECONDS = 1
PING_SECONDS = 10  # finds out a machine that vanished silently


def options() -> dict[str, Any]:
    """Return the connection options of every client."""
    return {
        "socket_connect_timeout": REDIS_TIMEOUT_SECONDS,
        "socket_timeout": REDIS_TIMEOUT_SECONDS,
        "retry": Retry(NoBackoff(), 1),  # once, for a connection that a restart of Redis has closed
        "health_check_interval": PING_SECONDS,
    }


def client_of(url: str) -> Redis:
    """Return a client for this address."""
    return Redis.from_url(url, **options())

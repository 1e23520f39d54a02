"""Connect to Redis with short timeouts: a missing Redis must not block requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from redis import Redis

PATIENCE_SECONDS = 1
PING_SECONDS = 10  # a machine that vanished without a word is found out by it


def options() -> dict[str, Any]:
    """Return the connection options."""
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return {
        "socket_connect_timeout": PATIENCE_SECONDS,
        "socket_timeout": PATIENCE_SECONDS,
        "retry": Retry(NoBackoff(), 1),  # once, for a connection that a restart of Redis has closed
        "health_check_interval": PING_SECONDS,
    }


def client_of(url: str) -> Redis:
    """Return a client for this URL."""
    from redis import Redis

    return Redis.from_url(url, **options())

"""How Redis is asked, wherever it is: briefly. What it is asked for is never worth what would wait behind it while it is away."""

from __future__ import annotations

from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

PATIENCE_SECONDS = 1
PING_SECONDS = 10  # a machine that vanished without a word is found out by it

OPTIONS: dict[str, Any] = {
    "socket_connect_timeout": PATIENCE_SECONDS,
    "socket_timeout": PATIENCE_SECONDS,
    "retry": Retry(NoBackoff(), 1),  # once, for a connection that a restart of Redis has closed
    "health_check_interval": PING_SECONDS,
}


def client_of(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, **OPTIONS)

"""Number each request and live event, so that its log lines can be found together."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

HEADER = "X-Request-ID"
_WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{8,64}")
_current: ContextVar[str | None] = ContextVar("request_id", default=None)  # gevent keeps one for each greenlet


def current() -> str | None:
    """Return the current request’s id; None outside a request."""
    return _current.get()


def begin(brought: str | None = None) -> str:
    """Set and return the request id: the given one if well formed, else a random one."""
    request_id = brought if brought and _WELL_FORMED.fullmatch(brought) else secrets.token_hex(8)
    _current.set(request_id)
    return request_id


def end() -> None:
    """Forget the request id."""
    _current.set(None)


@contextmanager
def numbered() -> Iterator[str]:
    """Give the enclosed block a request id."""
    try:
        yield begin()
    finally:
        end()

"""Run CPU-bound work outside the event loop."""

from __future__ import annotations

from collections.abc import Callable
from threading import BoundedSemaphore
from typing import TypeVar

import gevent
from gevent import monkey

_Result = TypeVar("_Result")
_at_once = BoundedSemaphore(4)  # a storm of sign-ins must not take all the memory and cores


def run_in_thread(work: Callable[[], _Result]) -> _Result:
    """Run work that releases the GIL in a thread of gevent’s pool; return its result."""
    with _at_once:
        if monkey.is_module_patched("threading"):
            result: _Result = gevent.get_hub().threadpool.apply(work)
            return result
        return work()

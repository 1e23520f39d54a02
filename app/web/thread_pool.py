"""Heavy work away from the event loop: a hash, a picture."""

from __future__ import annotations

from collections.abc import Callable
from threading import BoundedSemaphore
from typing import TypeVar

import gevent
from gevent import monkey

_Result = TypeVar("_Result")
_at_once = BoundedSemaphore(4)  # a storm of sign-ins must not take all the memory and cores


def run_in_thread(work: Callable[[], _Result]) -> _Result:
    """The result of work that leaves the GIL alone, done in a thread of its own where everything else is greenlets."""
    with _at_once:
        if monkey.is_module_patched("threading"):
            result: _Result = gevent.get_hub().threadpool.apply(work)
            return result
        return work()

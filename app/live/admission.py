"""Who arrives takes their turn, so that a thousand who come back at once keep nobody else waiting."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

SPELL_SECONDS = 0.01  # that others wait at most for those who arrive
PAUSE_SECONDS = (
    0.001  # a timer, not a mere yield: gevent hands the processor to fifty who yield before it looks what else has come
)


class ConnectThrottle:
    """One goes on after the other, in the order of arrival; after each spell the loop goes round once, and what else people ask is answered."""

    def __init__(
        self, pause: Callable[[float], object] = time.sleep, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._pause = pause
        self._clock = clock
        self._next = Lock()
        self._paused = clock()

    def wait(self) -> None:
        with self._next:
            if self._clock() - self._paused > SPELL_SECONDS:
                self._pause(PAUSE_SECONDS)
                self._paused = self._clock()

"""Let clients connect in turns, so that a thousand who return at once keep no other request waiting.

Measured: signing in while a thousand reconnect takes half a second (p95) instead of 1.8 s (tests/faults/RESULTS.md).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

ADMISSION_SECONDS = 0.01  # the longest that other requests wait for connecting clients
# A timer, not a mere yield: gevent resumes every greenlet that yields before it looks for new input.
PAUSE_SECONDS = 0.001


class ConnectThrottle:
    """Admit one client after the other; after WORK_SECONDS of them, pause for other requests."""

    def __init__(
        self, pause: Callable[[float], object] = time.sleep, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._pause = pause
        self._clock = clock
        self._lock = Lock()
        self._paused_at = clock()

    def wait(self) -> None:
        """Return when it is this client's turn."""
        with self._lock:
            if self._clock() - self._paused_at > ADMISSION_SECONDS:
                self._pause(PAUSE_SECONDS)
                self._paused_at = self._clock()

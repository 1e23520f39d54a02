"""What workers tell each other: that a board has moved on, that somebody types, comes or goes. Never what changed.

Each worker reads the board's log itself and words it for its own audiences, so a message that is lost costs a moment: the watch
finds the board ahead two seconds later.
"""

from __future__ import annotations

from queue import SimpleQueue
from typing import Any

outgoing: SimpleQueue[dict[str, Any]] = SimpleQueue()
_worker = ""


def open_as(worker: str) -> None:
    """There are other workers, and this one goes by this name."""
    global _worker
    _worker = worker


def tell(message: dict[str, Any]) -> None:
    """Tell the other workers, soon; nothing happens where there are none."""
    if _worker:
        outgoing.put({**message, "worker": _worker})

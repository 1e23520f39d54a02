"""Queue messages for the other workers: a board moved on, somebody types, comes or goes; never the change itself.

Each worker reads the board's log and serializes it for its own audiences, so a lost message costs a moment: two seconds
later the access watcher finds the board ahead.
"""

from __future__ import annotations

from queue import SimpleQueue
from typing import Any

outgoing: SimpleQueue[dict[str, Any]] = SimpleQueue()
_worker = ""


def open_as(worker: str) -> None:
    """Begin to queue messages under this worker's name."""
    global _worker
    _worker = worker


def publish_to_workers(message: dict[str, Any]) -> None:
    """Send a message to the other workers soon; do nothing where there are none."""
    if _worker:
        outgoing.put({**message, "worker": _worker})

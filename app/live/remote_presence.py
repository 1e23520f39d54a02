"""Share the presence of this worker's people through Redis and read that of the others.

Entries expire within seconds, so the people of a worker that died vanish. Redis keeps the time: clocks of machines may
differ. While Redis is away each worker shows its own people only.
"""

from __future__ import annotations

import json
import logging
import time
from typing import Any

import redis

from app.extensions import socketio
from app.live import broadcaster, worker_bus
from app.live.broadcaster import connections
from app.live.presence import PresenceList
from app.web.redis_client import client_of

log = logging.getLogger(__name__)

SYNC_SECONDS = 0.5
RENEW_SECONDS = 3
EXPIRY_SECONDS = 8

PresenceLists = dict[int, PresenceList]  # by board


class RemotePresence:
    """Keep this worker's entry in Redis and read those of the others."""

    def __init__(self, client: redis.Redis, prefix: str, worker: str) -> None:
        self.client = client
        self.workers = f"{prefix}:workers"
        self.entry = f"{prefix}:seats:"
        self.worker = worker
        self.outdated = True  # set when another worker says that somebody came or went there
        self._written: PresenceLists | None = None
        self._written_at = 0.0

    def sync(self) -> None:
        """Write this worker's entry when it changed or is about to expire, and read the others then or when outdated.

        Raises RedisError.
        """
        local, overdue = connections.presence_lists(), time.monotonic() - self._written_at > RENEW_SECONDS
        changed = local != self._written
        if not (changed or overdue or self.outdated):
            return
        self.outdated = False
        self._write(local)
        publish_presence(self._read())
        if changed:
            worker_bus.publish_to_workers({"seats": self.worker})
        self._written, self._written_at = local, time.monotonic()

    def leave(self) -> None:
        """Remove this worker's entry when it ends."""
        try:
            self.client.delete(self.entry + self.worker)
            self.client.srem(self.workers, self.worker)
        except redis.RedisError:
            return  # it expires
        worker_bus.publish_to_workers({"seats": self.worker})

    def _write(self, local: PresenceLists) -> None:
        entry = {
            board_id: {"ids": sorted(present.ids), "people": present.people} for board_id, present in local.items()
        }
        with self.client.pipeline(transaction=False) as pipeline:
            pipeline.set(self.entry + self.worker, json.dumps(entry), ex=EXPIRY_SECONDS)
            pipeline.sadd(self.workers, self.worker)
            pipeline.execute()

    def _read(self) -> PresenceLists:
        names: Any = self.client.smembers(self.workers)
        others = sorted(name.decode() for name in names if name.decode() != self.worker)
        found: Any = self.client.mget([self.entry + name for name in others]) if others else []
        entries = dict(zip(others, found, strict=True))
        if gone := [name for name, entry in entries.items() if entry is None]:
            self.client.srem(self.workers, *gone)  # one that was only slow enters itself again
        merged: PresenceLists = {}
        for entry in filter(None, entries.values()):
            for board, present in json.loads(entry).items():
                there = PresenceList.of(present["people"], present["ids"])
                merged[int(board)] = there.merge(merged.get(int(board), PresenceList()))
        return merged


def start(url: str, prefix: str, worker: str) -> None:
    """Begin to share presence under this worker's name."""
    global _remote
    _remote = RemotePresence(client_of(url), prefix, worker)
    socketio.start_background_task(_sync_forever, _remote)


def mark_outdated() -> None:
    """Read the other workers' entries at the next sync: somebody came or went there."""
    if _remote is not None:
        _remote.outdated = True


def leave_presence() -> None:
    """Remove this worker's entry, if it has one."""
    if _remote is not None:
        _remote.leave()


def publish_presence(presence_lists: PresenceLists) -> None:
    """Replace the people known to be at other workers, and tell the boards where they changed."""
    before, connections.remote = connections.remote, presence_lists
    for board_id in before.keys() | presence_lists.keys():
        if before.get(board_id) != presence_lists.get(board_id):
            broadcaster.presence_changed(board_id)


_remote: RemotePresence | None = None


def _sync_forever(remote: RemotePresence) -> None:
    while True:
        pause: float = SYNC_SECONDS
        try:
            remote.sync()
        except redis.RedisError:
            log.warning("Redis is away: who is at the other workers is not known")
            publish_presence({})
            pause = RENEW_SECONDS
        except Exception:  # an entry that is not understood, such as an older worker's, must not end the loop
            log.exception("could not exchange presence")
        socketio.sleep(pause)

"""Who sits at the other workers: each keeps its people in Redis, for a few seconds at a time.

A worker that dies no longer does, and its people vanish from every board. Redis reckons the time, so machines may disagree about it.
While Redis is away each worker shows its own people only.
"""

from __future__ import annotations

import json
import logging
import time
from typing import Any

import redis

from app.extensions import socketio
from app.live import broadcaster, worker_bus
from app.live.broadcaster import seats
from app.live.presence import PresenceList
from app.web.redis_client import client_of

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
RENEW_SECONDS = 3
KEPT_SECONDS = 8

Companies = dict[int, PresenceList]


class Elsewhere:
    """This worker's entry in Redis, and what it knows of the others'."""

    def __init__(self, client: redis.Redis, prefix: str, worker: str) -> None:
        self.client = client
        self.workers = f"{prefix}:workers"
        self.entry = f"{prefix}:seats:"
        self.worker = worker
        self.moved = True  # whether another worker said that somebody came or went there
        self._kept: Companies | None = None
        self._kept_at = 0.0

    def look(self) -> None:
        """Keep what has changed here, and what would soon be forgotten; read the others when they have news, and now and then without.

        Raises RedisError.
        """
        here, overdue = seats.companies(), time.monotonic() - self._kept_at > RENEW_SECONDS
        news = here != self._kept
        if not (news or overdue or self.moved):
            return
        self.moved = False
        self._keep(here)
        show(self._read())
        if news:
            worker_bus.tell({"seats": self.worker})
        self._kept, self._kept_at = here, time.monotonic()

    def leave(self) -> None:
        """This worker ends: whoever still sat here is gone at once."""
        try:
            self.client.delete(self.entry + self.worker)
            self.client.srem(self.workers, self.worker)
        except redis.RedisError:
            return  # it expires
        worker_bus.tell({"seats": self.worker})

    def _keep(self, here: Companies) -> None:
        entry = {board_id: {"ids": sorted(company.ids), "people": company.people} for board_id, company in here.items()}
        with self.client.pipeline(transaction=False) as pipeline:
            pipeline.set(self.entry + self.worker, json.dumps(entry), ex=KEPT_SECONDS)
            pipeline.sadd(self.workers, self.worker)
            pipeline.execute()

    def _read(self) -> Companies:
        names: Any = self.client.smembers(self.workers)
        others = sorted(name.decode() for name in names if name.decode() != self.worker)
        found: Any = self.client.mget([self.entry + name for name in others]) if others else []
        entries = dict(zip(others, found, strict=True))
        if gone := [name for name, entry in entries.items() if entry is None]:
            self.client.srem(self.workers, *gone)  # one that was only slow enters itself again
        together: Companies = {}
        for entry in filter(None, entries.values()):
            for board, company in json.loads(entry).items():
                there = PresenceList.of(company["people"], company["ids"])
                together[int(board)] = there.and_also(together.get(int(board), PresenceList()))
        return together


def start(url: str, prefix: str, worker: str) -> None:
    global _elsewhere
    _elsewhere = Elsewhere(client_of(url), prefix, worker)
    socketio.start_background_task(_look, _elsewhere)


def hear() -> None:
    """Another worker says that somebody came or went there."""
    if _elsewhere is not None:
        _elsewhere.moved = True


def leave() -> None:
    if _elsewhere is not None:
        _elsewhere.leave()


def show(companies: Companies) -> None:
    """From now on these are known to sit elsewhere; the boards concerned are told."""
    before, seats.elsewhere = seats.elsewhere, companies
    for board_id in before.keys() | companies.keys():
        if before.get(board_id) != companies.get(board_id):
            broadcaster.presence_changed(board_id)


_elsewhere: Elsewhere | None = None


def _look(elsewhere: Elsewhere) -> None:
    while True:
        pause: float = LOOK_SECONDS
        try:
            elsewhere.look()
        except redis.RedisError:
            log.warning("Redis is away: who is at the other workers is not known")
            show({})
            pause = RENEW_SECONDS
        except Exception:  # an entry that is not understood, such as an older worker's, must not end the looking
            log.exception("could not exchange who is where")
        socketio.sleep(pause)

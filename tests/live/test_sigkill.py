"""SIGKILL during a stream of moves: each acknowledged move is kept exactly once and clients catch up."""

from __future__ import annotations

import sqlite3
import threading
import uuid
from contextlib import closing
from typing import Any

import requests
import socketio

from tests.live.person import LivePerson
from tests.server import Server


class Mover(threading.Thread):
    """Move one card up and down, by HTTP or live, until the server is gone, recording acknowledgements."""

    def __init__(self, person: LivePerson, card: int, columns: list[int], *, live: bool) -> None:
        super().__init__()
        self.person, self.card, self.columns, self.live = person, card, columns, live
        self.acknowledged: dict[str, int] = {}
        self.unanswered: dict[str, Any] | None = None
        self.some_done = threading.Event()

    def run(self) -> None:
        for turn in range(100_000):
            command: dict[str, Any] = {
                "type": "move_card",
                "card": self.card,
                "column": self.columns[turn % len(self.columns)],
                "after": None,
                "key": uuid.uuid4().hex,
            }
            self.unanswered = command
            try:
                answer = self.person.send(**command) if self.live else self.person.post(**command).json()
                self.acknowledged[command["key"]] = answer["seq"]
            except (OSError, requests.RequestException, socketio.exceptions.SocketIOError):
                return
            if turn == 10:
                self.some_done.set()


def test_every_acknowledged_move_is_kept_exactly_once(server: Server) -> None:
    people = [LivePerson(server.url, "dtan@demo.example") for _number in range(2)]
    board = people[0].board()
    services = [column["id"] for column in board["columns"] if column["kind"] == "service"][:3]
    cards = [next(card["id"] for card in board["cards"] if card["column"] == column) for column in services]
    people[1].connect()
    movers = [Mover(people[0], cards[0], services, live=False), Mover(people[1], cards[1], services, live=True)]
    for mover in movers:
        mover.start()
    for mover in movers:
        assert mover.some_done.wait(30)
    server.kill()
    people[1].leave()
    for mover in movers:
        mover.join(30)
    server.start()

    for mover, person in zip(movers, people, strict=True):
        # Send the unanswered command again under its key: it is applied once, even if it was applied before the kill.
        assert mover.unanswered is not None
        first = person.post(**mover.unanswered).json()
        assert person.post(**mover.unanswered).json()["seq"] == first["seq"]
        mover.acknowledged[mover.unanswered["key"]] = first["seq"]

    log = recorded(server)
    for mover in movers:
        assert {key: log.get(key) for key in mover.acknowledged} == {
            key: [seq] for key, seq in mover.acknowledged.items()
        }

    latecomer = LivePerson(server.url, "sports@demo.example").connect()
    assert latecomer.join()["seq"] == people[0].board()["seq"]
    latecomer.leave()


def recorded(server: Server) -> dict[str, list[int]]:
    """Return the seqs recorded in the log under each key."""
    seqs: dict[str, list[int]] = {}
    with closing(sqlite3.connect(f"file:{server.data_dir / 'flash-news.sqlite3'}?mode=ro", uri=True)) as connection:
        for key, seq in connection.execute("SELECT key, seq FROM changes WHERE key IS NOT NULL"):
            seqs.setdefault(key, []).append(seq)
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    return seqs

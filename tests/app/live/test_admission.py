"""Admission of many returning pages: other requests run after each time slice."""

from __future__ import annotations

import socket
from types import SimpleNamespace
from typing import Any

from app.live.transport.admission import ADMISSION_SECONDS, ConnectThrottle
from app.live.transport.websocket import WebSocketMiddleware


class Loop:
    """Fake event loop with a clock and a pause."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def pause(self, seconds: float) -> None:
        self.pauses.append(self.now)
        self.now += seconds

    def turns(self) -> ConnectThrottle:
        return ConnectThrottle(self.pause, lambda: self.now)


def test_those_who_arrive_pause_after_each_spell() -> None:
    loop = Loop()
    turns = loop.turns()
    for _arrival in range(40):
        turns.wait()
        loop.now += ADMISSION_SECONDS / 4
    spells = [later - earlier for earlier, later in zip(loop.pauses, loop.pauses[1:], strict=False)]
    assert len(spells) > 5
    assert all(ADMISSION_SECONDS < spell < 2 * ADMISSION_SECONDS for spell in spells)


def test_a_single_arrival_pauses_once() -> None:
    loop = Loop()
    turns = loop.turns()
    loop.now = 1000.0
    turns.wait()
    turns.wait()
    assert loop.pauses == [1000.0]


def test_connections_take_their_turn_and_other_requests_do_not() -> None:
    loop, answered = Loop(), list[str]()

    def start(*_response: Any) -> Any:
        return None

    def app(environ: Any, _start: Any) -> list[bytes]:
        answered.append(environ["PATH_INFO"])
        return []

    seam = WebSocketMiddleware(app, loop.turns())
    loop.now = 1.0
    seam({"PATH_INFO": "/sign-in"}, start)
    assert loop.pauses == []
    with socket.socket() as connection:
        raw = SimpleNamespace(_sock=connection)
        seam({"PATH_INFO": "/socket.io/", "HTTP_UPGRADE": "websocket", "wsgi.input": SimpleNamespace(raw=raw)}, start)
    assert (loop.pauses, answered) == ([1.0], ["/sign-in", "/socket.io/"])

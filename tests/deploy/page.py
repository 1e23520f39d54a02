"""Somebody behind nginx whose page behaves as ours do: goes over when told to, comes back when cut off, sends again what was not answered."""

from __future__ import annotations

import random
import threading
import uuid
from typing import Any

import requests
from socketio.exceptions import SocketIOError

from tests.deploy.nginx import Nginx
from tests.live.person import LivePerson


class Page(LivePerson):
    def __init__(self, nginx: Nginx, name: str) -> None:
        self.seq = 0
        self.interruptions = 0  # of a connection that ended before this page left it
        self._leaving = threading.Event()
        self._closed = threading.Event()
        self._keeper = threading.Thread(target=self._keep_open)
        super().__init__(nginx.url, f"{name}@demo.example", web=trusting(nginx))

    def __enter__(self) -> Page:
        self.socket.on("closing", self._go_over)
        self.connect()
        self.seq = self.first = self.join()["seq"]
        self._keeper.start()
        return self

    def __exit__(self, *_reason: object) -> None:
        self._closed.set()
        self._keeper.join()
        self.leave()

    def known(self) -> list[int]:
        """The numbers of all changes that this page knows, in order, each once."""
        return sorted({change["seq"] for change in self.changes()})

    def do(self, **command: Any) -> dict[str, Any]:
        """Live, and over HTTP under the same key when that finds no answer."""
        command = {"key": uuid.uuid4().hex, **command}
        try:
            return {**self.send(**command), "key": command["key"]}
        except SocketIOError:
            return {**self.post(**command).json(), "key": command["key"]}

    def wait_for_company(self, count: int) -> None:
        """Until this page is live and was told last that so many people are on the board."""
        self.wait_until(
            lambda: self.socket.connected and [told["total"] for told in self.events("presence")[-1:]] == [count]
        )

    def _go_over(self, told: dict[str, float]) -> None:
        self._leaving.set()
        threading.Timer(random.uniform(0, told["within"]), self.socket.disconnect).start()

    def _keep_open(self) -> None:
        """Come back and catch up whenever the connection has ended."""
        while not self._closed.wait(0.05):  # as a browser's timers do
            if self.socket.connected:
                continue
            self.interruptions += not self._leaving.is_set()
            self._leaving.clear()
            while not self._come_back() and not self._closed.wait(0.2):
                pass

    def _come_back(self) -> bool:
        """Whether that was possible; a connection on which joining fails is given up."""
        self.socket = self._new_socket()
        self.socket.on("closing", self._go_over)
        try:
            self.connect()
            caught_up = self.join(self._known_without_gap())
        except (SocketIOError, OSError, requests.RequestException):
            caught_up = {}
        if "changes" not in caught_up:
            self.socket.disconnect()
            return False
        with self._news:
            self.heard.append(("changes", caught_up["changes"]))
            self._news.notify_all()
        return True

    def _known_without_gap(self) -> int:
        """The number up to which this page knows every change."""
        known, seq = set(self.known()), int(self.first)
        while seq + 1 in known:
            seq += 1
        return seq


def trusting(nginx: Nginx) -> requests.Session:
    """A browser that trusts nginx's certificate."""
    web = requests.Session()
    web.trust_env = False  # else a REQUESTS_CA_BUNDLE in the environment would win over the certificate below
    web.verify = str(nginx.certificate)
    web.headers["Referer"] = f"{nginx.url}/sign-in"  # browsers say it, and over HTTPS it is checked
    return web

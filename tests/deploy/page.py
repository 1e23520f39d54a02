"""A page behind nginx: moves to another worker on `closing`, reconnects, and retries commands."""

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
        self.interruptions = 0  # connections closed before this page disconnected
        self._leaving = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._keep_connected)
        super().__init__(nginx.url, f"{name}@demo.example", web=trusting(nginx))

    def __enter__(self) -> Page:
        self.socket.on("closing", self._move_to_another_worker)
        self.connect()
        self.seq = self.first = self.join()["seq"]
        self._thread.start()
        return self

    def __exit__(self, *_reason: object) -> None:
        self._closed.set()
        self._thread.join()
        self.leave()

    def known(self) -> list[int]:
        """Return the sorted numbers of all changes received."""
        return sorted({change["seq"] for change in self.changes()})

    def do(self, **command: Any) -> dict[str, Any]:
        """Send a command live, and over HTTP with the same key if there is no response."""
        command = {"key": uuid.uuid4().hex, **command}
        try:
            return {**self.send(**command), "key": command["key"]}
        except SocketIOError:
            return {**self.post(**command).json(), "key": command["key"]}

    def wait_for_presence(self, count: int) -> None:
        """Wait until the page is live and the latest presence event counts this many people."""
        self.wait_until(
            lambda: self.socket.connected and [told["total"] for told in self.events("presence")[-1:]] == [count]
        )

    def _move_to_another_worker(self, told: dict[str, float]) -> None:
        self._leaving.set()
        threading.Timer(random.uniform(0, told["within"]), self.socket.disconnect).start()

    def _keep_connected(self) -> None:
        """Reconnect and catch up whenever the connection has ended."""
        while not self._closed.wait(0.05):  # polling interval, like a browser timer
            if self.socket.connected:
                continue
            self.interruptions += not self._leaving.is_set()
            self._leaving.clear()
            while not self._reconnect() and not self._closed.wait(0.2):
                pass

    def _reconnect(self) -> bool:
        """Return True if reconnecting and joining succeeded; otherwise close the connection."""
        self.socket = self._new_socket()
        self.socket.on("closing", self._move_to_another_worker)
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
        """Return the number up to which this page has every change."""
        known, seq = set(self.known()), int(self.first)
        while seq + 1 in known:
            seq += 1
        return seq


def trusting(nginx: Nginx) -> requests.Session:
    """Return an HTTP session that trusts nginx's certificate."""
    web = requests.Session()
    web.trust_env = False  # otherwise REQUESTS_CA_BUNDLE would override the certificate
    web.verify = str(nginx.certificate)
    web.headers["Referer"] = f"{nginx.url}/sign-in"  # sent by browsers, and checked over HTTPS
    return web

"""Signed-in client of a running server with a live connection that records events."""

from __future__ import annotations

import re
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from typing import Any

import engineio
import requests
import socketio

from tests.live.tls import trusting_only

PATIENCE_SECONDS = 60  # a machine that others use as well stands still now and then


class _InOrder(engineio.Client):
    """Dispatch messages in order, as browsers do; the default starts a thread per message."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._one_by_one = ThreadPoolExecutor(max_workers=1)

    def start_background_task(self, target: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if target is self.handlers.get("message"):
            return self._one_by_one.submit(target, *args, **kwargs)
        return super().start_background_task(target, *args, **kwargs)


class LiveClient(socketio.Client):
    """Socket.IO client without automatic reconnection."""

    def __init__(self, http_session: requests.Session | None = None) -> None:
        certificate = http_session.verify if http_session else True
        secured = {"sslopt": {"context": trusting_only(certificate)}} if isinstance(certificate, str) else {}
        super().__init__(
            reconnection=False, handle_sigint=False, http_session=http_session, websocket_extra_options=secured
        )

    def _engineio_client_class(self) -> type[engineio.Client]:
        return _InOrder


class LivePerson:
    def __init__(
        self, url: str, email: str, password: str = "flash-news-demo", *, web: requests.Session | None = None
    ) -> None:
        self.url = url
        self.web = web or requests.Session()
        self.heard: list[tuple[str, Any]] = []
        self._news = threading.Condition()
        self.socket = self._new_socket()
        self._sign_in(email, password)

    def connect(self, **options: Any) -> LivePerson:
        self.socket.connect(
            self.url,
            headers={"Cookie": self.cookies},
            transports=["websocket"],
            wait_timeout=PATIENCE_SECONDS,
            **options,
        )
        return self

    def another_tab(self) -> LivePerson:
        """Open a second live connection with the same cookies."""
        tab = copy(self)
        tab.heard = []
        tab._news = threading.Condition()
        tab.socket = tab._new_socket()
        return tab

    def leave(self) -> None:
        self.socket.disconnect()

    @property
    def cookies(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.web.cookies)

    # --- live ---

    def ask(self, event: str, *data: Any) -> Any:
        """Send an event and wait for its acknowledgement."""
        return self.socket.call(event, data if len(data) != 1 else data[0], timeout=PATIENCE_SECONDS)

    def join(self, after: Any = None, board: Any = "accueil") -> Any:
        return self.ask("join", {"board": board, "after": self.board()["seq"] if after is None else after})

    def send(self, **command: Any) -> Any:
        return self.ask("command", {"board": "accueil", "key": uuid.uuid4().hex, **command})

    def changes(self) -> list[dict[str, Any]]:
        """Return the changes received so far, in order."""
        with self._news:
            return [change for event, batch in self.heard if event == "changes" for change in batch]

    def events(self, name: str) -> list[Any]:
        with self._news:
            return [data for event, data in self.heard if event == name]

    def wait_until(self, condition: Callable[[], Any]) -> Any:
        """Wait until the condition holds, checking it at each event, and return its result."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (result := condition()):
            with self._news:
                if not self._news.wait(min(0.2, deadline - time.monotonic())) and time.monotonic() > deadline:
                    raise AssertionError(f"waited in vain; heard {[event for event, _ in self.heard]}")
        return result

    def hear_up_to(self, seq: int) -> list[dict[str, Any]]:
        self.wait_until(lambda: any(change["seq"] >= seq for change in self.changes()))
        return self.changes()

    # --- pages ---

    def board(self) -> dict[str, Any]:
        told: dict[str, Any] = self.web.get(f"{self.url}/api/boards/accueil", timeout=PATIENCE_SECONDS).json()
        return told

    def columns(self, kind: str = "service") -> list[dict[str, Any]]:
        return [column for column in self.board()["columns"] if column["kind"] == kind]

    def post(self, **command: Any) -> requests.Response:
        body = {"key": uuid.uuid4().hex, **command}
        return self.web.post(
            f"{self.url}/boards/accueil/commands",
            json=body,
            headers={"X-CSRFToken": self.csrf_token},
            timeout=PATIENCE_SECONDS,
        )

    def sign_out(self) -> None:
        self.web.post(f"{self.url}/sign-out", data={"csrf_token": self.csrf_token}, timeout=PATIENCE_SECONDS)

    def _sign_in(self, email: str, password: str) -> None:
        token = self._token(self.web.get(f"{self.url}/sign-in", timeout=PATIENCE_SECONDS).text)
        page = self.web.post(
            f"{self.url}/sign-in",
            data={"email": email, "password": password, "csrf_token": token},
            timeout=PATIENCE_SECONDS,
        )
        self.csrf_token = self._token(page.text)
        assert page.url.endswith("/boards/accueil"), page.status_code

    def _token(self, page: str) -> str:
        found = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert found, page[:300]
        return found[1]

    def _new_socket(self) -> socketio.Client:
        socket = LiveClient(http_session=self.web)
        for event in (
            "changes",
            "presence",
            "typing",
            "flashes",
            "seen",
            "view_changed",
            "signed_out",
            "closing",
            "disconnect",
        ):
            socket.on(event, self._listener(event))
        return socket

    def _listener(self, event: str) -> Callable[..., None]:
        def listen(*data: Any) -> None:
            with self._news:
                self.heard.append((event, data[0] if data else None))
                self._news.notify_all()

        return listen


def only(things: dict[str, Any]) -> int:
    """Return the id of the single card or column in a change."""
    [id] = things
    return int(id)

"""A Python model of an open page (static/js/live) that records what it sends and applies."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from config import ROOT
from tests.faults.client import Socket, Unreachable, request
from tests.faults.history import Card, History, Operation, View
from tests.faults.town import SLUG, Town

ANSWER_SECONDS = 6.0  # ANSWER_MS of connection.js
RETRY_SECONDS = 2.0  # RETRY_MS of command_queue.js
GAP_PATIENCE_SECONDS = 0.25  # GAP_PATIENCE_MS of change_stream.js


def reconnection() -> dict[str, float]:
    """Read the reconnection delay, its maximum and its random factor from connection.js, in seconds."""
    script = (ROOT / "static" / "js" / "live" / "connection.js").read_text(encoding="utf-8")
    found = dict(re.findall(r"const (RECONNECT_\w+) = ([\d.]+)", script))
    return {
        "delay": float(found["RECONNECT_MS"]) / 1000,
        "maximum": float(found["RECONNECT_MAX_MS"]) / 1000,
        "factor": float(found["RECONNECT_SPREAD"]),
    }


class Page:
    """An open page; `urls` are the workers it tries in turn, as nginx would for it."""

    def __init__(self, name: str, urls: list[str], town: Town, token: str, history: History) -> None:
        self.name, self.urls, self.town, self.history = name, urls, town, history
        self.headers = {"Authorization": f"Bearer {token}"}
        self.dice = random.Random(name)
        self.url = self.dice.choice(urls)
        self.reconnect = reconnection()
        self.socket: Socket | None = None
        self.is_live = False
        self.seq = 0
        self.columns: list[int] = []
        self.cards: dict[int, tuple[int, str, Card]] = {}  # column, rank, card
        self.connections = 0
        self.on_change: Callable[[int, float], None] = lambda _seq, _moment: None
        self._buffer: dict[int, dict[str, Any]] = {}
        self._gap: asyncio.Task[None] | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._joining = asyncio.Lock()
        self._is_live_again = asyncio.Event()

    async def open(self) -> Page:
        while not self.columns:
            with suppress(Unreachable):
                await self._fetch_whole()
        self._connecting = asyncio.create_task(self._stay_connected())
        return self

    async def leave(self) -> None:
        for task in (self._connecting, self._gap):
            if task:
                task.cancel()
        if self.socket:
            self.socket.close()

    @property
    def view(self) -> View:
        view: View = {column: [] for column in self.columns}
        for id, (column, _rank, card) in sorted(self.cards.items(), key=lambda item: item[1][1]):
            view[column].append((id, card))
        return view

    # --- sending ---

    async def perform(self, command: dict[str, Any]) -> Operation:
        """Send a command with one key until it is answered, over the live connection or HTTP."""
        operation = self.history.record_request(self.name, command, uuid.uuid4().hex)
        while not operation.status:
            try:
                operation.attempts += 1
                status, answer = await self._send({**command, "key": operation.key}, operation)
            except Unreachable:
                await self._wait_until_live_or(RETRY_SECONDS * (0.5 + self.dice.random()))
                continue
            self._record_response(operation, status, answer)
        return operation

    async def send_again(self, operation: Operation) -> None:
        """Repeat an answered command, as if the response had been lost."""
        try:
            status, answer = await self._post({**operation.command, "key": operation.key})
        except Unreachable:
            return
        if status == 200:
            operation.seqs.append(answer["seq"])

    async def read(self) -> Operation | None:
        operation = self.history.record_request(self.name, {})
        try:
            board = await self._get_board()
        except Unreachable:
            self.history.operations.remove(operation)  # an unanswered read proves nothing
            return None
        operation.completed, operation.status, operation.seqs = time.monotonic(), 200, [board["seq"]]
        operation.board = view_of(board)
        return operation

    async def _wait_until_live_or(self, seconds: float) -> None:
        self._is_live_again.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._is_live_again.wait()

    def _record_response(self, operation: Operation, status: int, answer: dict[str, Any]) -> None:
        operation.completed, operation.status = time.monotonic(), status
        if status == 200:
            operation.seqs.append(answer["seq"])
            self._receive(answer["changes"])
        else:
            operation.code = answer.get("code", "")

    async def _send(self, body: dict[str, Any], operation: Operation) -> tuple[int, dict[str, Any]]:
        if self.is_live and self.socket:

            def record_repeat(answer: dict[str, Any]) -> None:
                if "seq" in answer:
                    operation.seqs.append(answer["seq"])

            try:
                answer = await self.socket.call(
                    "command", {"board": self.town.board, **body}, seconds=ANSWER_SECONDS, on_repeat=record_repeat
                )
            except Unreachable:
                pass  # try HTTP
            else:
                if "error" not in answer:
                    return 200, answer
                if answer["error"]["status"] != 503:
                    return answer["error"]["status"], answer["error"]
        return await self._post(body)

    async def _post(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        headers = {**self.headers, "Content-Type": "application/json", "Accept": "application/json"}
        status, answer = await self._request("POST", f"/boards/{SLUG}/commands", headers, json.dumps(body).encode())
        if status in (429, 502, 503, 504):
            raise Unreachable(f"{status}")
        return status, json.loads(answer)

    async def _get_board(self) -> dict[str, Any]:
        status, body = await self._request("GET", f"/api/boards/{SLUG}", self.headers)
        if status != 200:
            raise Unreachable(f"{status}")
        board: dict[str, Any] = json.loads(body)
        return board

    async def _request(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, bytes]:
        try:
            status, _headers, content = await request(self.url, method, path, headers, body)
        except Unreachable:
            self._try_next_worker()
            raise
        return status, content

    # --- receiving: change_stream.js ---

    def _receive(self, changes: list[dict[str, Any]]) -> None:
        for change in changes:
            if change["seq"] > self.seq:
                self._buffer[change["seq"]] = change
        while (following := self._buffer.get(self.seq + 1)) and not following.get("resync"):
            self._buffer.pop(self.seq + 1)
            self._apply(following)
        if self._buffer and self._gap is None:
            self._gap = asyncio.create_task(self._recover())

    def _apply(self, change: dict[str, Any]) -> None:
        self.seq = change["seq"]
        self.history.record_applied(self.name, self.seq)
        self.on_change(self.seq, time.monotonic())
        for id, card in change["cards"].items():
            if card is None:
                self.cards.pop(int(id), None)
            else:
                self.cards[int(id)] = (card["column"], card["rank"], (card["title"], card["version"]))

    async def _recover(self) -> None:
        patience = GAP_PATIENCE_SECONDS
        while self._buffer:
            await asyncio.sleep(patience)
            patience = min(patience * 2, 10)
            whole = any(change.get("resync") for change in self._buffer.values())
            try:
                if whole:
                    await self._fetch_whole()
                elif self.socket:
                    await self._join(self.socket)
            except Unreachable:
                continue
        self._gap = None

    async def _fetch_whole(self) -> None:
        board = await self._get_board()
        if board["seq"] < self.seq:
            return  # newer changes have been received meanwhile
        self.columns = [column["id"] for column in board["columns"]]
        self.cards = {
            card["id"]: (card["column"], card["rank"], (card["title"], card["version"])) for card in board["cards"]
        }
        self.seq = board["seq"]
        self.history.record_applied(self.name, self.seq, page=True)
        self._buffer = {seq: change for seq, change in self._buffer.items() if seq > self.seq}
        self._receive([])

    # --- connecting: connection.js ---

    async def _stay_connected(self) -> None:
        attempt = 0
        while True:
            try:
                socket = await Socket.connect(self.url, self.headers, self._on_event)
                self.socket = socket
                await self._join(socket)
            except Unreachable:
                if self.socket:
                    self.socket.close()
                self._try_next_worker()
                await asyncio.sleep(self._pause(attempt))
                attempt += 1
                continue
            attempt, self.is_live = 0, True
            self._is_live_again.set()
            self.connections += 1
            await socket.ended.wait()
            self.is_live = False
            await asyncio.sleep(self._pause(0))
            attempt = 1

    async def _join(self, socket: Socket) -> None:
        async with self._joining:
            answer = await socket.call("join", {"board": self.town.board, "after": self.seq}, seconds=ANSWER_SECONDS)
            if "error" in answer:
                raise Unreachable(str(answer["error"]))
            if answer.get("resync"):
                await self._fetch_whole()
            else:
                self._receive(answer["changes"])

    def _on_event(self, event: str, data: Any) -> None:
        if event == "changes":
            self._receive(data)

    def _pause(self, attempt: int) -> float:
        """Compute the back-off of socket.io-client."""
        wait: float = self.reconnect["delay"] * 2**attempt
        wait += self.dice.choice((-1, 1)) * self.dice.random() * self.reconnect["factor"] * wait
        return min(wait, self.reconnect["maximum"])

    def _try_next_worker(self) -> None:
        self.url = self.urls[(self.urls.index(self.url) + 1) % len(self.urls)]


def view_of(board: dict[str, Any]) -> View:
    """Convert a response of `GET /api/boards/<slug>` to a view."""
    view: View = {column["id"]: [] for column in board["columns"]}
    for card in sorted(board["cards"], key=lambda card: card["rank"]):
        view[card["column"]].append((card["id"], (card["title"], card["version"])))
    return view

"""Run a crowd of live connections in a process of its own, and control it.

The program (`python -m bench.crowd`) and its controller exchange lines of JSON: one order, one answer.
"""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit

from bench.listeners import Listener, Mover, changes_message, handshake
from bench.processes import raise_file_limit
from bench.town import Town
from config import ROOT

JOINING_AT_ONCE = 50
QUIET_SECONDS = 1.5  # longer than news of who is present may be held back
PATIENCE_SECONDS = 60


class Crowd:
    """Control the program.

    A crowd may have several groups, each of one server: then the same client measures them.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def gather(
        self,
        group: str,
        count: int,
        url: str,
        town: Town | None = None,
        cookies: dict[str, str] | None = None,
    ) -> float:
        """Let the group grow to `count` listeners and a mover; return the seconds until all have joined.

        With a town, they join its board, each as another of its people, and `cookies` are the mover's; without, the
        server is a bare relay.
        """
        cookie = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
        tokens, board = (town.tokens, town.board) if town else ([], None)
        answer = self._order("gather", group, count=count, url=url, tokens=tokens, board=board, cookie=cookie)
        return float(answer["seconds"])

    def tell(self, group: str, command: dict[str, Any]) -> dict[str, Any]:
        """Send one command; return {last, answer, message}: seconds until the last listener, and until the answer."""
        return self._order("tell", group, command=command)

    def relay(self, group: str, message: str) -> float:
        """Have a bare relay send this to all; return the seconds until the last listener has it."""
        return float(self._order("relay", group, message=message)["last"])

    def stream(self, group: str, moves: list[dict[str, Any]], in_flight: int, seconds: float) -> dict[str, Any]:
        """Move for some seconds with so many movers, each waiting for its answer: {seconds, answers}."""
        return self._order("stream", group, moves=moves, in_flight=in_flight, seconds=seconds)

    def _order(self, do: str, group: str, **details: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": do, "group": group, **details}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the crowd is gone; what it said last stands above")
        answer: dict[str, Any] = json.loads(line)
        if "failed" in answer:
            raise RuntimeError(f"{do} ({group}): {answer['failed']}")
        return answer


@contextmanager
def crowd() -> Iterator[Crowd]:
    """Yield the controller of a new program."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.crowd"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Crowd(process)
    finally:
        process.kill()
        process.wait()


# --- the program -------------------------------------------------------------------------------------------------


class _Group:
    def __init__(self, order: dict[str, Any]) -> None:
        self.order = order
        self.listeners: list[Listener] = []
        self.movers: list[Mover] = []
        self.waited_for = 0
        self.last_heard = 0.0
        self._all_heard = asyncio.Event()

    async def grow(self, count: int) -> float:
        began = time.perf_counter()
        gate = asyncio.Semaphore(JOINING_AT_ONCE)
        await asyncio.gather(*(self._add(number, gate) for number in range(len(self.listeners), count)))
        joined = time.perf_counter() - began
        await self.movers_of(1)
        while time.perf_counter() - self.last_heard < QUIET_SECONDS:
            await asyncio.sleep(QUIET_SECONDS / 3)
        return joined

    async def movers_of(self, count: int) -> list[Mover]:
        while len(self.movers) < count:
            request = handshake(self.order["url"], {"Cookie": self.order["cookie"]})
            mover = Mover(request, self.order["board"])
            await self._connect(mover)
            self.movers.append(mover)
        return self.movers[:count]

    async def tell(self, command: dict[str, Any]) -> dict[str, Any]:
        self._expect()
        began = time.perf_counter()
        answered, answer = await self.movers[0].ask(command)
        await asyncio.wait_for(self._all_heard.wait(), PATIENCE_SECONDS)
        return {"last": self.last_heard - began, "answer": answered, "message": changes_message(answer).decode()}

    async def relay(self, message: bytes) -> float:
        self._expect()
        began = time.perf_counter()
        self.movers[0].say(message)
        await asyncio.wait_for(self._all_heard.wait(), PATIENCE_SECONDS)
        return self.last_heard - began

    async def stream(self, moves: list[dict[str, Any]], in_flight: int, seconds: float) -> dict[str, Any]:
        commands, answers = cycle(moves), []
        began = time.perf_counter()

        async def move_on(mover: Mover) -> None:
            while time.perf_counter() - began < seconds:
                answers.append((await mover.ask(next(commands)))[0])

        await asyncio.gather(*map(move_on, await self.movers_of(in_flight)))
        return {"seconds": time.perf_counter() - began, "answers": answers}

    async def _add(self, number: int, gate: asyncio.Semaphore) -> None:
        tokens = self.order["tokens"]
        headers = {"Authorization": f"Bearer {tokens[number % len(tokens)]}"} if tokens else {}
        async with gate:
            listener = Listener(handshake(self.order["url"], headers), self.order["board"], self._heard)
            await self._connect(listener)
        self.listeners.append(listener)

    async def _connect(self, client: Listener | Mover) -> None:
        where = urlsplit(self.order["url"])
        await asyncio.get_running_loop().create_connection(lambda: client, where.hostname, where.port)
        try:
            await asyncio.wait_for(client.joined, PATIENCE_SECONDS)
        except TimeoutError:
            raise TimeoutError(f"not joined after {PATIENCE_SECONDS} s, {len(self.listeners):,} others were") from None

    def _expect(self) -> None:
        self.waited_for = len(self.listeners)
        self._all_heard.clear()

    def _heard(self) -> None:
        self.last_heard = time.perf_counter()
        self.waited_for -= 1
        if self.waited_for == 0:
            self._all_heard.set()


async def _obey(groups: dict[str, _Group], order: dict[str, Any]) -> dict[str, Any]:
    group = groups.setdefault(order["group"], _Group(order))
    match order["do"]:
        case "gather":
            return {"seconds": await group.grow(order["count"])}
        case "tell":
            return await group.tell(order["command"])
        case "relay":
            return {"last": await group.relay(order["message"].encode())}
        case "stream":
            return await group.stream(order["moves"], order["in_flight"], order["seconds"])
    raise ValueError(order["do"])


async def _follow() -> None:
    raise_file_limit()
    gc.disable()  # a collection over thousands of connections would be taken for the server's slowness
    groups: dict[str, _Group] = {}
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        try:
            answer = await _obey(groups, json.loads(line))
        except Exception as error:
            answer = {"failed": str(error) or type(error).__name__}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    asyncio.run(_follow())

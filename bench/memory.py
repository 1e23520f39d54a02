"""(e) Measure the server process's resident memory: idle, with 300 and with 1,000 sockets.

Idle: started, and a board of 1,020 cards opened once, so that its cards are cached.
"""

from __future__ import annotations

import time

import psutil

from bench.crowd import crowd
from bench.figures import Figure
from bench.processes import Towns, connect, served, sign_in
from bench.town import SLUG

CARDS = 1020
MB = 1_000_000
AIMS_MB = {0: 150, 1000: 260}


def measure(towns: Towns, *, quick: bool) -> list[Figure]:
    """Answer this question."""
    sizes = (50,) if quick else (300, 1000)
    town = towns.copy(CARDS, people=max(sizes))
    moves = iter(town.moves(len(sizes)))
    with served(town) as server, crowd() as clients:
        assert server.process is not None
        process = psutil.Process(server.process.pid)
        cookies = sign_in(server.url)
        _open_board(server.url, cookies)
        idle = _settled(process)
        figures = [Figure("memory", "idle", idle / MB, "MB", aim=AIMS_MB[0])]
        for sockets in sizes:
            clients.gather("real", sockets, server.url, town, cookies)
            clients.tell("real", next(moves))
            held = _settled(process)
            figures += [
                Figure("memory", f"with {sockets:,} sockets", held / MB, "MB", aim=AIMS_MB.get(sockets)),
                Figure("memory", f"each of {sockets:,} sockets", (held - idle) / sockets / 1000, "kB"),
            ]
    return figures


def _open_board(url: str, cookies: dict[str, str]) -> None:
    connection = connect(url)
    connection.request(
        "GET", f"/boards/{SLUG}", headers={"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    )
    assert connection.getresponse().read()


def _settled(process: psutil.Process) -> int:
    """Return the resident bytes, after a moment to free what joining needed."""
    time.sleep(2)
    return int(process.memory_info().rss)

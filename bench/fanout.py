"""(c) Send one change to the last of 100, 300 and 1,000 sockets, against a bare broadcast of its bytes.

From the moment the mover's command leaves until the last listener has the change: commit, rendering and all sends
are in it. The floor is bench/bare.py sent the message of that very move by the same client, right after it.

Sending alone is figured apart, since a broadcast commits nothing: the time with a single listener is taken off
both.
"""

from __future__ import annotations

from bench.crowd import crowd
from bench.figures import Figure, median, percentile
from bench.processes import Towns, bare_server, served, sign_in

AIM = 1.5
CARDS = 1020
WARM_UP = 40  # moves before the first that counts: a server that has just started is slower


def measure(towns: Towns, *, quick: bool) -> list[Figure]:
    """Answer this question."""
    sizes = {1: 5, 20: 5, 100: 5} if quick else {1: 40, 100: 40, 300: 40, 1000: 30}  # sockets → rounds
    town = towns.copy(CARDS, people=max(sizes))
    warm_up = 0 if quick else WARM_UP
    moves = iter(town.moves(sum(sizes.values()) + warm_up + len(sizes)))
    figures: list[Figure] = []
    medians: dict[int, tuple[float, float]] = {}
    with served(town) as server, bare_server() as bare, crowd() as clients:
        cookies, gathered = sign_in(server.url), 0
        for sockets, rounds in sizes.items():
            arrived, gathered = sockets - gathered, sockets
            joined = clients.gather("real", sockets, server.url, town, cookies)
            clients.gather("bare", sockets, bare)
            for _ in range(1 + (warm_up if sockets == 1 else 0)):
                clients.relay("bare", clients.tell("real", next(moves))["message"])
            real, answers, floor = [], [], []
            for _ in range(rounds):
                told = clients.tell("real", next(moves))
                real.append(told["last"] * 1000)
                answers.append(told["answer"] * 1000)
                floor.append(clients.relay("bare", told["message"]) * 1000)
            medians[sockets] = median(real), median(floor)
            last = (
                f"a move until the last of {sockets:,} sockets has it"
                if sockets > 1
                else "a move until the only listener has it"
            )
            figures += [
                Figure("fanout", f"{last}, median", median(real), "ms", median(floor)),
                Figure("fanout", f"{last}, p95", percentile(real, 0.95), "ms", percentile(floor, 0.95)),
                Figure("fanout", f"the mover's answer beside {sockets:,} sockets, median", median(answers), "ms"),
                Figure("fanout", f"{arrived:,} sockets join, 50 at a time, until {sockets:,} have", joined, "s"),
            ]
    return [*figures, *_telling(medians)]


def _telling(medians: dict[int, tuple[float, float]]) -> list[Figure]:
    """Return what sending takes, without what a move costs however few listen."""
    alone, alone_floor = medians[1]
    return [
        Figure(
            "fanout",
            f"telling {sockets:,} sockets, beyond the first",
            real - alone,
            "ms",
            floor - alone_floor,
            aim=AIM,
            aims_at="ratio",
        )
        for sockets, (real, floor) in medians.items()
        if sockets > 1
    ]

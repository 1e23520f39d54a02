"""(c) One move until the last of 100, 300 and 1,000 sockets has it, against a bare WebSocket broadcast of the same bytes.

From the moment the mover's command leaves until the last listener has received the change: the commit, the rendering and all
sends are in it. The floor is bench/bare.py sent the very message of that move by the same client, right after it.
"""

from __future__ import annotations

from bench.crowd import crowd
from bench.figures import Figure, median, percentile
from bench.processes import Towns, bare_server, served, sign_in

AIM = 5.0
CARDS = 1020


def measure(towns: Towns, *, quick: bool) -> list[Figure]:
    sizes = {20: 5, 100: 5} if quick else {100: 40, 300: 30, 1000: 20}  # sockets → rounds
    town = towns.copy(CARDS, people=max(sizes))
    moves = iter(town.moves(sum(sizes.values()) + len(sizes)))
    figures: list[Figure] = []
    medians: dict[int, tuple[float, float]] = {}
    with served(town) as server, bare_server() as bare, crowd() as clients:
        cookies, gathered = sign_in(server.url), 0
        for sockets, rounds in sizes.items():
            arrived, gathered = sockets - gathered, sockets
            joined = clients.gather("real", sockets, server.url, town, cookies)
            clients.gather("bare", sockets, bare)
            clients.relay("bare", clients.tell("real", next(moves))["message"])  # warms both up
            real, answers, floor = [], [], []
            for _ in range(rounds):
                told = clients.tell("real", next(moves))
                real.append(told["last"] * 1000)
                answers.append(told["answer"] * 1000)
                floor.append(clients.relay("bare", told["message"]) * 1000)
            medians[sockets] = median(real), median(floor)
            last = f"a move until the last of {sockets:,} sockets has it"
            figures += [
                Figure("fanout", f"{last}, median", median(real), "ms", median(floor), aim=AIM, aims_at="ratio"),
                Figure("fanout", f"{last}, p95", percentile(real, 0.95), "ms", percentile(floor, 0.95)),
                Figure("fanout", f"the mover's answer beside {sockets:,} sockets, median", median(answers), "ms"),
                Figure("fanout", f"{arrived:,} sockets join, 50 at a time, until {sockets:,} have", joined, "s"),
            ]
    return [*figures, _slope(medians)]


def _slope(medians: dict[int, tuple[float, float]]) -> Figure:
    """What each further socket costs, without what a move costs however many listen."""
    few, many = min(medians), max(medians)
    real, floor = ((there - here) * 1000 / (many - few) for here, there in zip(medians[few], medians[many], strict=True))
    return Figure("fanout", f"each further socket, from {few} to {many:,}", real, "µs", floor)

"""(a) Open a board in Chromium with an empty cache, against the same page without script.

Painted: from the start of the navigation until a frame finds every `.card` in the page, then until the page's fonts are
loaded, then two frames more, the second of which begins after the first has been painted. The same script asks on both
sides, before the page's own. The sides take turns; each has a new browser context every time.

Answered: from a request for the page's HTML on an open connection until the last byte of the compressed answer.
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from bench.browser import chromium, visitor
from bench.figures import Figure, median, percentile
from bench.processes import Towns, bare_server, connect, served, sign_in
from bench.saved_page import ENCODINGS, NO_SCRIPT, PAGE, save_page

AIM = 1.5
WIRE_KB, ANSWER_MS = 200, 100
ANSWERS = 60
PAINTED = """
window.benchPainted = new Promise((resolve) => {
  const cards = document.getElementsByClassName("card");
  const frames = () => requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())));
  const look = () => (cards.length < WANTED ? requestAnimationFrame(look) : document.fonts.ready.then(frames));
  requestAnimationFrame(look);
});
"""
LIVE = """new Promise((resolve) => {
  const isLive = () => document.querySelector('.live[data-state="live"]');
  const look = () => (isLive() ? resolve(performance.now()) : requestAnimationFrame(look));
  look();
})"""


def measure(towns: Towns, *, quick: bool) -> list[Figure]:
    """Answer this question."""
    sizes = {1020: 2} if quick else {1020: 11, 5100: 7}
    with chromium() as browser:
        return [figure for cards, rounds in sizes.items() for figure in _measure(browser, towns, cards, rounds)]


def _measure(browser: Browser, towns: Towns, cards: int, rounds: int) -> list[Figure]:
    town = towns.copy(cards)
    folder = Path(town.data_dir) / "saved"
    folder.mkdir()
    with served(town) as server:
        cookies = sign_in(server.url)
        first, *again = answers_ms(server.url, cookies, 1 + (5 if rounds < 5 else ANSWERS))
        save_page(browser, server.url, cookies, folder)
        with bare_server(folder) as static_files:
            sides = {"real": server.url + PAGE, "no script": static_files + NO_SCRIPT}
            painted: dict[str, list[float]] = {side: [] for side in sides}
            live: list[float] = []
            for _ in range(rounds):
                for side, address in sides.items():
                    with visitor(browser, server.url, cookies) as page:
                        painted[side].append(_open(page, address, cards))
                        if side == "real":
                            live.append(page.evaluate(LIVE))
            weight = _weigh(browser, server.url, cookies, cards)
            static = _weigh(browser, static_files, {}, cards, NO_SCRIPT)
    real, floor = median(painted["real"]), median(painted["no script"])
    size, at_1020 = f"{cards:,} cards", cards == 1020
    return [
        Figure("open", f"{size} painted, against no script", real, "ms", floor, aim=AIM, aims_at="ratio"),
        Figure("open", f"{size} until live", median(live), "ms"),
        Figure("open", f"{size}: the page's HTML is answered, first time after a start", first, "ms"),
        Figure("open", f"{size}: the page's HTML is answered, afterwards", median(again), "ms"),
        Figure(
            "open",
            f"{size}: the page's HTML is answered, 95 % within",
            percentile(again, 0.95),
            "ms",
            aim=ANSWER_MS if at_1020 else None,
        ),
        Figure("open", f"{size}: over the wire", weight["all"] / 1000, "kB", aim=WIRE_KB if at_1020 else None),
        Figure("open", f"{size}: HTML over the wire", weight["html"] / 1000, "kB"),
        Figure("open", f"{size}: scripts over the wire", weight["js"] / 1000, "kB"),
        Figure("open", f"{size}: requests", weight["requests"], "", static["requests"]),
        Figure("open", f"{size}: JavaScript heap", weight["heap"] / 1e6, "MB", static["heap"] / 1e6),
        Figure("open", f"{size}: DOM nodes", weight["nodes"], "", static["nodes"]),
    ]


def _open(page: Page, address: str, cards: int) -> float:
    """Return the milliseconds until painted."""
    page.add_init_script(PAINTED.replace("WANTED", str(cards)))
    page.goto(address, wait_until="commit")
    return float(page.evaluate("window.benchPainted"))


def answers_ms(url: str, cookies: dict[str, str], times: int, path: str = PAGE) -> list[float]:
    """Return how long each of so many answers takes, one after the other over one connection."""
    connection = connect(url)
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    took = []
    for _ in range(times):
        began = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": ENCODINGS, "Accept": "text/html"})
        response = connection.getresponse()
        response.read()
        took.append((time.perf_counter() - began) * 1000)
        assert response.status == 200
    return took


def _weigh(browser: Browser, url: str, cookies: dict[str, str], cards: int, path: str = PAGE) -> Counter[str]:
    """Weigh one opening: bytes with headers ("all", "html", "js"), "requests", "heap" bytes, DOM "nodes".

    The heap is measured after a collection. The WebSocket counts as a request; its messages are not in the bytes.
    """
    weight: Counter[str] = Counter()
    kinds: dict[str, str] = {}
    with visitor(browser, url, cookies) as page:
        tools = page.context.new_cdp_session(page)
        tools.send("Network.enable")

        def requested(event: dict[str, Any]) -> None:
            address = event.get("request", event)["url"]
            if not address.startswith("data:"):
                weight["requests"] += 1
                kinds[event["requestId"]] = (
                    "js" if address.endswith(".js") else "html" if address.endswith(path) else "other"
                )

        def finished(event: dict[str, Any]) -> None:
            if event["requestId"] in kinds:
                weight["all"] += int(event["encodedDataLength"])
                weight[kinds[event["requestId"]]] += int(event["encodedDataLength"])

        tools.on("Network.requestWillBeSent", requested)
        tools.on("Network.webSocketCreated", requested)
        tools.on("Network.loadingFinished", finished)
        _open(page, url + path, cards)
        if path == PAGE:
            page.evaluate(LIVE)
        page.wait_for_load_state("load")
        page.wait_for_timeout(500)  # stragglers: the icon, a late font
        tools.send("HeapProfiler.collectGarbage")
        tools.send("Performance.enable")
        metrics = {entry["name"]: entry["value"] for entry in tools.send("Performance.getMetrics")["metrics"]}
        weight["heap"], weight["nodes"] = int(metrics["JSHeapUsedSize"]), int(metrics["Nodes"])
    return weight

"""(b) Move a card with the keyboard in browser A until browser B's DOM has it, beside 300 listeners.

From the event of the key that drops the card (Enter) until a MutationObserver in the other page finds the card in
its new column; both clocks are the same machine's. The floor: two saved pages of the same board joined by a bare
relay, where the key sends the card's HTML and the other page inserts it, with as many listeners. The two take
turns.
"""

from __future__ import annotations

import random
from pathlib import Path

from playwright.sync_api import Page

from bench.browser import chromium, visitor
from bench.crowd import crowd
from bench.figures import Figure, median, percentile
from bench.open import LIVE
from bench.processes import Towns, bare_server, served, sign_in
from bench.saved_page import NO_SCRIPT, PAGE, save_page
from bench.town import SEED

CARDS = 1020
AIM_MS = 60
NOTE_DROP = """addEventListener("keydown", (event) => {
  if (event.key === "Enter") window.benchDropped = performance.timeOrigin + event.timeStamp;
}, true)"""
EXPECT = """([card, column]) => {
  window.benchSeen = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`card ${card} never came to column ${column}`)), 15000);
    const there = () => document.querySelector(`#column-${column} #card-${card}`);
    const observer = new MutationObserver(() => {
      if (!there()) return;
      observer.disconnect();
      resolve(performance.timeOrigin + performance.now());
    });
    observer.observe(document.getElementById("board"), { childList: true, subtree: true });
  });
}"""
# The least that a page needs to hear of a card and show it.
RELAY = """(address) => new Promise((resolve) => {
  const socket = new WebSocket(address);
  socket.onopen = () => resolve();
  socket.onmessage = ({ data }) => {
    const { card, column, html } = JSON.parse(data);
    const template = document.createElement("template");
    template.innerHTML = html;
    document.getElementById(`card-${card}`)?.remove();
    document.querySelector(`#column-${column} .cards`).append(template.content.firstElementChild);
  };
  addEventListener("keydown", (event) => {
    if (event.key === "Enter") socket.send(JSON.stringify(window.benchMove));
  });
})"""
PREPARE = """([card, column]) => {
  const element = document.getElementById(`card-${card}`);
  window.benchMove = { card, column, html: element.outerHTML };
  document.body.focus();
}"""


def measure(towns: Towns, *, quick: bool) -> list[Figure]:
    """Answer this question."""
    rounds = 6 if quick else 50  # fewer than a column has cards
    listeners = 20 if quick else 300
    town = towns.copy(CARDS, people=listeners)
    folder = Path(town.data_dir) / "saved"
    folder.mkdir()
    dice = random.Random(SEED)
    columns = list(map(int, town.columns))
    real: list[float] = []
    floor: list[float] = []
    with served(town) as server, chromium() as browser, crowd() as clients:
        cookies = sign_in(server.url)
        save_page(browser, server.url, cookies, folder)
        with (
            bare_server(folder) as bare,
            visitor(browser, server.url, cookies) as a,
            visitor(browser, server.url, cookies) as b,
            visitor(browser, bare, {}) as bare_a,
            visitor(browser, bare, {}) as bare_b,
        ):
            for page in (a, b):
                page.goto(server.url + PAGE)
                page.evaluate(LIVE)
            for page in (bare_a, bare_b):
                page.goto(bare + NO_SCRIPT)
                page.evaluate(RELAY, bare.replace("http", "ws"))
            for page in (a, bare_a):
                page.evaluate(NOTE_DROP)
            clients.gather("real", listeners, server.url, town, cookies)
            clients.gather("bare", listeners, bare)
            for round in range(rounds + 2):
                position = dice.randrange(len(columns) - 1)
                # Each card once, so that it still stands where the page began.
                card = town.columns[str(columns[position])][round]
                times = _move(a, b, card, columns[position + 1]), _relay(bare_a, bare_b, card, columns[position + 1])
                if round >= 2:  # the first two warm up
                    real.append(times[0])
                    floor.append(times[1])
    what = f"a move by A until B's DOM has it, beside {listeners} listeners"
    return [
        Figure("browser_to_browser", f"{what}, median", median(real), "ms", median(floor)),
        Figure("browser_to_browser", f"{what}, p95", percentile(real, 0.95), "ms", percentile(floor, 0.95), aim=AIM_MS),
    ]


def _move(a: Page, b: Page, card: int, column: int) -> float:
    """Move the card one column to the right with the keyboard; return milliseconds until B shows it."""
    b.evaluate(EXPECT, [card, column])
    a.locator(f"#card-{card} h3 a").focus()
    for key in (" ", "ArrowRight", "Enter"):
        a.keyboard.press(key)
    seen = float(b.evaluate("window.benchSeen"))
    return seen - float(a.evaluate("window.benchDropped"))


def _relay(a: Page, b: Page, card: int, column: int) -> float:
    b.evaluate(EXPECT, [card, column])
    a.evaluate(PREPARE, [card, column])
    a.keyboard.press("Enter")
    seen = float(b.evaluate("window.benchSeen"))
    return seen - float(a.evaluate("window.benchDropped"))

"""Browser session of one person: actions on the board and expectations."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.server import ROOT, Server

PASSWORD = "flash-news-demo"
STALLED_MS = 60_000  # so long a machine that others use as well may keep a page waiting
FACILITATOR = "dtan@demo.example"
AGENT = "ccas@demo.example"
COLLEAGUE = "mediatheque@demo.example"
READER = "elu@demo.example"

# Console messages of the browser about an answer that is not 2xx, or an unreachable server.
NETWORK_TROUBLE = re.compile(r"Failed to load resource|WebSocket connection to|net::ERR_|Failed to fetch")


def in_script(name: str, script: str) -> int:
    """Return a named numeric constant of the page's script."""
    found = re.search(
        rf"^const {name} = ([\d_]+);", (ROOT / "static/js" / script).read_text(encoding="utf-8"), re.MULTILINE
    )
    assert found, f"{script} has no {name}"
    return int(found[1])


# Keep messages open that close after some seconds, so that a slow machine still finds them. They are recognised by
# the duration of their timer, so no other timer may last as long.
SHOWN_MS = in_script("SHOWN_MS", "lib/toast.js")
LEAVING = (SHOWN_MS, in_script("NEW_MS", "controllers/flashes_controller.js"))
LINGERING = f"""const {{ setTimeout: sooner }} = window;
window.setTimeout = (run, after, ...rest) => sooner(run, {list(LEAVING)}.includes(after) ? 600000 : after, ...rest);"""

BLOCKED_WEBSOCKET = """window.WebSocket = class {
  constructor() {
    setTimeout(() => { this.onerror?.(new Event("error")); this.onclose?.({ code: 1006, reason: "" }); });
  }
  send() {}
  close() {}
};"""


@dataclass
class Desk:
    """One person with one browser context and one page; console errors are collected."""

    server: Server
    email: str
    context: BrowserContext
    opened: Page | None = None
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    forgiven: list[re.Pattern[str]] = field(default_factory=list)

    @property
    def page(self) -> Page:
        """Open the page on first use: people acting by HTTP need none, and each costs a browser process."""
        if self.opened is None:
            self.opened = self.watch(self.context.new_page())
        return self.opened

    @page.setter
    def page(self, page: Page) -> None:
        self.opened = page

    def forgive(self, pattern: re.Pattern[str] = NETWORK_TROUBLE) -> None:
        """Permit console errors in this test, which provokes a refusal or a lost network."""
        self.forgiven.append(pattern)

    def unforgiven(self) -> list[str]:
        return [said for said in self.complaints if not any(pattern.search(said) for pattern in self.forgiven)]

    def watch(self, page: Page) -> Page:
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"{error.message}\n{error.stack or ''}"))
        page.on("request", lambda request: self.requests.append(request.url))
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    # --- going places ---------------------------------------------------------------------------------------------

    def sign_in(self) -> Desk:
        self.page.goto(f"{self.server.url}/sign-in")
        self.page.get_by_label("Adresse de messagerie").fill(self.email)
        self.page.get_by_label("Mot de passe").fill(PASSWORD)
        self.page.get_by_role("button", name="Se connecter").click()
        self.page.wait_for_url("**/boards/accueil")
        return self

    def open_board(self, path: str = "/boards/accueil") -> Desk:
        self.page.goto(f"{self.server.url}{path}")
        self.expect_live()
        return self

    def new_tab(self, path: str = "/boards/accueil") -> Page:
        page = self.watch(self.context.new_page())
        page.goto(f"{self.server.url}{path}")
        return page

    def expect_live(self) -> None:
        expect(self.state).to_have_text("En direct")

    def block_websockets(self) -> None:
        """Block WebSockets from the next page on, as a proxy without support does."""
        self.page.add_init_script(BLOCKED_WEBSOCKET)

    def cut_live(self) -> None:
        """Block every live connection of this browser from the next page on; HTTP still works."""
        self.block_websockets()
        self.context.route("**/socket.io/**", lambda route: route.abort())

    # --- what stands on the page ----------------------------------------------------------------------------------

    @property
    def state(self) -> Locator:
        return self.page.locator(".live .status-text")

    @property
    def panel(self) -> Locator:
        return self.page.locator("aside.panel")

    @property
    def toasts(self) -> Locator:
        return self.page.locator("#toasts .toast p")

    @property
    def announced(self) -> Locator:
        return self.page.locator("#announcer")

    def column(self, title: str) -> Locator:
        return self.page.locator("section.column").filter(
            has=self.page.get_by_role("heading", level=2, name=title, exact=True)
        )

    def card(self, title: str) -> Locator:
        return self.page.locator("li.card:not(.pending)").filter(
            has=self.page.get_by_role("heading", level=3, name=title, exact=True)
        )

    def card_id(self, title: str) -> int:
        return int(self.card(title).get_attribute("data-card-id") or 0)

    def expect_cards(self, column: str, titles: Iterable[str]) -> None:
        expect(self.column(column).locator("li.card h3")).to_have_text(list(titles))

    def expect_columns(self, *titles: str) -> None:
        """Expect these columns next to each other in this order, among others."""
        self.page.wait_for_function(
            """(wanted) => [...document.querySelectorAll("#board > .column h2")].map((each) => each.textContent)
                .filter((title) => wanted.includes(title)).join("|") === wanted.join("|")""",
            arg=list(titles),
        )

    def open_card(self, title: str) -> None:
        self.card(title).click()
        expect(self.panel.locator("#panel-title")).to_have_text(title)

    def edit_card(self, title: str) -> Locator:
        """Open the edit form of this card and wait for its editor."""
        self.open_card(title)
        self.panel.get_by_role("button", name="Modifier", exact=True).click()
        expect(self.panel.locator(".tiptap")).to_be_visible()
        return self.panel.locator("form.edit-form")

    # --- dragging by mouse ----------------------------------------------------------------------------------------

    def drag(self, card: Locator, target: Locator, *, where: str = "middle", drop: bool = True) -> None:
        """Press, move in steps as a hand does, and drop on the target's upper, middle or lower part."""
        card.scroll_into_view_if_needed()
        start = box_of(card)
        self.page.mouse.move(start["x"] + min(60, start["width"] / 2), start["y"] + 14)
        self.page.mouse.down()
        self.page.mouse.move(start["x"] + 70, start["y"] + 24, steps=4)
        self.page.mouse.move(start["x"] + 76, start["y"] + 30, steps=2)
        self.carry_to(target, where=where)
        if drop:
            self.page.mouse.up()

    def carry_to(self, target: Locator, *, where: str = "middle") -> None:
        end = box_of(target)
        part = {"top": 0.15, "middle": 0.5, "bottom": 0.9}[where]
        x, y = end["x"] + end["width"] / 2, end["y"] + end["height"] * part
        self.page.mouse.move(x, y, steps=12)
        self.page.mouse.move(x + 2, y + 1, steps=3)
        self.page.evaluate(
            "() => new Promise((done) => setTimeout(done, 200))"
        )  # the others make room: an animation of the library without an event

    # --- acting as a program of this person -----------------------------------------------------------------------

    def command(self, **command: Any) -> dict[str, Any]:
        """Send a command by HTTP with this person's session and return the answer."""
        return self.commands([command])[0]

    @cached_property
    def csrf_token(self) -> str:
        page = self.context.request.get(f"{self.server.url}/notices").text()
        found = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert found
        return found[1]

    def commands(self, commands: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        answers = []
        for command in commands:
            answer = self.context.request.post(
                f"{self.server.url}/boards/accueil/commands",
                data={"key": uuid.uuid4().hex, **command},
                headers={"X-CSRFToken": self.csrf_token, "Accept": "application/json"},
            )
            assert answer.ok, answer.text()
            answers.append(answer.json())
        return answers

    def add_column(self, title: str, **fields: Any) -> int:
        answer = self.command(type="add_column", title=title, kind="free", after=None, **fields)
        return int(next(iter(answer["changes"][0]["columns"])))

    def add_card(self, column: int, title: str, **fields: Any) -> int:
        answer = self.command(type="add_card", column=column, title=title, **fields)
        return int(next(iter(answer["changes"][0]["cards"])))

    def board(self) -> dict[str, Any]:
        """Return the board as the API answers it."""
        answer: dict[str, Any] = self.context.request.get(f"{self.server.url}/api/boards/accueil").json()
        return answer

    def titles(self, column: int) -> list[str]:
        cards = sorted(
            (card for card in self.board()["cards"] if card["column"] == column), key=lambda card: str(card["rank"])
        )
        return [card["title"] for card in cards]


def new_desk(browser: Browser, server: Server, email: str, **options: Any) -> Desk:
    context = browser.new_context(
        **{"locale": "fr-FR", "timezone_id": "Europe/Paris", "viewport": {"width": 1440, "height": 900}, **options}
    )
    context.set_default_timeout(STALLED_MS)
    context.add_init_script(LINGERING)
    return Desk(server, email, context)


def box_of(locator: Locator) -> Any:
    box = locator.bounding_box()
    assert box, "it is not on the page"
    return box


def focused(page: Page) -> str:
    """Describe the focused element in a few words."""
    return str(
        page.evaluate(
            "() => document.activeElement.getAttribute('aria-label') || "
            "document.activeElement.textContent.trim().slice(0, 60)"
        )
    )

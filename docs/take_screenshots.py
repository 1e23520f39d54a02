"""Takes the README's pictures from the running product: make screenshots."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.browser.install import browser_options
from tests.server import Server

PICTURES = Path(__file__).with_name("images")
DESK = {"width": 1440, "height": 900}
HALF = {"width": 760, "height": 800}
PHONE = {"width": 390, "height": 760}
PASSWORD = "flash-news-demo"


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder) / "var").start()
        browser = playwright.chromium.launch(**browser_options())
        try:
            take_desk(browser, server)
            take_phone(browser, server)
            take_live(browser, server)
        finally:
            browser.close()
            server.stop()


def take_desk(browser: Browser, server: Server) -> None:
    """The board, a card open beside it, and the board at night, while others are online."""
    with ExitStack() as stack:
        others = [
            stack.enter_context(person(browser, server, name, HALF))
            for name in ("ccas", "mediatheque", "etat-civil", "sports", "elu")
        ]
        page = stack.enter_context(person(browser, server, "dtan", DESK))
        write_in(others[2], "PACS")
        page.wait_for_timeout(500)  # the last avatar fades in
        keep(page.screenshot(), "board")
        card(page, "Cartes d’identité et passeports").locator("h3 a").click()
        expect(page.locator("#panel-title")).to_contain_text("Cartes d’identité")
        page.wait_for_timeout(500)  # the panel slides in
        keep(page.screenshot(), "card")
        page.goto(f"{server.url}/rights")
        keep(page.screenshot(), "rights")
    with person(browser, server, "dtan", DESK, color_scheme="dark") as page:
        keep(page.screenshot(), "dark")


def take_phone(browser: Browser, server: Server) -> None:
    with person(browser, server, "ccas", PHONE, has_touch=True, device_scale_factor=2) as page:
        page.locator(".column-nav a", has_text="CCAS").click()
        page.wait_for_timeout(800)  # the strip glides to the column
        keep(page.screenshot(), "phone")


def take_live(browser: Browser, server: Server) -> None:
    """An agent drags a card of their own column; beside them a colleague's board follows."""
    with person(browser, server, "ccas", HALF) as agent, person(browser, server, "mediatheque", HALF) as colleague:
        for page in (agent, colleague):
            page.get_by_role("button", name="C’est lu").click()
            page.locator(".column-nav a", has_text="CCAS").click()
            page.mouse.move(5, 5)
            page.wait_for_timeout(800)  # the strip glides to the column
        film = Film(agent, colleague)
        drag(agent, card(agent, "Distribution alimentaire"), column_of(card(agent, "Aide à l’énergie")), film)
        expect(column_of(card(colleague, "Aide à l’énergie")).locator("li.card").nth(1)).to_contain_text(
            "Distribution alimentaire"
        )
        film.shoot(milliseconds=120)
        colleague.wait_for_timeout(200)  # the card glides
        film.shoot(milliseconds=2500)
        film.keep("live")


def drag(page: Page, card: Locator, column: Locator, film: Film) -> None:
    start, goal = card.bounding_box(), column.locator("li.card").nth(1).bounding_box()
    assert start is not None
    assert goal is not None
    from_x, from_y = start["x"] + 100, start["y"] + 14
    to_x, to_y = goal["x"] + 100, goal["y"] + 30
    film.shoot(milliseconds=900)
    page.mouse.move(from_x, from_y)
    page.mouse.down()
    page.mouse.move(from_x + 8, from_y + 8, steps=4)
    steps = 12
    for step in range(1, steps + 1):
        page.mouse.move(from_x + (to_x - from_x) * step / steps, from_y + (to_y - from_y) * step / steps, steps=3)
        page.wait_for_timeout(40)  # Sortable animates its slot
        film.shoot(milliseconds=90)
    page.mouse.up()
    page.wait_for_timeout(60)  # the card settles
    film.shoot(milliseconds=120)


class Film:
    """Two pages side by side, frame by frame."""

    def __init__(self, left: Page, right: Page) -> None:
        self.pages = (left, right)
        self.frames: list[Image.Image] = []
        self.durations: list[int] = []

    def shoot(self, milliseconds: int) -> None:
        views = [opened(page.screenshot()) for page in self.pages]
        gap = 16
        frame = Image.new("RGB", (sum(view.width for view in views) + gap, views[0].height), "#8a8a8a")
        frame.paste(views[0], (0, 0))
        frame.paste(views[1], (views[0].width + gap, 0))
        self.frames.append(frame.resize((frame.width * 2 // 3, frame.height * 2 // 3), Image.Resampling.LANCZOS))
        self.durations.append(milliseconds)

    def keep(self, name: str) -> None:
        palette = self.frames[0].quantize(128, method=Image.Quantize.FASTOCTREE)
        frames = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in self.frames]
        frames[0].save(
            PICTURES / f"{name}.gif",
            save_all=True,
            append_images=frames[1:],
            duration=self.durations,
            loop=0,
            optimize=True,
        )


@contextmanager
def person(browser: Browser, server: Server, name: str, size: dict[str, int], **options: object) -> Iterator[Page]:
    """Somebody who has signed in and has the live board before them."""
    context = browser.new_context(viewport=size, locale="fr-FR", timezone_id="Europe/Paris", **options)  # type: ignore[arg-type]  # options of new_context
    page = context.new_page()
    page.goto(f"{server.url}/sign-in")
    page.locator("[name=email]").fill(f"{name}@demo.example")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.locator(".live[data-state=live]")).to_be_visible(timeout=20_000)
    yield page
    context.close()


def write_in(page: Page, title: str) -> None:
    """Open a card and begin to edit it, so that the others see who writes."""
    card(page, title).locator("h3 a").click()
    page.locator("aside.panel").get_by_role("button", name="Modifier").click()
    page.locator("aside.panel [contenteditable=true]").first.press("End")
    page.keyboard.type(" ")


def card(page: Page, title: str) -> Locator:
    return page.locator("li.card", has_text=title).first


def column_of(card: Locator) -> Locator:
    return card.locator("xpath=ancestor::section")


def keep(picture: bytes, name: str) -> None:
    """With a palette: a third of the size, and no colour off by more than the eye sees."""
    palette = opened(picture).quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette.save(PICTURES / f"{name}.png", optimize=True)


def opened(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture)).convert("RGB")


if __name__ == "__main__":
    main()

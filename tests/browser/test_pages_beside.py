"""Pages other than the board: axe in each theme and size, no sideways scrolling at 320 px, and keyboard access."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import SeatSomebody
from tests.browser.desk import AGENT, FACILITATOR, READER, Desk
from tests.browser.test_accessibility import HOLDING_STILL, THEMES, violations

LARGE: ViewportSize = {"width": 1440, "height": 900}
SMALL: ViewportSize = {"width": 320, "height": 640}
ZOOMED: ViewportSize = {"width": 720, "height": 450}  # 1440 x 900 at 200 %
OVERFLOWS = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
# Addresses as the demo town has them; {column} and {person} are looked up.
FACILITATORS_PAGES = [
    "/people",
    "/people?q=zzz",
    "/people/new",
    "/people/import",
    "/people/invitations",
    "/people/{person}",
    "/people/{person}/erase",
    "/services",
    "/services/new",
    "/services/1",
    "/services/1/edit",
    "/services/1/merge",
    "/boards",
    "/town/boards/new",
    "/town/boards/2",
    "/town/templates",
    "/town",
    "/rights",
    "/rights/{column}",
    "/log",
    "/log?q=zzz",
    "/profile",
    "/profile/alerts",
    "/boards/accueil/history",
    "/boards/accueil/history?column={column}&kind=rights",
    "/cards/{card}/history",
    "/boards/accueil/past",
    "/boards/accueil/past?at=2001-01-01T10:00",
    "/boards/accueil/past?seq=30",
    "/boards/accueil/guide",
    "/boards/accueil/news",
    "/boards/accueil/news?card=0",
    "/search?q=piscine",
    "/search?q=zzzzzz",
    "/boards/accueil/searches",
    "/boards/accueil/guide/reads",
    "/boards/accueil/labels",
    "/boards/accueil/suggestions",
    "/boards/accueil/to-check",
    "/boards/accueil/suggestions?status=declined&sort=votes&mine=1",
    "/notices",
    "/boards/accueil?as=reader",
    "/boards/accueil?as=nobody",
]
EVERYBODYS_PAGES = [
    "/profile",
    "/notices",
    "/boards/accueil/suggestions",
    "/boards/accueil/guide",
    "/boards/accueil/history",
    "/services/1",
    "/people",
    "/cards/987654",
]
STRANGERS_PAGES = ["/forgotten-password", "/password/forged", "/invitation/forged", "/mails/forged/stop", "/sign-in"]


@pytest.mark.parametrize("part", range(4))
def test_facilitators_pages(seat: SeatSomebody, part: int) -> None:
    """Examine one theme on a small screen; a large one shows both."""
    examine(seat(FACILITATOR, path=None, **HOLDING_STILL), FACILITATORS_PAGES[part::4], small=THEMES[:1], large=THEMES)


def test_agents_pages_on_a_large_screen(seat: SeatSomebody) -> None:
    """Examine one theme; facilitators' pages cover both."""
    examine(seat(AGENT, path=None, **HOLDING_STILL), EVERYBODYS_PAGES, large=THEMES[:1])


def test_readers_pages_on_a_small_one(seat: SeatSomebody) -> None:
    examine(seat(READER, path=None, **HOLDING_STILL), EVERYBODYS_PAGES, small=THEMES[:1])


def test_strangers_pages(seat: SeatSomebody) -> None:
    stranger = seat(AGENT, path=None, afresh=True, **HOLDING_STILL)
    stranger.context.clear_cookies()
    examine(stranger, STRANGERS_PAGES, small=THEMES, large=THEMES)


def test_every_control_of_a_page_is_reached_by_tab_and_shows_it(seat: SeatSomebody) -> None:
    desk = seat(FACILITATOR, path=None)
    missed = {
        path: found
        for path in (
            "/people",
            "/services/1/edit",
            "/rights",
            "/profile",
            "/boards/accueil/history",
            "/boards/accueil/guide",
        )
        if (found := unreached(desk, path))
    }
    assert missed == {}


def examine(desk: Desk, paths: list[str], *, small: Iterable[str] = (), large: Iterable[str] = ()) -> None:
    """Run axe on each page in these themes and sizes; small and zoomed screens must not scroll sideways."""
    desk.forgive()  # some of these pages are refusals
    page, found = desk.page, {}
    for path in paths:
        page.set_viewport_size(SMALL if small else LARGE)
        page.goto(desk.server.url + filled(desk, path))
        for narrow in (ZOOMED, SMALL) if small else ():
            page.set_viewport_size(narrow)
            if page.evaluate(OVERFLOWS):
                found[path, str(narrow)] = ["it scrolls sideways"]
        for size, themes in ((SMALL, small), (LARGE, large)):
            for theme in themes:
                page.set_viewport_size(size)
                if wrong := violations(page, theme):
                    found[path, f"{theme}, {size}"] = wrong
    assert found == {}


def filled(desk: Desk, path: str) -> str:
    if "{column}" in path:
        return path.format(column=desk.board()["columns"][1]["id"])
    if "{card}" in path:
        return path.format(card=desk.board()["cards"][0]["id"])
    if "{person}" in path:
        desk.page.goto(f"{desk.server.url}/people?q=mediatheque")
        address = desk.page.get_by_role("table").get_by_role("link").first.get_attribute("href") or ""
        found = re.search(r"/people/(\d+)", address)
        assert found
        return path.format(person=found[1])
    return path


def unreached(desk: Desk, path: str) -> list[str]:
    """Return controls that the Tab key does not reach or that take the focus invisibly."""
    page: Page = desk.page
    page.goto(desk.server.url + path)
    expect(page.locator("main")).to_be_visible()
    wanted = page.locator(
        "a[href]:visible, button:visible, select:visible, textarea:visible, "
        "input:not([type=hidden]):not([type=radio]):visible, summary:visible"
    ).count()
    reached: set[Any] = set()
    invisible = []
    for _press in range(wanted * 2):
        page.keyboard.press("Tab")
        state = page.evaluate(
            """() => {
              const element = document.activeElement;
              if (element === document.body) return null;
              element.dataset.reached ??= String(document.querySelectorAll("[data-reached]").length);
              const parent = element.closest("label") ?? element;
              const shown = [element, parent].map((each) => getComputedStyle(each))
                .some((style) => style.outlineStyle !== "none" || style.boxShadow !== "none");
              const html = element.outerHTML.slice(0, 100);
              return { id: element.dataset.reached, shown, html, radio: element.type === "radio" };
            }"""
        )
        if state is None:
            break
        if not state["radio"]:
            reached.add(state["id"])
        if not state["shown"]:
            invisible.append(state["html"])
    if len(reached) < wanted:
        invisible.append(f"{wanted - len(reached)} controls were never reached")
    return invisible

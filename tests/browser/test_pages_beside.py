"""The pages beside the board: axe finds nothing in any theme or size, nothing scrolls sideways at 320 px, all of it works by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SeatSomebody
from tests.browser.desk import AGENT, FACILITATOR, READER, Desk
from tests.browser.test_accessibility import SIZES, THEMES_AT, violations

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
    "/rights",
    "/rights/{column}",
    "/log",
    "/log?q=zzz",
    "/profile",
    "/boards/accueil/history",
    "/boards/accueil/history?column={column}&kind=rights",
    "/cards/{card}/history",
    "/boards/accueil/past",
    "/boards/accueil/past?at=2001-01-01T10:00",
    "/boards/accueil/past?seq=30",
    "/boards/accueil/guide",
    "/boards/accueil/guide/reads",
    "/boards/accueil/suggestions",
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
STRANGERS_PAGES = ["/forgotten-password", "/password/forged", "/invitation/forged", "/sign-in"]


@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_on_facilitators_pages(size: str, seat: SeatSomebody) -> None:
    examine(seat(FACILITATOR, path=None, **seen_at(size)), FACILITATORS_PAGES, THEMES_AT[size])


@pytest.mark.parametrize(("who", "size"), [(AGENT, "desktop"), (READER, "phone")])
def test_axe_finds_nothing_on_pages_of_agents_and_readers(who: str, size: str, seat: SeatSomebody) -> None:
    examine(seat(who, path=None, **seen_at(size)), EVERYBODYS_PAGES, THEMES_AT[size])


@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_on_pages_of_strangers(size: str, seat: SeatSomebody) -> None:
    stranger = seat(AGENT, path=None, afresh=True, **seen_at(size))
    stranger.context.clear_cookies()
    examine(stranger, STRANGERS_PAGES, THEMES_AT[size])


@pytest.mark.parametrize("size", [{"width": 320, "height": 640}, {"width": 720, "height": 450}], ids=["320 px", "200 %"])
def test_nothing_scrolls_sideways(size: dict[str, int], seat: SeatSomebody) -> None:
    desk = seat(FACILITATOR, path=None, viewport=size)
    desk.forgive()
    wide = []
    for path in FACILITATORS_PAGES[:-2] + STRANGERS_PAGES[:3]:
        desk.page.goto(desk.server.url + filled(desk, path))
        if desk.page.evaluate(OVERFLOWS):
            wide.append(path)
    assert wide == []


def test_every_control_of_a_page_is_reached_by_tab_and_shows_it(seat: SeatSomebody) -> None:
    desk = seat(FACILITATOR, path=None)
    missed = {
        path: found
        for path in ("/people", "/services/1/edit", "/rights", "/profile", "/boards/accueil/history", "/boards/accueil/guide")
        if (found := unreached(desk, path))
    }
    assert missed == {}


def seen_at(size: str) -> dict[str, Any]:
    """A browser of this size that lets axe in and holds still."""
    return {"bypass_csp": True, "reduced_motion": "reduce", "color_scheme": "light", **SIZES[size]}


def examine(desk: Desk, paths: list[str], themes: Iterable[str]) -> None:
    """Open each page and let axe look at it."""
    desk.forgive()  # some of these pages are refusals
    found = {}
    for path in paths:
        desk.page.goto(desk.server.url + filled(desk, path))
        for theme in themes:
            if wrong := violations(desk.page, theme):
                found[path, theme] = wrong
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
    """What takes clicks but not the Tab key, or takes the focus without showing it."""
    page: Page = desk.page
    page.goto(desk.server.url + path)
    expect(page.locator("main")).to_be_visible()
    wanted = page.locator(
        "a[href]:visible, button:visible, select:visible, textarea:visible, input:not([type=hidden]):not([type=radio]):visible, summary:visible"
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
              const style = getComputedStyle(element);
              const parent = element.closest("label") ?? element;
              const shown = [element, parent].some((each) => getComputedStyle(each).outlineStyle !== "none" || getComputedStyle(each).boxShadow !== "none");
              return { id: element.dataset.reached, shown, html: element.outerHTML.slice(0, 100), radio: element.type === "radio" };
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

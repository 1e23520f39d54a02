"""At 320 px and at 200 % zoom nothing scrolls sideways or is cut off, and axe finds nothing on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import ViewportSize

from tests.browser.conftest import SeatSomebody
from tests.browser.desk import FACILITATOR
from tests.browser.states import STATES, State
from tests.browser.test_accessibility import HOLDING_STILL, THEMES, violations
from tests.server import Server

# Elements that overflow the page to the right, outside the strips that scroll by themselves.
STICKING_OUT = """() => [...document.querySelectorAll("body *")].filter((each) => {
    const apart = ".board, .column-nav, .sr-only, .skip, [hidden], noscript";
    if (each.closest(apart) || !each.checkVisibility()) return false;
    const { right, width } = each.getBoundingClientRect();
    return width && right > document.documentElement.clientWidth + 1;
}).map((each) => each.outerHTML.slice(0, 120))"""


PHONE: ViewportSize = {"width": 390, "height": 844}
SIZES = {"320 px": (320, 640), "200 %": (720, 450)}


@pytest.fixture
def shared_server(server_of_the_state: Server) -> Server:
    return server_of_the_state


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_the_page_does_not_scroll_sideways(state: State, seat: SeatSomebody) -> None:
    wide, high = SIZES["320 px"]
    desk = seat(FACILITATOR, path=None, viewport={"width": wide, "height": high}, **HOLDING_STILL)
    state.reach(desk)
    wrong = {}
    for name, (width, height) in SIZES.items():
        desk.page.set_viewport_size({"width": width, "height": height})
        if not desk.page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"):
            wrong[name] = ["the page scrolls sideways"]
        elif sticking := desk.page.evaluate(STICKING_OUT):
            wrong[name] = sticking
    desk.page.set_viewport_size(PHONE)
    if found := violations(desk.page, THEMES[0]):
        wrong["axe"] = found
    desk.context.set_offline(False)
    assert wrong == {}

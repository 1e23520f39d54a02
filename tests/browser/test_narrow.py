"""On 320 px, and at 200 % zoom, nothing but the board's own strips scrolls sideways, and nothing is cut off."""

from __future__ import annotations

import pytest

from tests.browser.conftest import SeatSomebody
from tests.browser.desk import FACILITATOR
from tests.browser.states import STATES, State

# What sticks out of the page to the right, outside the strips that scroll by themselves.
STICKING_OUT = """() => [...document.querySelectorAll("body *")].filter((each) => {
    if (each.closest(".board, .rail, .sr-only, .skip, [hidden], noscript") || !each.checkVisibility()) return false;
    const { right, width } = each.getBoundingClientRect();
    return width && right > document.documentElement.clientWidth + 1;
}).map((each) => each.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("size", [(320, 640), (720, 450)], ids=["320 px", "200 %"])
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_the_page_does_not_scroll_sideways(state: State, size: tuple[int, int], seat: SeatSomebody) -> None:
    desk = seat(FACILITATOR, path=None, viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
    state.reach(desk)
    assert desk.page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert desk.page.evaluate(STICKING_OUT) == []
    desk.context.set_offline(False)

"""Drag by touch: a short press lifts the card, a swipe scrolls."""

from __future__ import annotations

import pytest
from playwright.sync_api import CDPSession, Locator, expect

from tests.browser.conftest import Lanes, SeatSomebody
from tests.browser.desk import AGENT, Desk, box_of
from tests.browser.test_drag_card import named


class Finger:
    """One touch point; the browser's own gestures, such as scrolling, follow from it."""

    def __init__(self, desk: Desk) -> None:
        self.page = desk.page
        self.cdp: CDPSession = desk.context.new_cdp_session(desk.page)

    def press(self, target: Locator) -> None:
        box = box_of(target)
        self.x, self.y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self._send("touchStart")

    def slide(self, x: float, y: float, steps: int = 12) -> None:
        from_x, from_y = self.x, self.y
        for step in range(1, steps + 1):
            self.x, self.y = from_x + (x - from_x) * step / steps, from_y + (y - from_y) * step / steps
            self._send("touchMove")
            self.page.evaluate("() => new Promise(requestAnimationFrame)")

    def lift(self) -> None:
        self.cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def _send(self, kind: str) -> None:
        self.cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": self.x, "y": self.y}]})


@pytest.fixture
def tablet(seat: SeatSomebody) -> Desk:
    return seat(AGENT, has_touch=True, viewport={"width": 1024, "height": 700})


def test_a_short_press_lifts_a_card_and_the_finger_carries_it(lanes: Lanes, tablet: Desk, boris: Desk) -> None:
    one, two, three, four = named(lanes, "Un", "Deux", "Trois", "Quatre")
    finger = Finger(tablet)
    target = box_of(tablet.column(lanes.right))
    finger.press(tablet.card(one))
    tablet.page.wait_for_selector(".card.chosen")
    finger.slide(target["x"] + 140, target["y"] + 400)
    expect(tablet.column(lanes.right).locator(".card.slot")).to_have_count(1)
    finger.lift()
    for desk in (tablet, boris):
        desk.expect_cards(lanes.right, [four, one])
        desk.expect_cards(lanes.left, [two, three])


def test_a_swipe_over_a_card_scrolls_and_drags_nothing(lanes: Lanes, founder: Desk, tablet: Desk) -> None:
    for number in range(12):
        founder.add_card(lanes.left_id, f"Rang {number}")
    expect(tablet.column(lanes.left).locator(".count")).to_have_text("15")
    finger = Finger(tablet)
    finger.press(tablet.column(lanes.left).locator("li.card").nth(4))
    finger.slide(finger.x, finger.y - 250)
    expect(tablet.page.locator(".card.slot")).to_have_count(0)
    finger.lift()
    tablet.page.wait_for_function("() => document.querySelector('#board .cards').scrollTop > 50")
    assert tablet.titles(lanes.left_id)[:3] == named(lanes, "Un", "Deux", "Trois")


def test_a_tap_opens_the_card(lanes: Lanes, tablet: Desk) -> None:
    (one,) = named(lanes, "Un")
    tablet.card(one).tap()
    expect(tablet.panel.locator("#panel-title")).to_have_text(one)

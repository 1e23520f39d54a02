"""A card dragged to an edge scrolls the board sideways and the column up and down."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Lanes
from tests.browser.desk import Desk, box_of
from tests.browser.test_drag_card import named

SCROLLED = "([selector, axis, at_least]) => document.querySelector(selector)[axis] >= at_least"
RETURNED = "([selector, axis, at_most]) => document.querySelector(selector)[axis] <= at_most"


@pytest.fixture
def long_lane(lanes: Lanes, founder: Desk) -> str:
    for number in range(15):
        founder.add_card(lanes.left_id, f"Rang {number}")
    return f"#column-{lanes.left_id} .cards"


def test_the_board_scrolls_to_both_sides(lanes: Lanes, anna: Desk) -> None:
    anna.drag(anna.card(named(lanes, "Un")[0]), anna.column(lanes.right), drop=False)
    mouse = anna.page.mouse
    mouse.move(1425, 450, steps=10)
    mouse.move(1430, 452, steps=3)
    anna.page.wait_for_function(SCROLLED, arg=["#board", "scrollLeft", 600])
    mouse.move(12, 450, steps=10)
    mouse.move(8, 452, steps=3)
    anna.page.wait_for_function(RETURNED, arg=["#board", "scrollLeft", 100])
    anna.carry_to(anna.column(lanes.right), where="bottom")
    mouse.up()
    anna.expect_cards(lanes.right, named(lanes, "Quatre", "Un"))


def test_a_card_thrown_to_the_edge_and_held_still_there_scrolls_on(lanes: Lanes, anna: Desk) -> None:
    anna.drag(anna.card(named(lanes, "Un")[0]), anna.column(lanes.right), drop=False)
    for x in (700, 705, 1434):  # three movements at once, and then none: the last one counts
        anna.page.mouse.move(x, 450)
    anna.page.wait_for_function(SCROLLED, arg=["#board", "scrollLeft", 600])
    anna.page.mouse.up()


def test_a_column_scrolls_down_and_up(lanes: Lanes, long_lane: str, anna: Desk) -> None:
    anna.drag(anna.card(named(lanes, "Un")[0]), anna.card(named(lanes, "Trois")[0]), drop=False)
    box = box_of(anna.page.locator(long_lane))
    mouse = anna.page.mouse
    x = box["x"] + box["width"] / 2
    mouse.move(x, box["y"] + box["height"] - 25, steps=10)
    mouse.move(x + 2, box["y"] + box["height"] - 20, steps=3)
    anna.page.wait_for_function(SCROLLED, arg=[long_lane, "scrollTop", 150])
    mouse.move(x, box["y"] + 40, steps=10)
    mouse.move(x + 2, box["y"] + 15, steps=8)
    mouse.move(x, box["y"] + 25, steps=8)
    anna.page.wait_for_function(RETURNED, arg=[long_lane, "scrollTop", 5])
    mouse.up()
    assert sorted(anna.titles(lanes.left_id)) == sorted(
        [*named(lanes, "Un", "Deux", "Trois"), *(f"Rang {number}" for number in range(15))]
    )

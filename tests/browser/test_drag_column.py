"""Drag columns by their header; only facilitators change the board's order."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Lanes
from tests.browser.desk import Desk, box_of


def drag_header(desk: Desk, column: str, beyond: str) -> None:
    start, end = box_of(desk.column(column).locator("h2")), box_of(desk.column(beyond))
    mouse = desk.page.mouse
    mouse.move(start["x"] + 20, start["y"] + 10)
    mouse.down()
    mouse.move(start["x"] + 40, start["y"] + 16, steps=5)
    mouse.move(end["x"] + end["width"] * 0.8, start["y"] + 16, steps=25)
    desk.page.evaluate(
        "() => new Promise((done) => setTimeout(done, 200))"
    )  # the others make room: an animation of the library without an event
    mouse.up()


def test_a_facilitator_drags_a_column_and_the_other_sees_it(lanes: Lanes, facilitator: Desk, boris: Desk) -> None:
    boris.expect_columns(lanes.left, lanes.right)
    drag_header(facilitator, lanes.left, lanes.right)
    for desk in (facilitator, boris):
        desk.expect_columns(lanes.right, lanes.left)
    rail = boris.page.locator(".column-nav a")
    expect(rail.nth(0)).to_have_text(lanes.right)
    boris.page.reload()
    boris.expect_columns(lanes.right, lanes.left)


def test_an_agent_drags_a_column_for_themselves_alone(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    seq = anna.board()["seq"]
    drag_header(anna, lanes.left, lanes.right)
    anna.expect_columns(lanes.right, lanes.left)
    anna.page.reload()
    anna.expect_columns(lanes.right, lanes.left)
    boris.page.reload()
    boris.expect_columns(lanes.left, lanes.right)
    assert anna.board()["seq"] == seq

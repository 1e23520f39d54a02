"""Cards that expire and start at midnight on open boards; setting validity by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from boards.clock import day_of
from boards.database import system_clock
from tests.browser.conftest import Lanes
from tests.browser.desk import Desk
from tests.clock import ServerClock
from tests.server import Server, running

TODAY = day_of(system_clock())
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> ServerClock:
    return ServerClock(tmp_path_factory.mktemp("clock") / "clock")


@pytest.fixture(scope="module")
def shared_server(small_town: Path, tmp_path_factory: pytest.TempPathFactory, clock: ServerClock) -> Iterator[Server]:
    clock.set(f"{TODAY} 12:00")
    with running(small_town, tmp_path_factory.mktemp("midnight") / "var", clock) as server:
        yield server


def test_at_midnight_one_card_leaves_and_another_comes_under_both_their_eyes(
    lanes: Lanes, founder: Desk, anna: Desk, boris: Desk, clock: ServerClock
) -> None:
    founder.add_card(lanes.right_id, "Piscine fermée aujourd’hui", valid_until=TODAY.isoformat())
    anna.page.get_by_role("button", name=f"Menu de la colonne {lanes.right}").click()
    anna.page.get_by_role("menuitem", name="Ajouter une info en haut").click()
    composer = anna.column(lanes.right).locator(".composer")
    composer.locator("[name=title]").fill("Piscine rouverte")
    composer.locator("summary").click()
    composer.locator("[name=visible_from]").fill(TOMORROW.isoformat())
    composer.get_by_role("button", name="Ajouter", exact=True).click()
    expect(anna.toasts.first).to_have_text("Programmée\u00a0: cette info sera visible à sa date.")
    quatre = anna.titles(lanes.right_id)[0]
    for desk in (anna, boris):
        desk.expect_cards(lanes.right, [quatre, "Piscine fermée aujourd’hui"])
    boris.open_card("Piscine fermée aujourd’hui")
    clock.set(f"{TOMORROW} 00:00")
    for desk in (anna, boris):
        desk.expect_cards(lanes.right, ["Piscine rouverte", quatre])
    expect(boris.panel.locator(".validity-status")).to_contain_text("Expirée le")
    expect(boris.page.locator("#toasts .toast")).to_have_count(0)


def test_validity_dates_are_set_by_keyboard_alone(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    title = anna.titles(lanes.left_id)[0]
    anna.open_card(title)
    expect(anna.panel.locator(".audience")).to_have_text("Peut être dit aux usagers")
    keyboard = anna.page.keyboard
    keyboard.press("e")
    form = anna.panel.locator("form.edit-form")
    expect(form.locator(".tiptap")).to_be_visible()
    form.get_by_label("Valable jusqu’au").focus()
    picks = form.locator(".date-shortcuts button:visible")
    for _press in range(6):  # a date takes a press of Tab for each of its parts
        keyboard.press("Tab")
        if picks.last.evaluate("(button) => button === document.activeElement"):
            break
    keyboard.press("Enter")
    expect(form.get_by_label("Valable jusqu’au")).not_to_have_value("")
    form.get_by_role("radio", name="Peut être dit aux usagers").focus()
    keyboard.press("ArrowDown")
    keyboard.press("Tab")
    keyboard.type("Badge chez le gardien")
    expect(boris.card(title).locator(".chip.internal")).to_have_text("Interne")
    expect(form.locator(".state")).to_have_text("Enregistré")
    keyboard.press("Escape")
    anna.open_card(title)
    expect(anna.panel.locator(".audience")).to_have_text("Interne\u00a0: ne pas dire aux usagers")
    expect(anna.panel.locator("[data-internal-note]")).to_have_text("Badge chez le gardien")
    keyboard.press("v")
    expect(anna.toasts.first).to_contain_text("toujours valable.")
    expect(anna.panel.locator(".freshness")).to_contain_text("par Sonia Bernard")

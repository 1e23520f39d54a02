"""Search from the board by keyboard, with results while typing, and a request to a service when nothing is found."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Lanes
from tests.browser.desk import Desk
from tests.browser.test_drag_card import named


def test_a_question_is_typed_and_its_card_opened_by_keyboard_alone(lanes: Lanes, anna: Desk) -> None:
    one, two = named(lanes, "Deux", "Trois")
    keyboard, field = anna.page.keyboard, anna.page.get_by_role("combobox", name="Rechercher")
    keyboard.press("/")
    expect(field).to_be_focused()
    keyboard.type(one)
    options = anna.page.get_by_role("listbox", name="Résultats").get_by_role("option")
    expect(options.first).to_contain_text(one)
    expect(anna.page.locator("#found mark").first).to_be_visible()
    expect(anna.page.locator(".results-popover .state")).to_contain_text("résultat")
    first = options.first.get_attribute("id") or ""
    expect(field).to_have_attribute("aria-activedescendant", first)
    keyboard.press("ArrowUp")
    expect(field).to_have_attribute("aria-activedescendant", "found-narrow")
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    expect(anna.page.locator("#panel-title")).to_have_text(one)
    expect(options.first).to_be_hidden()
    keyboard.press("/")
    field.fill(two)
    expect(options.first).to_contain_text(two)
    keyboard.press("Escape")
    expect(options.first).to_be_hidden()
    keyboard.press("Escape")
    expect(field).to_have_value("")


def test_failed_searches_offer_a_request_and_errors_are_shown(lanes: Lanes, anna: Desk) -> None:
    keyboard, state = anna.page.keyboard, anna.page.locator(".results-popover .state")
    keyboard.press("/")
    keyboard.type("zzygomatique")
    expect(state).to_have_text("Aucun résultat")
    anna.forgive()
    anna.context.set_offline(True)
    keyboard.type("s")
    expect(state).to_contain_text("Hors ligne")
    anna.context.set_offline(False)
    keyboard.press("Backspace")
    expect(state).to_have_text("Aucun résultat")
    keyboard.press("Enter")
    form = anna.page.locator('.column[data-column-kind="suggestions"] .composer')
    expect(form.locator("[name=title]")).to_have_value("zzygomatique")
    expect(form.locator("[name=asked]")).to_be_focused()
    form.locator("[name=title]").fill("")
    form.locator("[name=title]").press("Escape")


def test_the_board_can_still_be_narrowed_and_a_service_called(lanes: Lanes, anna: Desk) -> None:
    one, two = named(lanes, "Deux", "Trois")
    anna.page.keyboard.press("/")
    anna.page.keyboard.type(one)
    anna.page.get_by_role("option", name="Filtrer le tableau avec ces mots").click()
    expect(anna.card(two)).to_be_hidden()
    expect(anna.card(one)).to_be_visible()
    anna.page.keyboard.press("/")
    anna.page.keyboard.type("numéro du ccas")
    anna.page.locator("#found-service-1, #found .sheet").first.click()
    expect(anna.page.get_by_role("dialog")).to_contain_text("04 65 71 10 20")

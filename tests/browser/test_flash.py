"""Flashes reach every open page, on a phone too, and close when read; requested readings are confirmed and counted."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Lanes, SeatSomebody
from tests.browser.desk import COLLEAGUE, READER, Desk
from tests.browser.test_drag_card import named

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
# Replace sound and notifications of the browser by records the test can read.
LISTENING = """
window.rung = 0;
window.notified = [];
AudioContext.prototype.resume = async () => { window.rung += 1; };
window.Notification = class {
  static permission = "granted";
  constructor(title, { body }) { window.notified.push(`${title} | ${body}`); }
  close() {}
};
"""


COVERS_NOTHING = """(title) => {
  const box = (element) => element.getBoundingClientRect();
  const banner = [...document.querySelectorAll(".flash-banner")].find((each) => each.textContent.includes(title));
  const [header, here, board] = [document.querySelector("header.topbar"), banner, document.getElementById("board")]
    .map(box);
  return header.bottom <= here.top + 1 && here.bottom <= board.top + 1
    && here.left >= 0 && here.right <= 390 && document.documentElement.scrollWidth <= 390;
}"""


def banner(page: Page, title: str) -> Locator:
    return page.locator(".flash-banner").filter(has_text=title)


def choose(desk: Desk, item: str) -> None:
    """Choose an entry in the menu of the open card."""
    desk.panel.get_by_role("button", name="Autres actions sur cette info").click()
    desk.page.get_by_role("menuitem", name=item).click()


def test_a_flash_reaches_a_phone_without_covering_anything_and_leaves_when_it_is_read(
    lanes: Lanes, seat: SeatSomebody
) -> None:
    anna, boris = seat(), seat(COLLEAGUE, **PHONE)
    other_tab = boris.new_tab()
    (title,) = named(lanes, "Un")
    expect(boris.card(title)).to_have_count(1)
    anna.open_card(title)
    choose(anna, "Signaler en flash…")
    anna.page.get_by_label("dans une heure").check()
    anna.page.get_by_role("button", name="Signaler", exact=True).click()
    expect(anna.toasts.last).to_contain_text("est signalée en flash")

    here = boris.page.get_by_role("alert").filter(has_text=title)
    expect(here).to_be_visible()
    expect(banner(other_tab, title)).to_be_visible()
    boris.page.wait_for_function(COVERS_NOTHING, arg=title)  # once it has slid in
    expect(anna.card(title).locator(".chip.flashing")).to_have_text("Flash")
    expect(banner(anna.page, title)).to_have_count(0)  # she knows

    boris.page.reload()
    expect(banner(boris.page, title)).to_be_visible()
    here = banner(boris.page, title)
    here.get_by_role("link", name="Lire").click()
    expect(boris.panel.locator("#panel-title")).to_have_text(title)
    for page in (boris.page, other_tab):
        expect(banner(page, title)).to_have_count(0)

    choose(anna, "Éteindre le flash")
    expect(anna.card(title).locator(".chip.flashing")).to_have_count(0)


def test_it_rings_once_for_all_of_ones_tabs_but_not_in_quiet_hours_and_goes_when_it_is_put_out(
    lanes: Lanes, seat: SeatSomebody
) -> None:
    anna, boris, carole = seat(path=None), seat(COLLEAGUE, path=None), seat(READER, path=None)
    for desk in (boris, carole):
        desk.context.add_init_script(LISTENING)
    pages = [boris.open_board().page, boris.new_tab()]
    carole.open_board()
    for page, quiet in ((pages[0], None), (pages[1], None), (carole.page, ["00:00", "24:00"])):
        expect(page.locator(".live .status-text")).to_have_text("En direct")
        chosen = {"sound": True, "desktop": True, "quiet": quiet}
        page.locator(".flashes").evaluate(
            "(element, chosen) => { element.dataset.alerts = JSON.stringify(chosen); }", chosen
        )
    card = anna.add_card(lanes.left_id, "Gaz00a0: évacuez le hall")
    anna.command(type="flash_card", card=card, on=True)
    for page in (*pages, carole.page):
        expect(banner(page, "Gaz")).to_be_visible()
    assert sum(page.evaluate("() => window.rung") for page in pages) == 1
    told = [words for page in pages for words in page.evaluate("() => window.notified")]
    assert [words.split(" | ")[1] for words in told] == ["Gaz00a0: évacuez le hall"]
    assert carole.page.evaluate("() => [window.rung, window.notified.length]") == [0, 0]

    done = banner(pages[0], "Gaz").get_by_role("button", name="C’est lu")
    done.focus()
    pages[0].keyboard.press("Enter")
    for page in pages:
        expect(banner(page, "Gaz")).to_have_count(0)
    assert pages[0].evaluate("() => document.activeElement !== document.body")
    expect(banner(carole.page, "Gaz")).to_be_visible()
    anna.command(type="flash_card", card=card, on=False)
    expect(banner(carole.page, "Gaz")).to_have_count(0)


def test_a_reading_is_asked_of_a_service_confirmed_and_counted(lanes: Lanes, seat: SeatSomebody) -> None:
    anna, boris = seat(), seat(COLLEAGUE)
    (title,) = named(lanes, "Un")
    anna.open_card(title)
    choose(anna, "Demander la lecture…")
    dialog = anna.page.get_by_role("dialog", name="Demander la lecture")
    dialog.get_by_label("aux agents de certains services").check()
    dialog.get_by_role("button", name="Demander", exact=True).click()
    expect(dialog.get_by_role("alert")).to_have_text("Choisissez au moins un service.")
    dialog.get_by_label("Médiathèque").check()
    dialog.get_by_role("button", name="Demander", exact=True).click()
    expect(anna.panel).to_contain_text("0 lue sur ")
    anna.panel.get_by_text("N’ont pas encore lu").click()
    expect(anna.panel.locator(".unread-by .names")).to_contain_text("Médiathèque")

    chip = boris.card(title).locator(".reading-requested")
    expect(chip).to_have_text("Lecture demandée")
    boris.open_card(title)
    boris.page.keyboard.press("l")
    expect(boris.panel.get_by_role("button", name="J’ai lu")).to_have_attribute("aria-pressed", "true")
    expect(chip).to_have_text("Lue")
    expect(boris.panel).to_contain_text("1 lue sur ")

    choose(anna, "Lecture demandée…")
    expect(dialog.get_by_label("Médiathèque")).to_be_checked()
    dialog.get_by_role("button", name="Ne plus demander").click()
    expect(boris.card(title).locator(".reading-requested")).to_have_count(0)

"""Select several cards by mouse, keyboard or touch, move them together, and undo at once."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Lanes, SeatSomebody
from tests.browser.desk import AGENT, Desk
from tests.browser.test_columns import choose, dialog
from tests.browser.test_drag_card import named


def bar(desk: Desk) -> Locator:
    return desk.page.get_by_role("region", name="Sélection")


def test_by_keyboard_alone_and_one_undo(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    one, two, three, four = named(lanes, "Un", "Deux", "Trois", "Quatre")
    keys = anna.page.keyboard
    anna.card(one).get_by_role("link").focus()
    keys.press("Shift+ArrowDown")
    keys.press("Shift+ArrowDown")
    expect(bar(anna)).to_contain_text("3 infos sélectionnées")
    expect(anna.announced).to_have_text("3 infos sélectionnées")
    keys.press("Shift+ArrowUp")
    expect(bar(anna)).to_contain_text("2 infos sélectionnées")
    expect(anna.card(two).get_by_role("link")).to_be_focused()
    expect(anna.card(two).get_by_role("link")).to_have_accessible_description("sélectionnée")
    keys.press("x")
    keys.press("ArrowDown")
    keys.press("x")
    expect(anna.page.locator(".card.selected h3")).to_have_text([one, three])
    keys.press("m")
    dialog(anna).get_by_label("Colonne").select_option(label=lanes.right)
    dialog(anna).get_by_label("Position").select_option(label="Tout en haut")
    dialog(anna).get_by_role("button", name="Déplacer", exact=True).focus()
    keys.press("Enter")
    for desk in (anna, boris):
        desk.expect_cards(lanes.right, [one, three, four])
        desk.expect_cards(lanes.left, [two])
    expect(bar(anna)).to_be_hidden()
    expect(anna.toasts).to_have_text([f"2 infos déplacées dans «\u202f\u2068{lanes.right}\u2069\u202f»."])
    keys.press("Control+z")
    for desk in (anna, boris):
        desk.expect_cards(lanes.left, [one, two, three])
        desk.expect_cards(lanes.right, [four])
    keys.press("Escape")
    expect(anna.toasts.last).to_contain_text("Déplacement annulé")


def test_one_of_them_is_dragged_and_all_come_along(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    one, two, three, four = named(lanes, "Un", "Deux", "Trois", "Quatre")
    seq = anna.board()["seq"]
    anna.card(one).click(modifiers=["Control"])
    anna.card(three).click(modifiers=["Shift"])
    expect(bar(anna)).to_contain_text("3 infos sélectionnées")
    anna.card(two).click(modifiers=["Control"])
    expect(bar(anna)).to_contain_text("2 infos sélectionnées")
    expect(anna.panel).to_be_hidden()
    anna.drag(anna.card(three), anna.column(lanes.right).locator(".cards"), where="bottom", drop=False)
    expect(anna.page.locator("body > .card.dragged")).to_have_attribute("data-together", "2")
    anna.page.mouse.up()
    for desk in (anna, boris):
        desk.expect_cards(lanes.right, [four, one, three])
        desk.expect_cards(lanes.left, [two])
    assert anna.board()["seq"] == seq + 1
    anna.page.locator("#toasts").get_by_role("button", name="Annuler").click()
    for desk in (anna, boris):
        desk.expect_cards(lanes.left, [one, two, three])


def test_by_finger_in_a_mode_of_its_own_and_what_leaves_is_no_longer_selected(
    lanes: Lanes, seat: SeatSomebody, boris: Desk
) -> None:
    one, two, three, _four = named(lanes, "Un", "Deux", "Trois", "Quatre")
    phone = seat(AGENT, has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844})
    phone.column(lanes.left).get_by_role("button", name="Menu de la colonne").tap()
    phone.page.get_by_role("menuitem", name="Sélectionner des infos").tap()
    expect(bar(phone)).to_contain_text("Touchez les infos à sélectionner.")
    for title in (one, two, three):
        phone.card(title).tap()
    expect(bar(phone)).to_contain_text("3 infos sélectionnées")
    phone.card(three).tap()
    boris.command(type="archive_card", card=next(card["id"] for card in boris.board()["cards"] if card["title"] == one))
    expect(bar(phone)).to_contain_text("1 info sélectionnée")
    phone.card(three).tap()
    bar(phone).get_by_role("button", name="Archiver").tap()
    phone.expect_cards(lanes.left, [])
    boris.expect_cards(lanes.left, [])
    phone.page.locator("#toasts").get_by_role("button", name="Annuler").tap()
    boris.expect_cards(lanes.left, [two, three])
    phone.card(two).tap()
    expect(phone.panel.locator("#panel-title")).to_have_text(two)


def test_cards_without_the_right_are_not_selected_and_the_reason_is_given(
    founder: Desk, anna: Desk, lanes: Lanes
) -> None:
    (one,) = named(lanes, "Un")
    founder.command(type="set_rights", column=lanes.left_id, agents="contribute", services={})
    mine = f"La mienne {lanes.left}"
    anna.command(type="add_card", column=lanes.left_id, title=mine)
    expect(anna.column(lanes.left)).to_have_attribute("data-level", "contribute")
    anna.card(one).click(modifiers=["Control"])
    expect(anna.toasts.last).to_contain_text("chacun ne modifie et ne déplace que ses propres infos")
    expect(bar(anna)).to_be_hidden()
    anna.card(mine).click(modifiers=["Control"])
    anna.card(one).click(modifiers=["Shift"])
    expect(anna.toasts.last).to_contain_text("3 infos ne vous appartiennent pas")
    expect(bar(anna)).to_contain_text("1 info sélectionnée")
    anna.page.keyboard.press("Escape")
    expect(bar(anna)).to_be_hidden()


def test_a_facilitator_splits_a_column(lanes: Lanes, facilitator: Desk, boris: Desk) -> None:
    one, two, three = named(lanes, "Un", "Deux", "Trois")
    choose(facilitator, lanes.left, "Scinder…")
    expect(bar(facilitator)).to_contain_text(lanes.left)
    facilitator.card(three).click()
    facilitator.card(one).click()
    bar(facilitator).get_by_role("button", name="Nouvelle colonne…").click()
    expect(dialog(facilitator).get_by_label("Nature")).to_be_hidden()
    dialog(facilitator).get_by_label("Titre").fill(f"À part {lanes.left}")
    dialog(facilitator).get_by_role("button", name="Enregistrer").click()
    for desk in (facilitator, boris):
        desk.expect_cards(f"À part {lanes.left}", [one, three])
        desk.expect_columns(lanes.left, f"À part {lanes.left}", lanes.right)
    facilitator.page.keyboard.press("Control+z")
    for desk in (facilitator, boris):
        desk.expect_cards(lanes.left, [one, two, three])
        expect(desk.column(f"À part {lanes.left}")).to_have_count(0)

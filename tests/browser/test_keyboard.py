"""Keyboard use from sign-in to moving, editing and adding cards, with announcements and visible focus."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Lanes, SeatSomebody
from tests.browser.desk import AGENT, PASSWORD, Desk
from tests.browser.test_drag_card import named

OUTLINED = """(element) => {
    const seen = [element, element.closest(".card"), element.closest(".panel")]
        .filter(Boolean).map((each) => getComputedStyle(each));
    return seen.some((style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
}"""


def focus(desk: Desk, title: str) -> Locator:
    link = desk.card(title).get_by_role("link")
    link.focus()
    return link


def press(desk: Desk, *keys: str) -> None:
    for key in keys:
        desk.page.keyboard.press(key)


def expect_focus_seen(focused: Locator) -> None:
    expect(focused).to_be_focused()
    assert focused.evaluate(OUTLINED), "the focus cannot be seen"


def test_signing_in(seat: SeatSomebody) -> None:
    anna = seat(AGENT, path=None, afresh=True)
    anna.context.clear_cookies()
    anna.page.goto(f"{anna.server.url}/sign-in")
    expect_focus_seen(anna.page.get_by_label("Adresse de messagerie"))
    anna.page.keyboard.type(AGENT)
    press(anna, "Tab")
    anna.page.keyboard.type(PASSWORD)
    press(anna, "Enter")
    anna.expect_live()
    press(anna, "Tab")
    expect_focus_seen(anna.page.get_by_role("link", name="Aller au tableau"))
    press(anna, "Enter", "Tab")
    expect(anna.page.locator("#board :focus")).to_have_count(1)


def test_arrows_travel_between_cards(lanes: Lanes, anna: Desk) -> None:
    one, two, three, four = named(lanes, "Un", "Deux", "Trois", "Quatre")
    focus(anna, one)
    for key, title in [
        ("ArrowDown", two),
        ("ArrowDown", three),
        ("ArrowDown", three),
        ("ArrowRight", four),
        ("ArrowLeft", one),
        ("End", three),
        ("Home", one),
    ]:
        press(anna, key)
        expect_focus_seen(anna.card(title).get_by_role("link"))


def test_a_card_is_opened_edited_and_left_where_one_was(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    (one,) = named(lanes, "Un")
    focus(anna, one)
    press(anna, "Enter")
    expect(anna.panel).to_be_focused()
    press(anna, "e")
    expect_focus_seen(anna.panel.locator("#edit-title"))
    press(anna, "End")
    anna.page.keyboard.type(" bis")
    press(anna, "Enter")
    expect(anna.panel.locator("#panel-title")).to_have_text(f"{one} bis")
    expect(anna.panel).to_be_focused()
    press(anna, "Escape")
    expect(anna.panel).to_be_hidden()
    expect_focus_seen(anna.card(f"{one} bis").get_by_role("link"))
    expect(boris.card(f"{one} bis")).to_be_visible()


def test_back_closes_the_panel_and_forward_opens_it(lanes: Lanes, anna: Desk) -> None:
    (one,) = named(lanes, "Un")
    focus(anna, one)
    press(anna, "Enter")
    expect(anna.panel.locator("#panel-title")).to_have_text(one)
    assert "/cards/" in anna.page.url
    anna.page.go_back()
    expect(anna.panel).to_be_hidden()
    expect(anna.card(one).get_by_role("link")).to_be_focused()
    anna.page.go_forward()
    expect(anna.panel.locator("#panel-title")).to_have_text(one)


def test_escape_leaves_the_text_editor(lanes: Lanes, anna: Desk) -> None:
    (one,) = named(lanes, "Un")
    form = anna.edit_card(one)
    form.locator(".tiptap").focus()
    press(anna, "Escape")
    expect(anna.panel).to_be_hidden()


def test_escape_closes_the_innermost_thing_first(lanes: Lanes, anna: Desk) -> None:
    (one,) = named(lanes, "Un")
    form = anna.edit_card(one)
    form.get_by_role("button", name="Lien").click()
    press(anna, "Escape")
    expect(form.get_by_label("Adresse du lien")).to_be_hidden()
    expect(form).to_be_visible()
    anna.page.get_by_role("button", name="Votre compte").click()
    press(anna, "Escape")
    expect(anna.page.locator("#account-menu")).to_be_hidden()
    expect(anna.page.get_by_role("button", name="Votre compte")).to_be_focused()
    expect(form).to_be_visible()
    press(anna, "Escape")
    expect(anna.panel).to_be_hidden()


def test_a_card_is_lifted_moved_and_dropped(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    one, two, three, four = named(lanes, "Un", "Deux", "Trois", "Quatre")
    link = focus(anna, one)
    press(anna, "Space")
    expect(anna.announced).to_contain_text("soulevée")
    press(anna, "ArrowDown")
    expect(anna.announced).to_have_text(f"{lanes.left}, position 2 sur 3")
    press(anna, "ArrowRight")
    expect(anna.announced).to_have_text(f"{lanes.right}, position 2 sur 2")
    expect_focus_seen(link)
    boris.expect_cards(lanes.left, [one, two, three])
    press(anna, "Enter")
    expect(anna.announced).to_contain_text("Déposée")
    for desk in (anna, boris):
        desk.expect_cards(lanes.right, [four, one])
        desk.expect_cards(lanes.left, [two, three])
    expect_focus_seen(link)


def test_escape_puts_a_lifted_card_back(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    one, two, three = named(lanes, "Un", "Deux", "Trois")
    link = focus(anna, two)
    press(anna, "Space", "ArrowUp", "ArrowRight", "Escape")
    expect(anna.announced).to_contain_text("Déplacement annulé")
    for desk in (anna, boris):
        desk.expect_cards(lanes.left, [one, two, three])
    expect_focus_seen(link)
    expect(anna.panel).to_be_hidden()


def test_a_lifted_card_waits_for_its_drop_whatever_others_do(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    one, two, three, four = named(lanes, "Un", "Deux", "Trois", "Quatre")
    card = anna.card_id(one)
    focus(anna, one)
    press(anna, "Space", "ArrowRight")
    boris.command(type="move_card", card=card, column=lanes.left_id)
    expect(anna.page.locator("body")).to_have_attribute("data-seq", str(anna.board()["seq"]))
    anna.expect_cards(lanes.right, [one, four])
    press(anna, "Enter")
    for desk in (anna, boris):
        desk.expect_cards(lanes.right, [one, four])
        desk.expect_cards(lanes.left, [two, three])


def test_a_card_is_moved_by_the_dialog(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    one, two, three, four = named(lanes, "Un", "Deux", "Trois", "Quatre")
    focus(anna, two)
    press(anna, "m")
    dialog = anna.page.get_by_role("dialog", name="Déplacer vers…")
    expect(dialog.get_by_label("Position")).to_have_value(str(anna.card_id(one)))
    dialog.get_by_label("Colonne").select_option(label=lanes.right)
    dialog.get_by_label("Position").select_option(label="Tout en haut")
    dialog.get_by_label("Position").focus()
    press(anna, "Tab", "Tab", "Enter")
    for desk in (anna, boris):
        desk.expect_cards(lanes.right, [two, four])
        desk.expect_cards(lanes.left, [one, three])
    expect(anna.announced).to_contain_text(f"est dans {lanes.right}")
    expect_focus_seen(anna.card(two).get_by_role("link"))


def test_cards_are_added_one_after_the_other(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    (four,) = named(lanes, "Quatre")
    focus(anna, four)
    press(anna, "n")
    anna.page.keyboard.type("Cinq")
    press(anna, "Enter")
    anna.page.keyboard.type("Six")
    press(anna, "Enter")
    boris.expect_cards(lanes.right, [four, "Cinq", "Six"])
    press(anna, "Escape")
    expect_focus_seen(anna.column(lanes.right).get_by_role("button", name="Ajouter une info"))


def test_the_list_of_shortcuts_and_the_way_to_search_and_back(lanes: Lanes, anna: Desk) -> None:
    (one,) = named(lanes, "Un")
    link = focus(anna, one)
    press(anna, "?")
    expect(anna.page.get_by_role("dialog", name="Raccourcis clavier")).to_be_visible()
    press(anna, "Escape")
    expect_focus_seen(link)
    press(anna, "/")
    expect(anna.page.get_by_role("combobox", name="Rechercher")).to_be_focused()
    press(anna, "Escape")
    expect(anna.page.locator("#board :focus")).to_have_count(1)


def test_menus_are_travelled_by_arrows(lanes: Lanes, anna: Desk) -> None:
    button = anna.column(lanes.left).get_by_role("button", name="Menu de la colonne")
    button.focus()
    press(anna, "Enter")
    items = anna.page.get_by_role("menuitem")
    expect(items.nth(0)).to_be_focused()
    press(anna, "ArrowDown")
    expect(items.nth(1)).to_be_focused()
    press(anna, "Escape")
    expect_focus_seen(button)


def test_a_reader_hears_that_they_may_not_move(lanes: Lanes, seat: SeatSomebody) -> None:
    reader = seat("elu@demo.example")
    focus(reader, named(lanes, "Un")[0])
    press(reader, "Space")
    expect(reader.toasts).to_contain_text("Vous lisez la colonne")

"""Live changes by others appear at once and keep scroll, focus, panel and text."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Lanes, SeatSomebody
from tests.browser.desk import COLLEAGUE, READER, SHOWN_MS, Desk
from tests.browser.test_drag_card import named


def test_a_card_added_by_one_appears_for_the_other(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    column = anna.column(lanes.right)
    column.get_by_role("button", name="Ajouter une info").click()
    anna.page.keyboard.type("Cinq")
    anna.page.keyboard.press("Enter")
    anna.page.keyboard.type("Six")
    anna.page.keyboard.press("Enter")
    for desk in (anna, boris):
        desk.expect_cards(lanes.right, [*named(lanes, "Quatre"), "Cinq", "Six"])
    expect(column.locator("textarea[name=title]")).to_be_focused()
    anna.page.keyboard.press("Escape")
    expect(column.locator(".composer")).to_have_count(0)


def test_a_card_is_added_at_the_head_of_a_column(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    anna.column(lanes.right).get_by_role("button", name="Menu de la colonne").click()
    anna.page.get_by_role("menuitem", name="Ajouter une info en haut").click()
    anna.page.keyboard.type("Zéro")
    anna.page.keyboard.press("Enter")
    for desk in (anna, boris):
        desk.expect_cards(lanes.right, ["Zéro", *named(lanes, "Quatre")])


def test_several_pasted_lines_become_several_cards(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    anna.column(lanes.right).get_by_role("button", name="Ajouter une info").click()
    paste(anna.page, "- Cinq\n- Six\n\n3. Sept\n")
    offer = anna.column(lanes.right).locator(".paste-offer")
    expect(offer).to_contain_text("3 lignes collées")
    offer.get_by_role("button", name="En faire 3 infos").click()
    for desk in (anna, boris):
        desk.expect_cards(lanes.right, [*named(lanes, "Quatre"), "Cinq", "Six", "Sept"])


def test_several_pasted_lines_may_stay_one_title(lanes: Lanes, anna: Desk) -> None:
    anna.column(lanes.right).get_by_role("button", name="Ajouter une info").click()
    paste(anna.page, "Cinq\nSix")
    anna.page.get_by_role("button", name="Un seul titre").click()
    expect(anna.column(lanes.right).locator("textarea[name=title]")).to_have_value("Cinq Six")


def test_archiving_can_be_undone_from_the_message(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    one, two, three = named(lanes, "Un", "Deux", "Trois")
    anna.open_card(two)
    anna.panel.get_by_role("button", name="Autres actions").click()
    anna.page.get_by_role("menuitem", name="Archiver").click()
    boris.expect_cards(lanes.left, [one, three])
    expect(anna.panel).to_be_hidden()
    anna.page.get_by_role("button", name="Annuler").click()
    for desk in (anna, boris):
        desk.expect_cards(lanes.left, [one, two, three])


def test_an_archived_card_is_restored_from_the_archive(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    one, two, three = named(lanes, "Un", "Deux", "Trois")
    anna.command(type="archive_card", card=anna.card_id(two))
    boris.expect_cards(lanes.left, [one, three])
    anna.page.goto(f"{anna.server.url}/boards/accueil/archive")
    anna.page.get_by_role("button", name=f"Restaurer l’info {two}").click()
    expect(anna.page.get_by_role("link", name=two)).to_have_count(0)
    boris.expect_cards(lanes.left, [one, two, three])


def test_a_panel_stays_open_while_its_card_moves_and_says_when_it_is_archived(
    lanes: Lanes, anna: Desk, boris: Desk
) -> None:
    (one,) = named(lanes, "Un")
    card = anna.card_id(one)
    anna.open_card(one)
    boris.command(type="move_card", card=card, column=lanes.right_id)
    expect(anna.panel.locator("header .chip").first).to_have_text(lanes.right)
    boris.command(type="archive_card", card=card)
    expect(anna.panel.get_by_role("button", name="Restaurer").first).to_be_visible()
    expect(anna.panel.locator("#panel-title")).to_have_text(one)


def test_focus_stays_on_a_card_that_the_other_moves_or_edits(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    one, two, three, four = named(lanes, "Un", "Deux", "Trois", "Quatre")
    card = anna.card_id(one)
    anna.card(one).get_by_role("link").focus()
    boris.command(type="move_card", card=card, column=lanes.right_id)
    anna.expect_cards(lanes.right, [four, one])
    expect(anna.card(one).get_by_role("link")).to_be_focused()
    boris.command(type="edit_card", card=card, version=1, title=f"{one} bis")
    expect(anna.card(f"{one} bis").get_by_role("link")).to_be_focused()
    boris.command(type="archive_card", card=card)
    expect(anna.card(four).get_by_role("link")).to_be_focused()


def test_scroll_stays_where_it_is_while_cards_and_columns_come_and_go(lanes: Lanes, founder: Desk, anna: Desk) -> None:
    cards = anna.column(lanes.left).locator(".cards")
    for number in range(14):
        founder.add_card(lanes.left_id, f"Rang {number}")
    expect(anna.column(lanes.left).locator(".count")).to_have_text("17")
    mark = anna.card("Rang 9")
    cards.evaluate("(list) => (list.scrollTop = 500)")
    anna.page.locator("#board").evaluate("(board) => (board.scrollLeft = 90)")
    before = mark.evaluate("(card) => card.getBoundingClientRect().top")
    founder.add_card(lanes.left_id, "Tout en haut", after=None)
    founder.command(type="archive_card", card=anna.card_id("Rang 0"))
    founder.command(type="move_column", column=lanes.left_id)
    anna.expect_columns(lanes.right, lanes.left)
    expect(anna.column(lanes.left).locator("h3").first).to_have_text("Tout en haut")
    assert cards.evaluate("(list) => list.scrollTop") > 100
    assert anna.page.locator("#board").evaluate("(board) => board.scrollLeft") == 90
    assert abs(mark.evaluate("(card) => card.getBoundingClientRect().top") - before) < 3


def test_an_open_composer_keeps_its_text_and_focus(lanes: Lanes, founder: Desk, anna: Desk) -> None:
    column = anna.column(lanes.left)
    column.get_by_role("button", name="Ajouter une info").click()
    anna.page.keyboard.type("Commencé")
    founder.add_card(lanes.left_id, "Arrivée")
    version = int(column.get_attribute("data-version") or "")
    founder.command(type="edit_column", column=lanes.left_id, version=version, title=f"{lanes.left} bis")
    founder.command(type="move_column", column=lanes.left_id)
    anna.expect_columns(lanes.right, f"{lanes.left} bis")
    anna.page.keyboard.type(" et fini")
    field = anna.column(f"{lanes.left} bis").locator("textarea[name=title]")
    expect(field).to_have_value("Commencé et fini")
    expect(field).to_be_focused()


def test_presence_shows_people_and_their_leaving(anna: Desk, seat: SeatSomebody) -> None:
    people = anna.page.locator(".people .avatar")
    expect(people).to_have_count(0)
    boris = seat(COLLEAGUE)
    expect(people).to_have_count(1)
    expect(people).to_have_accessible_name("Lucie Delmas")
    expect(boris.page.locator(".people .avatar")).to_have_accessible_name("Sonia Bernard")
    boris.new_tab().wait_for_selector(".live[data-state=live]")
    expect(people).to_have_count(1)
    seat(READER)
    expect(people).to_have_count(2)
    boris.context.close()
    expect(people).to_have_count(1)


def paste(page: Page, text: str) -> None:
    page.evaluate(
        """(text) => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            const options = { clipboardData, bubbles: true, cancelable: true };
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
        }""",
        text,
    )


def test_a_message_leaves_by_itself_but_not_under_the_pointer(seat: SeatSomebody) -> None:
    anna = seat(path=None)
    anna.page.clock.install()
    anna.open_board()
    anna.page.keyboard.press("Control+z")
    expect(anna.toasts).to_have_text("Rien à annuler dans cet onglet.")
    anna.toasts.hover()
    anna.page.clock.fast_forward(SHOWN_MS + 500)
    expect(anna.toasts).to_have_count(1)
    anna.page.mouse.move(1, 1)
    anna.page.clock.fast_forward(SHOWN_MS + 500)
    expect(anna.toasts).to_have_count(0)

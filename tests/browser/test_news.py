"""Unread counts updated live, markers shared among one's pages, and « Nouveautés » by keyboard."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Lanes, SeatSomebody
from tests.browser.desk import COLLEAGUE, Desk
from tests.browser.test_drag_card import named

UNREAD = re.compile(r"\bunread\b")


def number(desk: Desk, lane: str) -> Locator:
    return desk.column(lane).locator(".unread-count")


def total(desk: Desk) -> int:
    return int(desk.page.locator(".news-button .badge").text_content() or 0)


def expect_new(desk: Desk, lane: str, count: int) -> None:
    """Expect this count on the column and on its link above."""
    if count:
        expect(number(desk, lane)).to_have_text(str(count))
        expect(
            desk.page.get_by_role("navigation").get_by_role("link", name=re.compile(rf"^{lane}, {count} non lue"))
        ).to_have_count(1)
    else:
        expect(number(desk, lane)).to_be_hidden()


def test_cards_of_others_count_at_once_and_ones_own_do_not(lanes: Lanes, seat: SeatSomebody) -> None:
    anna, boris, elsewhere = seat(), seat(COLLEAGUE), seat(COLLEAGUE, afresh=True)
    for desk in (anna, boris, elsewhere):
        expect_new(desk, lanes.left, 3)
    before = total(boris)
    expect(boris.page).to_have_title(re.compile(rf"^\({before}\) "))

    un, deux, _trois = named(lanes, "Un", "Deux", "Trois")
    boris.open_card(un)
    for desk in (boris, elsewhere):  # another machine of theirs
        expect(desk.card(un)).not_to_have_class(UNREAD)
        expect_new(desk, lanes.left, 2)
        expect(desk.page).to_have_title(re.compile(rf"^\({before - 1}\) "))
    expect(anna.card(un)).to_have_class(UNREAD)
    boris.page.keyboard.press("Escape")

    anna.add_card(lanes.left_id, "Toute fraîche")
    expect(boris.card("Toute fraîche").get_by_role("img", name="Non lue")).to_be_visible()
    expect(anna.card("Toute fraîche")).to_be_visible()
    expect_new(boris, lanes.left, 3)
    expect_new(anna, lanes.left, 3)  # her own is not among them

    anna.open_card(deux)
    expect(anna.card(deux)).not_to_have_class(UNREAD)
    anna.panel.get_by_role("button", name="Autres actions").click()
    anna.page.get_by_role("menuitem", name="Marquer comme non lue").click()
    expect(anna.card(deux)).to_have_class(UNREAD)
    expect(anna.panel).to_be_hidden()

    boris.column(lanes.left).get_by_role("button", name="Menu de la colonne").click()
    boris.page.get_by_role("menuitem", name="Tout marquer comme lu").click()
    expect_new(boris, lanes.left, 0)
    boris.page.locator("#toasts").get_by_role("button", name="Annuler").click()
    expect_new(boris, lanes.left, 3)
    expect(boris.page).to_have_title(re.compile(rf"^\({before}\) "))


def test_news_is_read_by_keyboard_on_its_page_and_card_by_card(lanes: Lanes, seat: SeatSomebody) -> None:
    boris = seat(COLLEAGUE)
    page, (un, deux, trois) = boris.page, named(lanes, "Un", "Deux", "Trois")
    expect_new(boris, lanes.left, 3)
    other_tab = boris.new_tab()
    page.keyboard.press("g")
    page.wait_for_url("**/boards/accueil/news")
    section = page.locator("section").filter(has=page.get_by_role("heading", level=2, name=re.compile(lanes.left)))
    expect(section.locator("h3")).to_have_text([trois, deux, un])

    section.get_by_role("link", name=trois).focus()
    page.keyboard.press("j")
    expect(section.get_by_role("link", name=deux)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("m")
    expect(section.locator("li").first).to_have_attribute("data-read", "")
    expect(section.get_by_role("link", name=deux)).to_be_focused()
    expect(other_tab.locator(f"#column-{lanes.left_id} .unread-count")).to_have_text("2")
    section.get_by_role("button", name=f"Marquer comme lue : {trois}").click()  # back again
    expect(section.locator("li").first).not_to_have_attribute("data-read", "")
    expect(other_tab.locator(f"#column-{lanes.left_id} .unread-count")).to_have_text("3")

    section.get_by_role("link", name=deux).focus()
    page.keyboard.press("Enter")
    expect(boris.panel.locator("#panel-title")).to_have_text(deux)
    boris.expect_live()
    expect_new(boris, lanes.left, 2)

    page.goto(f"{boris.server.url}/boards/accueil/news?card={boris.card_id(trois)}")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(trois)
    count = page.locator(".progress strong")
    place, among = map(int, re.findall(r"\d+", count.text_content() or ""))
    page.keyboard.press("m")
    expect(count).to_have_text(f"{place + 1} sur {among}")
    expect(heading).to_have_text(un)
    page.keyboard.press("Enter")
    expect(boris.panel.locator("#panel-title")).to_have_text(un)
    expect_new(boris, lanes.left, 0)
    boris.page.get_by_role("button", name="Votre compte").click()
    boris.page.get_by_role("menuitem", name="Tout marquer comme lu").click()
    expect(boris.page.locator(".news-button .badge")).to_be_hidden()
    expect(boris.page).to_have_title(re.compile(r"^(?!\()"))
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    expect(page.get_by_text("Tout est lu.")).to_be_visible()

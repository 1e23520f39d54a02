"""At the counter: read and copy a card by keyboard, print its sheet, and view the public page on a phone."""

from __future__ import annotations

import io

from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.browser.conftest import Lanes, SeatSomebody
from tests.browser.desk import Desk
from tests.browser.test_accessibility import HOLDING_STILL, THEMES, violations
from tests.browser.test_pages_beside import OVERFLOWS, SMALL

NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined })"  # as on an address without https
PRINTS = "window.printed = 0; window.print = () => { window.printed += 1; }"


def test_a_card_is_read_at_the_counter_and_copied_by_keyboard(seat: SeatSomebody, lanes: Lanes, founder: Desk) -> None:
    card = founder.add_card(lanes.left_id, "Piscine d’été", body="<p>Ouverte.</p><ul><li>bonnet</li></ul>")
    desk = seat(permissions=["clipboard-read", "clipboard-write"], **HOLDING_STILL)
    page = desk.page
    desk.open_card("Piscine d’été")
    page.keyboard.press("c")
    page.wait_for_url(f"**/cards/{card}/counter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Piscine d’été")
    assert {theme: violations(page, theme) for theme in THEMES} == {theme: [] for theme in THEMES}
    for without in (False, True):
        page.evaluate("navigator.clipboard.writeText('autre chose')")
        if without:
            page.evaluate(NO_CLIPBOARD)
        page.get_by_role("button", name="Copier le texte").press("Enter")
        expect(desk.announced).to_have_text("Copié.")
        expect(page.get_by_role("button", name="Copier le texte")).to_be_focused()
        assert pasted(page).startswith("Piscine d’été\n\nOuverte.\n\n• bonnet\n\nInformation du")
    page.keyboard.press("Escape")
    page.wait_for_url(f"**/cards/{card}")
    expect(desk.panel.locator("#panel-title")).to_have_text("Piscine d’été")


def test_a_sheet_is_printed_on_one_page_with_its_code(seat: SeatSomebody, lanes: Lanes, founder: Desk) -> None:
    card = founder.add_card(lanes.left_id, "Piscine d’hiver", body="<p>Ouverte.</p>")
    desk = seat(path=f"/cards/{card}", **HOLDING_STILL)
    page = desk.page
    page.add_init_script(PRINTS)
    desk.panel.get_by_role("link", name="Lire au guichet").click()
    page.get_by_role("button", name="Fiche à remettre").click()
    expect(page.locator(".paper svg.qr")).to_be_visible()
    assert {theme: violations(page, theme) for theme in THEMES} == {theme: [] for theme in THEMES}
    for paper, size in (("A5", (148, 210)), ("A4", (210, 297))):
        page.get_by_role("link", name=paper, exact=True).click()
        expect(page.get_by_role("link", name=paper, exact=True)).to_have_attribute("aria-current", "page")
        (printed,) = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
        assert [round(float(points) / 72 * 25.4) for points in printed.mediabox[2:]] == list(size)
        text = printed.extract_text()
        assert "Piscine d’hiver" in text
        assert "/p/" in text
        assert "Imprimer" not in text
    with page.expect_response("**/sheet/printed*") as counted:
        page.get_by_role("button", name="Imprimer").click()
    assert counted.value.status == 303
    assert page.evaluate("window.printed") == 1
    page.reload()
    expect(page.get_by_text("Fiche remise 1 fois")).to_be_visible()


def test_a_resident_reads_the_page_until_it_is_taken_away(
    seat: SeatSomebody, lanes: Lanes, founder: Desk, browser: Browser
) -> None:
    card = founder.add_card(lanes.left_id, "Piscine de " + "demi" * 20, body="<p>Ouverte.</p>")
    desk = seat(path=None)
    desk.page.goto(f"{desk.server.url}/cards/{card}/sheet")
    desk.page.get_by_role("button", name="Mettre en ligne, avec un QR code").click()
    address = desk.page.locator(".paper .code a").text_content() or ""
    resident = browser.new_context(viewport=SMALL, **HOLDING_STILL)
    try:
        page = resident.new_page()
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_contain_text("Piscine de")
        assert {theme: violations(page, theme) for theme in THEMES} == {theme: [] for theme in THEMES}
        assert not page.evaluate(OVERFLOWS)
        desk.page.get_by_role("button", name="Retirer la page publique").click()
        expect(desk.page.get_by_text("La page publique est retirée")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text("Cette information n’est plus en ligne")
        assert violations(page, "light") == []
        assert resident.cookies() == []
    finally:
        resident.close()


def pasted(page: Page) -> str:
    """Return the text that Ctrl + V puts into a field."""
    page.evaluate(
        "() => { const field = document.createElement('textarea'); "
        "field.id = 'pasted'; document.body.append(field); field.focus(); }"
    )
    page.keyboard.press("ControlOrMeta+v")
    text = page.locator("#pasted").input_value()
    page.evaluate("() => document.getElementById('pasted').remove()")
    return text

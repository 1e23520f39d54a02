"""The board at an earlier moment by keyboard and on a phone, restoring a text, and erasing from the archive."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

from playwright.sync_api import expect

from tests.browser.conftest import Lanes, SeatSomebody
from tests.browser.desk import AGENT, FACILITATOR, Desk
from tests.browser.test_accessibility import THEMES, violations
from tests.browser.test_drag_card import named
from tests.browser.test_pages_beside import OVERFLOWS


def rewrite(desk: Desk, title: str, new: str) -> None:
    card = desk.card_id(title)
    version = int(desk.card(title).get_attribute("data-version") or "")
    desk.command(type="edit_card", card=card, version=version, title=new, body="<p>Réécrit.</p>")
    expect(desk.card(new)).to_be_visible()


def show_history(desk: Desk) -> None:
    desk.panel.get_by_role("button", name="Autres actions sur cette info").click()
    desk.page.get_by_role("menuitem", name="Historique").click()
    expect(desk.panel.locator(".history")).to_be_visible()


def test_an_earlier_text_is_taken_up_from_the_panel_while_a_colleague_looks_on(
    lanes: Lanes, anna: Desk, boris: Desk
) -> None:
    (one,) = named(lanes, "Un")
    rewrite(anna, one, f"{one} bis")
    anna.open_card(f"{one} bis")
    show_history(anna)
    entries = anna.panel.locator(".history > li")
    expect(entries).to_have_count(2)
    expect(entries.first.get_by_role("button", name="Reprendre ce texte")).to_have_count(0)
    entries.last.get_by_role("button", name="Reprendre ce texte").press("Enter")
    expect(boris.card(one)).to_be_visible()
    expect(anna.toasts.last).to_have_text("Le texte est repris.")
    expect(entries.first).to_contain_text("Texte repris")
    anna.page.get_by_role("button", name="Annuler", exact=True).click()
    expect(boris.card(f"{one} bis")).to_be_visible()
    anna.panel.get_by_role("button", name="Revenir à l’info").click()
    expect(anna.panel.locator(".text")).to_have_text("Réécrit.")


def test_from_the_history_to_that_moment_and_back_by_keyboard(lanes: Lanes, anna: Desk) -> None:
    one, two = named(lanes, "Un", "Deux")
    rewrite(anna, one, f"{one} bis")
    anna.command(type="archive_card", card=anna.card_id(two))
    page = anna.page
    page.get_by_role("button", name=re.compile("Votre compte")).press("Enter")
    page.get_by_role("menuitem", name="Historique").press("Enter")
    added = page.locator(".history > li").filter(has=page.get_by_text("Info ajoutée")).first
    requests = len(anna.requests)
    added.get_by_role("link", name="Voir le tableau à ce moment").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Le tableau tel qu’il était le")
    anna.expect_cards(lanes.left, named(lanes, "Un", "Deux", "Trois"))
    anna.expect_cards(lanes.right, named(lanes, "Quatre"))
    assert not any("socket.io" in url for url in anna.requests[requests:])
    page.get_by_role("link", name="Juste après").press("Enter")
    anna.expect_cards(lanes.left, [f"{one} bis", *named(lanes, "Deux", "Trois")])
    page.get_by_role("link", name="Juste avant").press("Enter")
    anna.card(one).get_by_role("link").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(one)
    expect(page.locator(".time-travel-card .text")).to_have_text("Texte de Un.")
    page.get_by_role("button", name="Reprendre ce texte").press("Enter")
    expect(page.get_by_role("status")).to_have_text("Le texte est repris.")
    page.go_back()
    page.get_by_role("link", name="Revenir au tableau d’alors").press("Enter")
    page.get_by_role("link", name="Revenir à aujourd’hui").press("Enter")
    anna.expect_live()
    anna.expect_cards(lanes.left, named(lanes, "Un", "Trois"))


def test_choosing_a_moment_on_a_phone_and_axe_on_all_of_it(lanes: Lanes, anna: Desk, seat: SeatSomebody) -> None:
    rewrite(anna, *named(lanes, "Un", "Une"))
    seq = anna.board()["seq"]
    phone = seat(AGENT, path=None, bypass_csp=True, reduced_motion="reduce", viewport={"width": 320, "height": 640})
    phone.forgive()
    page = phone.page
    page.goto(f"{phone.server.url}/boards/accueil/past?seq={seq - 1}")
    page.get_by_text("Un autre moment").click()
    field = page.get_by_label("Jour et heure")
    expect(field).to_have_value(re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d$"))
    found = {("board", theme): wrong for theme in THEMES if (wrong := violations(page, theme))}
    card = str(anna.card_id(named(lanes, "Une")[0]))
    for path in ("past?at=hier", f"past/{seq - 1}/cards/{card}"):
        page.goto(f"{phone.server.url}/boards/accueil/{path}")
        assert not page.evaluate(OVERFLOWS)
        found |= {(path, theme): wrong for theme in THEMES if (wrong := violations(page, theme))}
    assert found == {}
    page.goto(f"{phone.server.url}/boards/accueil/past?seq={seq - 1}")
    page.get_by_text("Un autre moment").click()
    field.evaluate("(input) => { input.removeAttribute('max'); input.value = '2190-01-01T10:00'; }")
    page.get_by_role("button", name="Voir le tableau").click()
    expect(page.get_by_role("alert")).to_contain_text("pas encore arrivé")
    expect(field).to_be_focused()
    expect(field).to_have_value("2190-01-01T10:00")


def test_old_archived_cards_are_erased_after_a_confirmation_page(
    lanes: Lanes, founder: Desk, seat: SeatSomebody
) -> None:
    one, two = named(lanes, "Un", "Deux")
    ids = {str(card["title"]): card["id"] for card in founder.board()["cards"]}
    for title in (one, two):
        founder.command(type="archive_card", card=ids[title])
    with closing(sqlite3.connect(founder.server.data_dir / "flash-news.sqlite3", timeout=10)) as database, database:
        database.execute("UPDATE cards SET archived_at = datetime('now', '-31 days') WHERE id = ?", (ids[one],))
    plain = seat(FACILITATOR, path=None, java_script_enabled=False)
    page = plain.page
    page.goto(f"{plain.server.url}/boards/accueil/archive")
    expect(page.locator("li", has_text=two)).to_contain_text("effaçable à partir du")
    page.get_by_role("link", name=f"Effacer définitivement… {one}").press("Enter")
    expect(page.locator("main")).to_contain_text("Cela ne s’annule pas.")
    page.get_by_role("button", name="Effacer définitivement").press("Enter")
    expect(page.get_by_role("status")).to_have_text("L’info est effacée définitivement.")
    expect(page.get_by_text(one, exact=True)).to_have_count(0)
    page.goto(f"{plain.server.url}/boards/accueil/history")
    expect(page.locator(".history > li").first).to_contain_text("Info effacée définitivement")
    expect(page.locator(".history")).not_to_contain_text(one)

"""History in the panel and as a page, and undo while another person works on the same card."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Lanes, SeatSomebody
from tests.browser.desk import READER, Desk
from tests.browser.test_drag_card import named


def move(desk: Desk, title: str, column: str) -> None:
    """Move a card by the panel's « Déplacer vers… »."""
    desk.open_card(title)
    desk.panel.get_by_role("button", name="Déplacer vers…").click()
    dialog = desk.page.get_by_role("dialog", name="Déplacer vers…")
    dialog.get_by_label("Colonne").select_option(label=column)
    dialog.get_by_role("button", name="Déplacer", exact=True).click()
    desk.page.keyboard.press("Escape")
    expect(desk.panel).to_be_hidden()


def test_a_move_is_taken_back_while_the_other_writes_in_the_card_and_done_again(
    lanes: Lanes, anna: Desk, boris: Desk
) -> None:
    one, two, three, four = named(lanes, "Un", "Deux", "Trois", "Quatre")
    move(anna, one, lanes.right)
    boris.expect_cards(lanes.left, [two, three])
    form = boris.edit_card(one)
    form.get_by_label("Titre", exact=True).fill(f"{one} réécrite")
    expect(form.locator(".state")).to_have_text("Enregistré")
    anna.page.keyboard.press("Control+z")
    for desk in (anna, boris):
        desk.expect_cards(lanes.left, [f"{one} réécrite", two, three])
    expect(anna.toasts.last).to_contain_text("Déplacement annulé")
    expect(form.get_by_label("Titre", exact=True)).to_have_value(f"{one} réécrite")
    anna.page.get_by_role("button", name="Rétablir").click()
    boris.expect_cards(lanes.left, [two, three])
    expect(boris.column(lanes.right).locator("li.card")).to_have_count(2)
    expect(boris.card(four)).to_be_visible()


def test_only_what_one_did_in_this_tab_is_taken_back_latest_first(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    one, two, three = named(lanes, "Un", "Deux", "Trois")
    move(anna, one, lanes.right)
    move(anna, two, lanes.right)
    boris.command(type="archive_card", card=boris.card_id(three))
    anna.expect_cards(lanes.left, [])
    anna.page.keyboard.press("Control+z")
    anna.expect_cards(lanes.left, [two])
    anna.page.keyboard.press("Control+z")
    anna.expect_cards(lanes.left, [one, two])
    anna.page.keyboard.press("Control+z")
    expect(anna.toasts.last).to_have_text("Rien à annuler dans cet onglet.")
    assert anna.titles(lanes.left_id) == [one, two]


def test_changes_altered_since_are_not_undone_and_the_reason_is_given(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    anna.forgive()
    (one,) = named(lanes, "Un")
    move(anna, one, lanes.right)
    boris.command(type="move_card", card=anna.card_id(one), column=lanes.right_id, after=None)
    expect(anna.column(lanes.right).locator("li.card h3").first).to_have_text(one)
    anna.page.keyboard.press("Control+z")
    expect(anna.toasts.last).to_contain_text("modifié depuis au même endroit")
    assert anna.titles(lanes.right_id)[0] == one


def test_while_one_types_the_shortcut_is_the_texts_own(lanes: Lanes, anna: Desk) -> None:
    (one, two) = named(lanes, "Un", "Deux")
    move(anna, one, lanes.right)
    field = anna.page.locator(".filter [role=combobox]")
    field.fill(two)
    field.press("Control+z")
    expect(anna.toasts).to_have_count(0)
    field.fill("")
    field.blur()
    anna.page.keyboard.press("Control+z")  # which finds the move still to be taken back
    expect(anna.toasts.last).to_contain_text("Déplacement annulé")
    expect(anna.column(lanes.left).locator("li.card h3").first).to_have_text(one)


def test_edits_are_taken_back_from_the_panels_history(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    (one,) = named(lanes, "Un")
    form = anna.edit_card(one)
    for title in (f"{one} bis", f"{one} ter"):
        form.get_by_label("Titre", exact=True).fill(title)
        expect(boris.card(title)).to_be_visible()
    form.get_by_role("button", name="Terminer").click()
    anna.panel.get_by_role("button", name="Autres actions sur cette info").click()
    anna.page.get_by_role("menuitem", name="Historique").click()
    entries = anna.panel.locator(".history > li")
    expect(entries).to_have_count(2)
    expect(entries.first.locator("ins")).to_contain_text("ter")
    entries.first.get_by_role("button", name="Annuler la modification").click()
    expect(entries).to_have_count(3)
    expect(boris.card(one)).to_be_visible()
    expect(anna.panel.locator("#panel-title")).to_have_text(one)
    anna.panel.get_by_role("button", name="Revenir à l’info").click()
    expect(anna.panel.locator(".text")).to_have_text("Texte de Un.")


def test_a_reader_reads_the_history_without_being_offered_to_undo(lanes: Lanes, seat: SeatSomebody) -> None:
    reader = seat(READER)
    reader.open_card(named(lanes, "Un")[0])
    reader.panel.get_by_role("button", name="Autres actions sur cette info").click()
    expect(reader.page.get_by_role("menu", name="Actions sur l’info").get_by_role("menuitem")).to_have_text(
        ["Marquer comme non lue", "Historique"]
    )
    reader.page.get_by_role("menuitem", name="Historique").click()
    expect(reader.panel.locator(".history > li")).to_have_count(1)
    expect(reader.panel.get_by_role("button", name="Annuler la modification")).to_have_count(0)


def test_the_boards_history_undoes_without_script(lanes: Lanes, seat: SeatSomebody, anna: Desk) -> None:
    (one,) = named(lanes, "Un")
    move(anna, one, lanes.right)
    plain = seat(anna.email, path=None, java_script_enabled=False)
    plain.page.goto(f"{plain.server.url}/boards/accueil/history")
    entry = plain.page.locator(".history > li").first
    expect(entry).to_contain_text("Info déplacée")
    expect(entry).to_contain_text(one)
    entry.get_by_role("button", name="Annuler la modification").click()
    expect(plain.page.get_by_role("status")).to_have_text("La modification est annulée.")
    anna.expect_cards(lanes.left, named(lanes, "Un", "Deux", "Trois"))

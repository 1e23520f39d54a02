"""Automatic saving while others read or write the same card, without losing typed text."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Lanes
from tests.browser.desk import Desk
from tests.browser.test_drag_card import named


def write_text(form: Locator, text: str) -> None:
    form.locator(".tiptap").click()
    form.page.keyboard.press("Control+End")
    form.page.keyboard.type(text)


def saved(form: Locator) -> None:
    expect(form.locator(".state")).to_have_text("Enregistré")


def test_typed_text_is_saved_and_appears_in_the_panel_of_the_other(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    (one,) = named(lanes, "Un")
    boris.open_card(one)
    form = anna.edit_card(one)
    form.get_by_label("Titre", exact=True).fill(f"{one}, corrigée")
    write_text(form, " Et un numéro : 04 65 71 00 00.")
    saved(form)
    expect(boris.panel.locator("#panel-title")).to_have_text(f"{one}, corrigée")
    expect(boris.panel.locator(".text")).to_have_text("Texte de Un. Et un numéro : 04 65 71 00 00.")
    expect(boris.card(f"{one}, corrigée")).to_contain_text("Et un numéro")
    form.get_by_role("button", name="Terminer").click()
    expect(anna.panel.locator("#panel-title")).to_have_text(f"{one}, corrigée")


def test_merely_opening_the_editor_saves_nothing(lanes: Lanes, founder: Desk, anna: Desk) -> None:
    body = (
        "<p>Avec <strong>gras</strong></p>"
        "<ul><li>une liste</li><li><a href='https://ville.example'>un lien</a></li></ul>"
    )
    founder.add_card(lanes.left_id, "Mise en forme", body=body)
    seq = anna.board()["seq"]
    form = anna.edit_card("Mise en forme")
    write_text(form, "")
    form.get_by_role("button", name="Terminer").click()
    expect(anna.panel.locator("#panel-title")).to_have_text("Mise en forme")
    assert anna.board()["seq"] == seq


def test_writing_is_seen_and_forgotten(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    (one,) = named(lanes, "Un")
    form = anna.edit_card(one)
    note = boris.card(one).locator(".typing")
    expect(note).to_contain_text("Sonia écrit…")
    form.get_by_role("button", name="Terminer").click()
    expect(note).to_have_count(0)
    anna.panel.get_by_role("button", name="Modifier", exact=True).click()
    expect(note).to_have_count(1)
    anna.context.close()
    expect(note).to_have_count(0)


def test_fields_that_only_one_touched_come_together(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    (one,) = named(lanes, "Un")
    mine, theirs = anna.edit_card(one), boris.edit_card(one)
    write_text(mine, " Suite.")
    theirs.get_by_label("Titre", exact=True).fill(f"{one} bis")
    saved(mine)
    saved(theirs)
    expect(mine.get_by_label("Titre", exact=True)).to_have_value(f"{one} bis")
    expect(theirs.locator(".tiptap")).to_have_text("Texte de Un. Suite.")
    card = next(card for card in anna.board()["cards"] if card["title"] == f"{one} bis")
    assert card["body_html"] == "<p>Texte de Un. Suite.</p>"


def test_the_same_field_written_by_both_is_a_choice(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    (one,) = named(lanes, "Un")
    mine, theirs = anna.edit_card(one), boris.edit_card(one)
    write_text(mine, " Mien.")
    write_text(theirs, " Sien.")
    expect(anna.page.locator(".notice:visible, .state:text-is('Enregistré')").first).to_be_visible()
    expect(boris.page.locator(".notice:visible, .state:text-is('Enregistré')").first).to_be_visible()
    loser, kept, other = (
        (boris, " Sien.", " Mien.") if boris.page.locator(".notice").is_visible() else (anna, " Mien.", " Sien.")
    )
    form = loser.panel.locator("form.edit-form")
    expect(form.locator(".notice")).to_contain_text("a modifié cette info pendant que vous écriviez")
    expect(form.locator(".tiptap")).to_have_text(f"Texte de Un.{kept}")
    expect(form.locator(".compare .text")).to_have_text(f"Texte de Un.{other}")
    form.get_by_role("button", name="Garder les deux").click()
    saved(form)
    expect(form.locator(".notice")).to_be_hidden()
    html = next(card for card in loser.board()["cards"] if card["title"] == one)["body_html"]
    assert html == f"<p>Texte de Un.{kept}</p><p>Texte de Un.{other}</p>"


def test_a_clash_left_open_survives_closing_the_tab(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    (one,) = named(lanes, "Un")
    form = anna.edit_card(one)
    card = anna.card_id(one)
    boris.command(type="edit_card", card=card, version=1, title=f"{one} par Boris")
    expect(form.get_by_label("Titre", exact=True)).to_have_value(f"{one} par Boris")
    write_title = form.get_by_label("Titre", exact=True)
    write_title.fill(f"{one} par Anna")
    boris.command(type="edit_card", card=card, version=2, title=f"{one} encore par Boris")
    expect(form.locator(".notice")).to_contain_text("pendant que vous écriviez")
    anna.page.close()
    anna.page = anna.new_tab(f"/cards/{card}")
    anna.panel.get_by_role("button", name="Modifier", exact=True).click()
    again = anna.panel.locator("form.edit-form")
    expect(again.get_by_label("Titre", exact=True)).to_have_value(f"{one} par Anna")
    expect(again.locator(".compare h3")).to_have_text(f"{one} encore par Boris")
    again.get_by_role("button", name="Garder mon texte").click()
    saved(again)
    expect(boris.card(f"{one} par Anna")).to_be_visible()


def test_a_live_update_does_not_touch_what_is_being_typed(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    one, two = named(lanes, "Un", "Deux")
    form = anna.edit_card(one)
    form.locator(".tiptap").click()
    anna.page.keyboard.press("Control+End")
    anna.page.keyboard.type("abc")
    card = anna.card_id(two)
    boris.command(type="edit_card", card=card, version=1, title=f"{two} bis")
    boris.command(type="move_card", card=anna.card_id(one), column=lanes.right_id)
    anna.expect_cards(lanes.left, [f"{two} bis", *named(lanes, "Trois")])
    anna.page.keyboard.type("def")
    expect(form.locator(".tiptap")).to_have_text("Texte de Un.abcdef")
    expect(form.locator(".tiptap")).to_be_focused()


def test_typed_text_is_restored_after_a_reload(lanes: Lanes, anna: Desk) -> None:
    (one,) = named(lanes, "Un")
    form = anna.edit_card(one)
    anna.page.context.route("**/commands", lambda route: route.abort())
    anna.forgive()
    anna.page.evaluate("() => window.addEventListener('beforeunload', () => {})")
    form.locator(".tiptap").click()
    anna.page.keyboard.press("Control+End")
    anna.page.keyboard.type(" Pas encore parti")
    anna.page.reload()
    anna.panel.get_by_role("button", name="Modifier", exact=True).click()
    expect(anna.panel.locator(".tiptap")).to_have_text("Texte de Un. Pas encore parti")


def test_an_empty_title_is_said_and_not_sent(lanes: Lanes, anna: Desk) -> None:
    (one,) = named(lanes, "Un")
    form = anna.edit_card(one)
    form.get_by_label("Titre", exact=True).fill("")
    expect(form.locator("#edit-title-problem")).to_have_text("Écrivez un titre.")
    form.get_by_role("button", name="Terminer").click()
    expect(form.get_by_label("Titre", exact=True)).to_be_focused()
    assert one in anna.titles(lanes.left_id)

"""Reorganise columns while others work in them, and order them for oneself."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Lanes, SeatSomebody
from tests.browser.desk import FACILITATOR, Desk, box_of
from tests.browser.test_columns import choose, dialog
from tests.browser.test_drag_card import named
from tests.browser.test_live_edit import saved, write_text


def test_a_column_is_dragged_while_another_drags_a_card_in_it(lanes: Lanes, facilitator: Desk, boris: Desk) -> None:
    one, two, three, four = named(lanes, "Un", "Deux", "Trois", "Quatre")
    boris.drag(boris.card(one), boris.card(three), where="bottom", drop=False)
    heading = box_of(facilitator.column(lanes.left).locator("h2"))
    facilitator.page.mouse.move(heading["x"] + 5, heading["y"] + 5)
    facilitator.page.mouse.down()
    facilitator.carry_to(facilitator.column(lanes.right), where="top")
    facilitator.page.mouse.up()
    facilitator.expect_columns(lanes.right, lanes.left)
    boris.page.mouse.up()
    for desk in (facilitator, boris):
        desk.expect_columns(lanes.right, lanes.left)
        desk.expect_cards(lanes.left, [two, three, one])
        desk.expect_cards(lanes.right, [four])


def test_two_rename_the_same_column(lanes: Lanes, facilitator: Desk, seat: SeatSomebody) -> None:
    other = seat(FACILITATOR)
    other.forgive(re.compile("409"))
    for desk in (facilitator, other):
        choose(desk, lanes.left, "Modifier la colonne…")
    dialog(facilitator).get_by_label("Titre").fill(f"{lanes.left} premier")
    dialog(facilitator).get_by_label("sarcelle").check(force=True)
    dialog(facilitator).get_by_role("button", name="Enregistrer").click()
    expect(other.column(f"{lanes.left} premier")).to_be_visible()
    dialog(other).get_by_label("Titre").fill(f"{lanes.left} second")
    dialog(other).get_by_role("button", name="Enregistrer").click()
    expect(dialog(other).get_by_role("alert")).to_contain_text(
        f"elle s’appelle maintenant «\u202f\u2068{lanes.left} premier\u2069\u202f»"
    )
    expect(dialog(other).get_by_label("Titre")).to_have_value(f"{lanes.left} second")
    expect(facilitator.column(f"{lanes.left} premier")).to_be_visible()
    dialog(other).get_by_role("button", name="Enregistrer").click()
    for desk in (facilitator, other):
        expect(desk.column(f"{lanes.left} second")).to_have_attribute(
            "data-hue", "170"
        )  # the colour of the first, who altered it, stays


def test_a_column_is_merged_away_under_an_open_panel_and_under_a_form(
    lanes: Lanes, facilitator: Desk, anna: Desk, boris: Desk
) -> None:
    one, two, three, four = named(lanes, "Un", "Deux", "Trois", "Quatre")
    anna.open_card(one)
    form = boris.edit_card(two)
    write_text(form, " Ce que Boris écrit.")
    saved(form)
    choose(facilitator, lanes.left, "Fusionner dans…")
    dialog(facilitator).get_by_label("Colonne qui reste").select_option(label=lanes.right)
    expect(dialog(facilitator).get_by_role("status")).to_contain_text(
        f"Ses 3 infos passent à la fin de «\u202f\u2068{lanes.right}\u2069\u202f»"
    )
    dialog(facilitator).get_by_role("button", name="Fusionner", exact=True).click()
    for desk in (facilitator, anna, boris):
        desk.expect_cards(lanes.right, [four, one, two, three])
        expect(desk.column(lanes.left)).to_have_count(0)
    expect(anna.panel.locator("#panel-title")).to_have_text(one)
    expect(anna.panel.locator(".chip.tint")).to_have_text(lanes.right)
    expect(form.locator(".tiptap")).to_contain_text("Ce que Boris écrit.")
    write_text(form, " Et la suite.")
    saved(form)
    facilitator.page.locator("#toasts").get_by_role("button", name="Annuler").click()
    for desk in (facilitator, anna, boris):
        desk.expect_cards(lanes.left, [one, two, three])
        desk.expect_cards(lanes.right, [four])
        desk.expect_columns(lanes.left, lanes.right)
    expect(form.locator(".tiptap")).to_contain_text("Et la suite.")
    expect(facilitator.card(two)).to_contain_text("Et la suite.")


def test_a_move_is_undone_while_another_edits_the_card(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    one, two, three = named(lanes, "Un", "Deux", "Trois")
    anna.drag(anna.card(one), anna.column(lanes.right).locator(".cards"), where="bottom")
    expect(boris.column(lanes.right).locator(".card")).to_have_count(2)
    form = boris.edit_card(one)
    write_text(form, " Pendant ce temps.")
    anna.page.keyboard.press("Control+z")
    for desk in (anna, boris):
        desk.expect_cards(lanes.left, [one, two, three])
    write_text(form, " Et après.")
    saved(form)
    form.get_by_role("button", name="Terminer").click()
    expect(boris.panel.locator("#panel-title")).to_have_text(one)
    expect(boris.panel.locator(".text")).to_contain_text("Pendant ce temps. Et après.")
    expect(boris.panel.locator(".chip.tint")).to_have_text(lanes.left)
    expect(anna.card(one)).to_contain_text("Et après.")


def test_ones_own_order_outlives_what_facilitators_do(lanes: Lanes, founder: Desk, anna: Desk, boris: Desk) -> None:
    first = anna.page.locator("#board > .column h2").first
    choose(anna, lanes.right, "Épingler en premier")
    expect(first).to_have_text(lanes.right)
    choose(anna, lanes.left, "Déplacer à droite")
    neighbour = founder.add_column(f"Neuve {lanes.left}")
    expect(anna.column(f"Neuve {lanes.left}")).to_be_visible()
    founder.command(type="move_column", column=lanes.right_id)
    founder.command(type="move_column", column=neighbour, after=lanes.left_id)
    boris.expect_columns(lanes.left, f"Neuve {lanes.left}", lanes.right)
    for _reload in range(2):
        anna.expect_columns(lanes.right, f"Neuve {lanes.left}", lanes.left)
        expect(first).to_have_text(lanes.right)
        expect(anna.page.locator(".column-nav a").first).to_have_text(lanes.right)
        anna.page.reload()
        anna.expect_live()
    choose(anna, lanes.right, "Reprendre l’ordre du tableau")
    anna.expect_columns(lanes.left, f"Neuve {lanes.left}", lanes.right)
    expect(anna.column(lanes.right).get_by_role("button", name="Menu de la colonne")).to_be_focused()


def test_an_agents_own_service_is_pinned_in_one_click(anna: Desk) -> None:
    offered = anna.page.get_by_role("button", name="Épingler en premier la colonne")
    expect(offered).to_have_count(1)
    offered.click()
    expect(anna.page.locator("#board > .column h2").first).to_have_text("CCAS")
    expect(offered).to_have_count(0)
    choose(anna, "CCAS", "Ne plus épingler")
    expect(offered).to_have_count(1)


def test_a_column_of_a_service_is_called_and_coloured_like_it(facilitator: Desk) -> None:
    choose(facilitator, "CCAS", "Ajouter une colonne à droite…")
    form = dialog(facilitator)
    form.get_by_label("Service").select_option(label="CCAS")
    expect(form.get_by_label("Titre")).to_have_value("CCAS")
    form.get_by_label("Service").select_option(label="Médiathèque")
    expect(form.get_by_label("Titre")).to_have_value("Médiathèque")
    expect(form.locator("input[name=hue]:checked")).not_to_have_value("250")
    form.get_by_label("Titre").fill("La nôtre")
    form.get_by_label("Service").select_option(label="CCAS")
    expect(form.get_by_label("Titre")).to_have_value("La nôtre")

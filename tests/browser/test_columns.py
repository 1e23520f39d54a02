"""Column menus: facilitators' changes appear live for others; folding is personal."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Lanes
from tests.browser.desk import Desk
from tests.browser.test_drag_card import named


def choose(desk: Desk, column: str, item: str) -> None:
    desk.column(column).get_by_role("button", name="Menu de la colonne").click()
    desk.page.get_by_role("menuitem", name=item, exact=True).click()


def dialog(desk: Desk) -> Locator:
    return desk.page.locator("dialog[open]")


def test_a_column_is_added_beside_another(lanes: Lanes, facilitator: Desk, boris: Desk) -> None:
    choose(facilitator, lanes.left, "Ajouter une colonne à droite…")
    dialog(facilitator).get_by_label("Titre").fill(f"Entre {lanes.left}")
    dialog(facilitator).get_by_label("Nature").select_option("free")
    dialog(facilitator).get_by_label("violet").check(force=True)
    dialog(facilitator).get_by_role("button", name="Enregistrer").click()
    for desk in (facilitator, boris):
        desk.expect_columns(lanes.left, f"Entre {lanes.left}", lanes.right)
    expect(boris.column(f"Entre {lanes.left}")).to_have_attribute("data-hue", "300")
    expect(boris.column(f"Entre {lanes.left}")).to_contain_text("Cette colonne est libre")


def test_a_column_without_a_title_is_refused_in_its_dialog(lanes: Lanes, facilitator: Desk) -> None:
    facilitator.forgive()
    choose(facilitator, lanes.left, "Ajouter une colonne à droite…")
    dialog(facilitator).get_by_role("button", name="Enregistrer").click()
    expect(dialog(facilitator).get_by_role("alert")).to_contain_text("vide")
    expect(dialog(facilitator).get_by_label("Titre")).to_be_focused()


def test_a_column_is_renamed_and_coloured(lanes: Lanes, facilitator: Desk, boris: Desk) -> None:
    choose(facilitator, lanes.left, "Modifier la colonne…")
    dialog(facilitator).get_by_label("Titre").fill(f"{lanes.left} bis")
    dialog(facilitator).get_by_label("sarcelle").check(force=True)
    dialog(facilitator).get_by_role("button", name="Enregistrer").click()
    expect(boris.column(f"{lanes.left} bis")).to_have_attribute("data-hue", "170")
    expect(boris.page.locator(".column-nav").get_by_text(f"{lanes.left} bis")).to_be_visible()
    boris.expect_cards(f"{lanes.left} bis", named(lanes, "Un", "Deux", "Trois"))


def test_a_column_is_moved_from_its_menu(lanes: Lanes, facilitator: Desk, boris: Desk) -> None:
    choose(facilitator, lanes.left, "Déplacer à droite")
    for desk in (facilitator, boris):
        desk.expect_columns(lanes.right, lanes.left)
    expect(facilitator.announced).to_contain_text("position 2 sur")
    expect(facilitator.column(lanes.left).get_by_role("button", name="Menu de la colonne")).to_be_focused()


def test_a_column_is_archived_and_brought_back_with_its_cards(lanes: Lanes, facilitator: Desk, boris: Desk) -> None:
    choose(facilitator, lanes.left, "Archiver la colonne")
    expect(boris.column(lanes.left)).to_have_count(0)
    facilitator.page.get_by_role("button", name="Annuler").click()
    boris.expect_columns(lanes.left, lanes.right)
    boris.expect_cards(lanes.left, named(lanes, "Un", "Deux", "Trois"))


def test_an_archived_column_is_restored_from_the_archive(lanes: Lanes, facilitator: Desk, boris: Desk) -> None:
    facilitator.command(type="archive_column", column=lanes.left_id)
    expect(boris.column(lanes.left)).to_have_count(0)
    facilitator.page.goto(f"{facilitator.server.url}/boards/accueil/archive")
    facilitator.page.get_by_role("button", name=f"Restaurer la colonne {lanes.left}").click()
    boris.expect_cards(lanes.left, named(lanes, "Un", "Deux", "Trois"))


def test_an_agent_is_not_offered_what_facilitators_do(lanes: Lanes, anna: Desk) -> None:
    anna.column(lanes.left).get_by_role("button", name="Menu de la colonne").click()
    expect(anna.page.get_by_role("menuitem")).to_have_text(
        [
            "Ajouter une info en haut",
            "Sélectionner des infos",
            "Tout marquer comme lu",
            "Replier la colonne",
            "À vérifier",
            "Épingler en premier",
            "Déplacer à gauche",
            "Déplacer à droite",
        ]
    )


def test_a_fold_is_remembered_and_is_nobody_elses(lanes: Lanes, anna: Desk, boris: Desk) -> None:
    choose(anna, lanes.left, "Replier la colonne")
    folded = anna.column(lanes.left)
    expect(folded.get_by_role("button", name="Déplier")).to_be_focused()
    expect(folded.locator(".cards")).to_be_hidden()
    expect(boris.column(lanes.left).locator(".cards")).to_be_visible()
    anna.page.reload()
    expect(folded.locator(".cards")).to_be_hidden()
    boris.page.reload()
    expect(boris.column(lanes.left).locator(".cards")).to_be_visible()
    folded.click()
    expect(folded.locator(".cards")).to_be_visible()

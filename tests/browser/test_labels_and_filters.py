"""Labels set by typing and updated live, board filters in the URL, and saved filters."""

from __future__ import annotations

import re

from playwright.sync_api import APIResponse, Locator, Route, expect

from tests.browser.conftest import Lanes, SeatSomebody
from tests.browser.desk import COLLEAGUE, Desk
from tests.browser.test_drag_card import named


def chips(card: Locator) -> Locator:
    return card.locator(".labels [data-label]:not(.sr-only)")


def combobox(desk: Desk) -> Locator:
    return desk.panel.get_by_role("combobox", name="Ajouter une étiquette")


def said(desk: Desk) -> Locator:
    return desk.page.locator(".filter-bar [role=status]")


def query(text: str) -> re.Pattern[str]:
    return re.compile(rf"/boards/accueil\?{text}$")


def test_labels_are_typed_chosen_and_taken_off_and_others_see_it_at_once(lanes: Lanes, seat: SeatSomebody) -> None:
    anna, boris = seat(), seat(COLLEAGUE)
    un, deux, _trois = named(lanes, "Un", "Deux", "Trois")
    ete, ecole = f"Été {lanes.left_id}", f"École {lanes.left_id}"
    anna.open_card(un)
    field = combobox(anna)
    field.fill(ete)
    expect(anna.panel.get_by_role("option", name=f"Créer «\u202f{ete}\u202f»")).to_be_visible()
    field.press("Enter")
    expect(chips(boris.card(un))).to_have_text([ete])
    for name in (ecole, f"Trois {lanes.left_id}", f"Quatre {lanes.left_id}"):
        field.fill(name)
        field.press("Enter")
    expect(boris.card(un).get_by_text("+1", exact=True)).to_be_visible()
    expect(field).to_be_focused()

    anna.page.keyboard.press("Backspace")
    expect(anna.panel.get_by_role("button", name=f"Retirer l’étiquette Quatre {lanes.left_id}")).to_have_count(0)
    anna.panel.get_by_role("button", name=f"Retirer l’étiquette Trois {lanes.left_id}").click()
    expect(chips(boris.card(un))).to_have_text([ete, ecole])
    anna.page.keyboard.press("Escape")

    anna.open_card(deux)
    field = combobox(anna)
    field.fill(f"ETE {lanes.left_id}")
    expect(anna.panel.get_by_role("option")).to_have_text([ete])
    field.press("ArrowDown")
    field.press("Enter")
    expect(chips(boris.card(deux))).to_have_text([ete])


def test_a_panel_read_before_a_label_was_added_does_not_take_it_off_again(lanes: Lanes, seat: SeatSomebody) -> None:
    anna = seat()
    (un, *_others) = named(lanes, "Un", "Deux", "Trois")
    first, second = f"Été {lanes.left_id}", f"École {lanes.left_id}"
    readings: list[tuple[Route, APIResponse]] = []
    commands: list[Route] = []

    def deliver_late(reading: Route) -> None:
        readings.append((reading, reading.fetch()))
        deliver()

    def hold_the_second(command: Route) -> None:
        commands.append(command)
        if len(commands) != 2:
            command.continue_()
        deliver()

    def deliver() -> None:
        while readings and len(commands) > 1:
            reading, response = readings.pop()
            reading.fulfill(response=response, body=response.text().replace(un, f"{un}, relue"))

    anna.forgive()
    anna.cut_live()
    anna.page.reload()
    anna.open_card(un)
    expect(combobox(anna)).to_be_visible()
    anna.page.route("**/cards/*", deliver_late)
    anna.page.route("**/commands", hold_the_second)
    with anna.page.expect_request("**/cards/*"):
        combobox(anna).fill(first)
        combobox(anna).press("Enter")
    combobox(anna).fill(second)
    combobox(anna).press("Enter")
    expect(anna.panel.get_by_role("heading", name=f"{un}, relue")).to_be_visible()
    assert anna.panel.locator(".labels bdi").all_text_contents() == [first, second]
    combobox(anna).press("Backspace")
    expect(anna.panel.locator(".labels bdi")).to_have_text([first])

    anna.page.unroute("**/cards/*")
    commands[1].continue_()
    expect(anna.panel.get_by_role("button", name="Retirer l’étiquette")).to_have_count(1)
    expect(chips(anna.card(un))).to_have_text([first])


def test_filters_stand_in_the_address_and_what_changes_live_obeys_them(lanes: Lanes, seat: SeatSomebody) -> None:
    anna, boris = seat(), seat(COLLEAGUE)
    un, deux, trois = named(lanes, "Un", "Deux", "Trois")
    label = f"Horaires {lanes.left_id}"
    anna.open_card(un)
    combobox(anna).fill(label)
    combobox(anna).press("Enter")
    expect(chips(boris.card(un))).to_have_text([label])

    boris.page.keyboard.press("f")
    dialog = boris.page.get_by_role("dialog", name="Filtrer le tableau")
    expect(dialog.get_by_label("Mots")).to_be_focused()
    dialog.get_by_label(label).check()
    expect(boris.page).to_have_url(query(r"label=\d+"))
    expect(said(boris)).to_have_text(re.compile(r"^1 info affichée, \d+ masquées$"))
    dialog.get_by_label("Non lues").check()
    expect(boris.page).to_have_url(query(r"label=\d+&unread=1"))
    boris.page.go_back()
    expect(boris.page).to_have_url(query(r"label=\d+"))
    expect(dialog.get_by_label("Non lues")).not_to_be_checked()
    boris.page.keyboard.press("Escape")
    expect(boris.card(un)).to_be_visible()
    expect(boris.card(deux)).to_be_hidden()
    expect(boris.column(lanes.right)).to_have_class(re.compile(r"\bunmatched\b"))

    boris.page.reload()
    expect(said(boris)).to_have_text(re.compile(r"^1 info affichée"))
    boris.expect_live()
    anna.panel.get_by_role("button", name="Fermer", exact=True).last.click()
    expect(anna.panel).to_be_hidden()
    anna.open_card(trois)
    combobox(anna).fill(label)
    combobox(anna).press("Enter")
    expect(boris.card(trois)).to_be_visible()
    expect(said(boris)).to_have_text(re.compile(r"^2 infos affichées"))

    boris.open_card(un)
    boris.panel.get_by_role("button", name="Fermer", exact=True).click()
    expect(boris.page).to_have_url(query(r"label=\d+"))
    boris.page.locator(".filter-bar").get_by_role("button", name="Tout afficher").click()
    expect(boris.page).to_have_url(re.compile(r"/boards/accueil$"))
    expect(boris.card(deux)).to_be_visible()
    expect(said(boris)).to_be_hidden()


def test_filters_are_kept_under_a_name(lanes: Lanes, seat: SeatSomebody) -> None:
    anna = seat(path="/boards/accueil?fresh=current&kind=service")
    other = anna.new_tab()
    expect(other.locator(".live .status-text")).to_have_text(
        "En direct"
    )  # from then on it hears of what this one keeps
    name = f"À jour {lanes.left_id}"
    anna.page.keyboard.press("f")
    dialog = anna.page.get_by_role("dialog", name="Filtrer le tableau")
    dialog.get_by_label("Garder ces filtres sous le nom").fill(name)
    anna.page.keyboard.press("Enter")
    expect(dialog.get_by_role("link", name=name)).to_be_visible()
    dialog.get_by_role("button", name="Tout afficher").click()
    expect(anna.page).to_have_url(re.compile(r"/boards/accueil$"))
    dialog.get_by_role("link", name=name).click()
    expect(anna.page).to_have_url(query("fresh=current&kind=service"))
    expect(dialog.get_by_label("Fraîcheur")).to_have_value("current")

    other.keyboard.press("f")
    expect(other.get_by_role("link", name=name)).to_be_visible()
    dialog.get_by_role("button", name=f"Renommer le filtre {name}").click()
    anna.page.keyboard.type(f"Services {lanes.left_id}")
    anna.page.keyboard.press("Enter")
    expect(other.get_by_role("link", name=f"Services {lanes.left_id}")).to_be_visible()
    dialog.get_by_role("button", name=f"Retirer le filtre Services {lanes.left_id}").click()
    expect(other.get_by_role("link", name=f"Services {lanes.left_id}")).to_have_count(0)

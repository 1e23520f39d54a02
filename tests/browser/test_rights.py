"""Rights changed while pages are open: content and buttons follow, and typed text is kept."""

from __future__ import annotations

import re
from itertools import count

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Lanes, SeatSomebody
from tests.browser.desk import AGENT, FACILITATOR, READER, Desk
from tests.browser.test_connection import OFFLINE
from tests.browser.test_drag_card import named
from tests.server import Server

_numbers = count(1)


@pytest.fixture
def reader(seat: SeatSomebody) -> Desk:
    return seat(READER)


def test_a_column_withdrawn_leaves_the_open_page_with_its_card(lanes: Lanes, founder: Desk, reader: Desk) -> None:
    [card] = named(lanes, "Un")
    reader.open_card(card)
    reader.forgive()  # the open card is asked for, and no longer found
    founder.command(type="set_rights", column=lanes.left_id, readers="none")
    expect(reader.column(lanes.left)).to_have_count(0)
    expect(reader.panel).to_be_hidden()
    expect(reader.toasts).to_have_text("Cette info n’est plus accessible.")
    assert card not in reader.page.content()
    reader.page.reload()
    reader.expect_live()
    expect(reader.column(lanes.left)).to_have_count(0)
    founder.command(type="set_rights", column=lanes.left_id, readers=None)
    reader.expect_cards(lanes.left, named(lanes, "Un", "Deux", "Trois"))


def test_a_service_left_while_the_connection_was_lost_takes_its_columns_along(
    lanes: Lanes, founder: Desk, anna: Desk, shared_server: Server
) -> None:
    column = next(each for each in founder.board()["columns"] if each["title"] == "CCAS")
    founder.command(type="set_rights", column=lanes.left_id, agents="none", services={str(column["service"]): "edit"})
    anna.expect_cards(lanes.left, named(lanes, "Un", "Deux", "Trois"))
    anna.forgive()
    anna.context.set_offline(True)
    expect(anna.state).to_have_text(OFFLINE)
    assert shared_server.flask("people", "set-services", AGENT, "sports").returncode == 0
    try:
        anna.context.set_offline(False)
        expect(anna.column(lanes.left)).to_have_count(0)
        anna.expect_live()
    finally:
        shared_server.flask("people", "set-services", AGENT, "ccas")


def test_a_card_carried_to_a_hidden_column_leaves_other_pages(
    lanes: Lanes, founder: Desk, anna: Desk, reader: Desk
) -> None:
    founder.command(type="set_rights", column=lanes.right_id, readers="none")
    expect(reader.column(lanes.right)).to_have_count(0)
    anna.drag(anna.card(named(lanes, "Deux")[0]), anna.column(lanes.right))
    reader.expect_cards(lanes.left, named(lanes, "Un", "Trois"))
    anna.expect_cards(lanes.right, named(lanes, "Quatre", "Deux"))


def test_what_was_being_typed_survives_a_right_withdrawn(lanes: Lanes, founder: Desk, anna: Desk) -> None:
    [card] = named(lanes, "Un")
    form = anna.edit_card(card)
    anna.forgive()
    founder.command(type="set_rights", column=lanes.left_id, agents="none")
    expect(anna.panel).to_be_hidden()
    expect(anna.toasts.last).to_contain_text("conservé sur ce poste")
    expect(form).to_have_count(0)
    founder.command(type="set_rights", column=lanes.left_id, agents=None)
    anna.expect_cards(lanes.left, named(lanes, "Un", "Deux", "Trois"))


def test_a_right_to_edit_withdrawn_takes_the_buttons_along_and_one_given_brings_them(
    lanes: Lanes, founder: Desk, anna: Desk
) -> None:
    [card] = named(lanes, "Un")
    add = anna.column(lanes.left).get_by_role("button", name="Ajouter une info")
    anna.open_card(card)
    edit = anna.panel.get_by_role("button", name="Modifier", exact=True)
    expect(edit).to_be_visible()
    founder.command(type="set_rights", column=lanes.left_id, agents="comment")
    expect(add).to_be_hidden()
    expect(edit).to_be_hidden()
    expect(anna.panel.get_by_role("heading", name=card)).to_be_visible()
    founder.command(type="set_rights", column=lanes.left_id, agents="contribute")
    expect(add).to_be_visible()
    expect(edit).to_be_hidden()  # somebody else’s card


def test_the_table_of_rights_acts_on_open_pages(lanes: Lanes, facilitator: Desk, reader: Desk) -> None:
    page = facilitator.page
    facilitator.column(lanes.left).get_by_role("button", name="Menu de la colonne").click()
    page.get_by_role("menuitem", name="Droits de la colonne…").click()
    expect(page).to_have_url(re.compile(rf"/rights#row-{lanes.left_id}$"))
    page.get_by_role("link", name=lanes.left).click()
    page.get_by_label("Lecteurs").select_option("ne voit pas")
    page.get_by_role("button", name="Enregistrer").click()
    row = page.get_by_role("row", name=lanes.left)
    expect(row.get_by_role("cell").nth(1)).to_have_text("ne voit pas")
    expect(page.get_by_role("status")).to_contain_text("à jour")
    expect(reader.column(lanes.left)).to_have_count(0)


def test_a_facilitator_sees_the_board_as_a_reader_and_changes_nothing(
    lanes: Lanes, founder: Desk, facilitator: Desk
) -> None:
    founder.command(type="set_rights", column=lanes.right_id, readers="none")
    page = facilitator.page
    page.goto(f"{facilitator.server.url}/rights")
    page.get_by_label("Voir le tableau comme").select_option("un lecteur")
    page.get_by_role("button", name="Voir", exact=True).click()
    facilitator.expect_live()
    expect(page.get_by_text("Vous voyez le tableau comme un lecteur")).to_be_visible()
    expect(facilitator.column(lanes.right)).to_have_count(0)
    expect(facilitator.column(lanes.left).get_by_role("button", name="Ajouter une info")).to_be_hidden()
    facilitator.open_card(named(lanes, "Un")[0])
    assert page.url.endswith("?as=reader")
    secret = founder.add_card(lanes.right_id, "Pas pour les lecteurs")
    seen = founder.add_card(lanes.left_id, "Pour tous")
    expect(page.locator(f"#card-{seen}")).to_be_visible()
    expect(page.locator(f"#card-{secret}")).to_have_count(0)
    page.get_by_role("link", name="Quitter l’aperçu").click()
    facilitator.expect_live()
    expect(page.locator(f"#card-{secret}")).to_be_visible()


def test_looking_as_an_agent_a_gesture_is_refused_in_words(lanes: Lanes, seat: SeatSomebody) -> None:
    facilitator = seat(FACILITATOR, path="/boards/accueil?as=agent")
    column = facilitator.column(lanes.left)
    column.get_by_role("button", name="Ajouter une info").click()
    column.locator("textarea[name=title]").fill("Essai")
    facilitator.page.keyboard.press("Enter")
    expect(facilitator.page.get_by_text("rien ne s’y modifie").last).to_be_visible()
    assert "Essai" not in facilitator.titles(lanes.left_id)


def test_a_service_left_takes_its_buttons_along(seat: SeatSomebody, shared_server: object) -> None:
    sports = seat("sports@demo.example")
    add = sports.column("Sports").get_by_role("button", name="Ajouter une info")
    expect(add).to_be_visible()
    assert sports.server.flask("people", "set-services", sports.email, "culture").returncode == 0
    expect(add).to_be_hidden()
    expect(sports.column("Culture").get_by_role("button", name="Ajouter une info")).to_be_visible()
    sports.server.flask("people", "set-services", sports.email, "sports")
    expect(add).to_be_visible()


def test_an_account_disabled_closes_the_open_page(seat: SeatSomebody) -> None:
    leaving = seat("logement@demo.example", afresh=True)
    leaving.forgive()
    leaving.server.flask("people", "disable", leaving.email)
    expect(leaving.page.get_by_role("dialog", name="Votre session est terminée")).to_be_visible()
    leaving.server.flask("people", "enable", leaving.email)


def test_a_facilitator_disables_an_account_from_its_page(facilitator: Desk, seat: SeatSomebody) -> None:
    leaving = seat("elections@demo.example", afresh=True)
    leaving.forgive()
    page = facilitator.page
    page.goto(f"{facilitator.server.url}/people?q=elections")
    page.get_by_role("table").get_by_role("link").first.click()
    page.get_by_role("button", name=re.compile("Désactiver")).click()
    expect(leaving.page.get_by_role("dialog", name="Votre session est terminée")).to_be_visible()
    page.get_by_role("button", name=re.compile("Réactiver")).click()
    expect(page.get_by_role("button", name=re.compile("Désactiver"))).to_be_visible()


def test_a_new_column_belongs_to_the_service_chosen_for_it(facilitator: Desk, seat: SeatSomebody) -> None:
    culture, title = seat("culture@demo.example"), f"Festival {next(_numbers)}"
    page = facilitator.page
    facilitator.column("Culture").get_by_role("button", name="Menu de la colonne").click()
    page.get_by_role("menuitem", name="Ajouter une colonne à droite…").click()
    page.get_by_label("Titre").fill(title)
    page.get_by_role("dialog", name="Ajouter une colonne").get_by_label("Service", exact=True).select_option("Culture")
    page.get_by_role("button", name="Enregistrer").click()
    expect(culture.column(title).get_by_role("button", name="Ajouter une info")).to_be_visible()


def test_the_service_sheet_opens_from_its_column(seat: SeatSomebody) -> None:
    reader = seat(READER)
    reader.column("Médiathèque").get_by_role("button", name="Menu de la colonne").click()
    reader.page.get_by_role("menuitem", name="Fiche du service").click()
    sheet = reader.page.get_by_role("dialog", name="Médiathèque")
    expect(sheet.get_by_text("Horaires")).to_be_visible()
    sheet.get_by_role("button", name="Fermer").click()
    expect(sheet).to_be_hidden()


def test_read_only_cards_name_their_service(anna: Desk) -> None:
    other = anna.column("Médiathèque")
    other.get_by_role("button", name="Menu de la colonne").click()
    menu = anna.page.get_by_role("menu", name="Colonne")
    expect(menu).to_contain_text("ce sont les agents du service qui la remplissent")
    anna.page.keyboard.press("Escape")
    other.locator("li.card").first.click()
    expect(anna.panel.get_by_text("ce sont les agents du service qui la remplissent")).to_be_visible()
    anna.page.keyboard.press("Escape")
    own = anna.column("CCAS")
    own.get_by_role("button", name="Menu de la colonne").click()
    expect(menu).not_to_contain_text("remplissent")
    anna.page.keyboard.press("Escape")
    own.locator("li.card").first.click()
    expect(anna.panel.get_by_role("button", name="Modifier", exact=True)).to_be_visible()
    expect(anna.panel.get_by_text("remplissent")).to_be_hidden()

"""Several boards: create from a template, switch, rename and archive under open pages, export and import."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import SeatSomebody
from tests.browser.desk import AGENT, FACILITATOR, Desk
from tests.browser.test_accessibility import THEMES, violations

OVERFLOWS = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"


def new_board(desk: Desk, title: str, beginning: str) -> None:
    """Create a board by keyboard, starting from the list."""
    page = desk.page
    page.goto(f"{desk.server.url}/boards")
    page.get_by_role("link", name="Nouveau tableau", exact=True).press("Enter")
    page.get_by_label("Titre").press_sequentially(title)
    page.get_by_role("radio", name=beginning).press("Space")
    page.get_by_role("button", name="Créer le tableau").press("Enter")
    expect(page.locator(".live .status-text")).to_have_text("En direct")


def act(desk: Desk, board: str, button: str) -> None:
    """Press a button of this board on the list, or on its own page."""
    page = desk.page
    page.goto(f"{desk.server.url}/boards")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=board, exact=True))
    if not row.get_by_role("button", name=button).count():
        row.get_by_role("link", name="Modifier").click()
        page.get_by_role("button", name=button).click()
    else:
        row.get_by_role("button", name=button).click()
    expect(page.get_by_role("status").first).to_be_visible()


def switch(page: Page) -> None:
    page.get_by_role("button", name="changer de tableau").press("Enter")
    expect(page.get_by_role("menu", name="Tableaux")).to_be_visible()


def test_a_board_lives_beside_the_others(seat: SeatSomebody) -> None:
    dtan, ccas = seat(FACILITATOR, path=None, bypass_csp=True), seat(AGENT, path=None)
    new_board(dtan, "Guichet d’été", "Le modèle «\u202fAccueil d’une ville\u202f»")
    expect(dtan.toasts).to_contain_text("est créé. 2 services créés")
    expect(dtan.page.locator("#board > .column h2")).to_have_count(13)
    expect(dtan.card("Chaque service publie lui-même, sans validation")).to_be_visible()

    # The agent comes over from the default board, by keyboard.
    ccas.open_board()
    switch(ccas.page)
    current = ccas.page.locator("#boards-menu [aria-current=page]")
    expect(current).to_have_text("Accueil")
    expect(current).to_be_focused()
    expect(ccas.page.get_by_role("menuitem", name="Gérer les tableaux")).to_have_count(0)
    ccas.page.keyboard.press("End")
    expect(ccas.page.get_by_role("menuitem", name="Guichet d’été")).to_be_focused()
    ccas.page.keyboard.press("Enter")
    ccas.page.wait_for_url("**/boards/guichet-d-ete")
    ccas.expect_live()

    # Renamed on one screen, it is renamed on the other, while a card is open there.
    ccas.open_card("Jamais de données personnelles")
    dtan.page.goto(f"{dtan.server.url}/boards")
    dtan.page.get_by_role("link", name="Modifier Guichet d’été").click()
    dtan.page.get_by_label("Titre").fill("Guichet d’hiver · plage")
    dtan.page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(ccas.page.locator(".brand .switch [data-board-title]")).to_have_text("Guichet d’hiver · plage")
    expect(ccas.page).to_have_title("Jamais de données personnelles · Guichet d’hiver · plage · Flash News")
    ccas.panel.get_by_role("button", name="Fermer l’info").click()
    expect(ccas.page).to_have_title("Guichet d’hiver · plage · Flash News")
    switch(ccas.page)
    expect(ccas.page.locator("#boards-menu [aria-current=page]")).to_have_text("Guichet d’hiver · plage")
    ccas.page.keyboard.press("Escape")
    expect(ccas.page.get_by_role("button", name="changer de tableau")).to_be_focused()

    # Archived while the agent writes: said calmly, and nothing of it is lost.
    ccas.column("CCAS").get_by_role("button", name="Ajouter une info").click()
    ccas.page.keyboard.type("Colis de Noël : inscriptions")
    act(dtan, "Guichet d’hiver · plage", "Archiver le tableau")
    ended = ccas.page.get_by_role("dialog", name="Ce tableau vient d’être archivé")
    expect(ended).to_be_visible()
    expect(ended.get_by_role("link", name="Voir le tableau archivé")).to_have_count(0)
    ended.get_by_role("link", name="Aller à l’accueil").click()
    ccas.page.wait_for_url("**/boards/accueil")
    ccas.forgive()
    ccas.page.goto(f"{ccas.server.url}/boards/guichet-d-ete")
    expect(ccas.page.get_by_role("heading", name="Introuvable")).to_be_visible()

    # Facilitators read it, and bring it back from there.
    dtan.page.goto(f"{dtan.server.url}/boards/guichet-d-ete")
    expect(dtan.page.get_by_text("Ce tableau est archivé")).to_be_visible()
    expect(dtan.page.get_by_role("button", name="Ajouter une info").first).to_be_hidden()
    assert violations(dtan.page, THEMES[0]) == []
    dtan.page.get_by_role("button", name="Restaurer").click()
    expect(dtan.page.get_by_text("Ce tableau est archivé")).to_have_count(0)
    expect(dtan.page.get_by_role("button", name="Ajouter une info").first).to_be_visible()
    ccas.open_board("/boards/guichet-d-ete")
    ccas.column("CCAS").get_by_role("button", name="Ajouter une info").click()
    expect(ccas.column("CCAS").locator("textarea[name=title]")).to_have_value("Colis de Noël : inscriptions")

    # An open page that was told of the archiving goes on when the board comes back.
    act(dtan, "Guichet d’hiver · plage", "Archiver le tableau")
    expect(ended).to_be_visible()
    act(dtan, "Guichet d’hiver · plage", "Restaurer")
    expect(ended).to_be_hidden()
    ccas.page.keyboard.press("Enter")
    expect(ccas.card("Colis de Noël : inscriptions")).to_be_visible()
    act(dtan, "Guichet d’hiver · plage", "Archiver le tableau")


def test_the_towns_order_its_default_and_a_template_there_and_back_on_a_phone(
    seat: SeatSomebody, tmp_path: Path
) -> None:
    dtan = seat(FACILITATOR, path=None, bypass_csp=True, viewport={"width": 390, "height": 844}, has_touch=True)
    page = dtan.page
    dtan.forgive()  # one file is refused
    new_board(dtan, "Standard", "Un tableau vide")
    expect(page.get_by_text("n’a pas encore de colonne")).to_be_visible()
    act(dtan, "Standard", "Placer Standard plus haut")
    expect(page.get_by_role("status").first).to_contain_text("a changé de place")
    act(dtan, "Standard", "Choisir Standard par défaut")
    page.goto(f"{dtan.server.url}/")
    page.wait_for_url("**/boards/standard")
    dtan.expect_live()
    assert not page.evaluate(OVERFLOWS)
    page.get_by_role("button", name="changer de tableau").click()
    assert violations(page, THEMES[0]) == []
    page.get_by_role("menuitem", name="Accueil").click()
    page.wait_for_url("**/boards/accueil")
    act(dtan, "Accueil", "Choisir Accueil par défaut")
    act(dtan, "Standard", "Archiver le tableau")

    page.goto(f"{dtan.server.url}/boards")
    page.get_by_role("link", name="Modifier Accueil").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Exporter").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "accueil.flash-news.json"
    page.goto(f"{dtan.server.url}/town/templates")
    page.get_by_label("Fichier").set_input_files({"name": "x.json", "mimeType": "application/json", "buffer": b"{}"})
    page.get_by_role("button", name="Importer").click()
    expect(page.get_by_role("alert")).to_contain_text("n’est pas un modèle")
    page.get_by_label("Fichier").set_input_files(file)
    page.get_by_role("button", name="Importer").click()
    expect(page.get_by_role("radio", name="Le modèle «\u202fAccueil\u202f»")).to_be_checked()
    page.get_by_label("Titre").fill("Comme à l’accueil")
    page.get_by_role("button", name="Créer le tableau").click()
    dtan.expect_live()
    copied = [
        (column["title"], column["kind"], column["hue"]) for column in board(dtan, "comme-a-l-accueil")["columns"]
    ]
    assert copied == [(column["title"], column["kind"], column["hue"]) for column in board(dtan, "accueil")["columns"]]
    assert {card["column"] for card in board(dtan, "comme-a-l-accueil")["cards"]} == {
        board(dtan, "comme-a-l-accueil")["columns"][0]["id"]
    }


def board(desk: Desk, slug: str) -> dict[str, list[dict[str, object]]]:
    told: dict[str, list[dict[str, object]]] = desk.context.request.get(f"{desk.server.url}/api/boards/{slug}").json()
    return told

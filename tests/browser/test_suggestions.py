"""A request from the counter to its answer, votes and a refusal, with two people side by side."""

from __future__ import annotations

import re
from itertools import count

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import SeatSomebody
from tests.browser.desk import COLLEAGUE, READER, Desk

SUGGESTIONS = "Suggestions"
_numbers = count(1)


@pytest.fixture
def title() -> str:
    return f"Quels horaires en août {next(_numbers)}"


def suggest(desk: Desk, title: str, service: str | None = None) -> None:
    """Add a suggestion by the composer of the column."""
    column = desk.column(SUGGESTIONS)
    column.get_by_role("button", name="Proposer une idée").click()
    if service:
        column.get_by_label("Nature", exact=True).select_option(label="Demander une info à un service…")
        column.get_by_label("Service", exact=True).select_option(label=service)
    column.get_by_placeholder(re.compile("Votre idée")).fill(title)
    column.get_by_role("button", name="Ajouter", exact=True).click()
    expect(desk.card(title)).to_be_visible()
    column.get_by_role("button", name="Fermer l’ajout").click()


def request_in(desk: Desk, column: str, title: str) -> Locator:
    return desk.column(column).locator(".request").filter(has_text=title)


def test_a_request_is_answered_in_the_other_column_and_its_author_sees_it(anna: Desk, boris: Desk, title: str) -> None:
    column = anna.column(SUGGESTIONS)
    column.get_by_role("button", name="Proposer une idée").click()
    column.get_by_label("Nature", exact=True).select_option(label="Demander une info à un service…")
    column.get_by_placeholder(re.compile("Votre idée")).fill(title)
    column.get_by_role("button", name="Ajouter", exact=True).click()
    expect(column.get_by_role("alert")).to_have_text("Choisissez le service à qui vous demandez cette information.")
    column.get_by_label("Service", exact=True).select_option(label="Médiathèque")
    column.get_by_role("button", name="Ajouter", exact=True).click()
    expect(boris.card(title)).to_contain_text("Demande au service Médiathèque")
    waiting = request_in(boris, "Médiathèque", title)
    expect(waiting).to_contain_text("Demande de Sonia Bernard")
    expect(request_in(anna, "Médiathèque", title)).to_be_visible()
    expect(request_in(anna, "Médiathèque", title).get_by_role("button", name="Publier la réponse")).to_be_hidden()

    waiting.get_by_role("button", name="Publier la réponse").click()
    dialog = boris.page.get_by_role("dialog", name="Publier la réponse")
    expect(dialog.get_by_label("Colonne").locator("option:checked")).to_have_text("Médiathèque")
    expect(dialog.locator(".tiptap")).to_be_visible()
    dialog.get_by_label("La réponse en une ligne").fill(f"Ouvert en août : {title}")
    dialog.locator(".tiptap").fill("De 9 h à 12 h, sauf le 15.")
    boris.page.keyboard.press("Escape")
    waiting.get_by_role("button", name="Publier la réponse").click()
    expect(dialog.locator(".tiptap")).to_have_text("De 9 h à 12 h, sauf le 15.")
    dialog.get_by_role("button", name="Publier", exact=True).click()
    expect(dialog).to_be_hidden()

    expect(anna.toasts.last).to_contain_text("réponse publiée")
    expect(anna.page.get_by_role("link", name="Notifications : 1 non lue")).to_be_visible()
    for desk in (anna, boris):
        expect(desk.card(title).locator(".status")).to_have_text("Réalisée")
        expect(request_in(desk, "Médiathèque", title)).to_have_count(0)
        expect(desk.column("Médiathèque").locator("li.card h3").last).to_contain_text("Ouvert en août")
    anna.page.get_by_role("button", name="Ouvrir", exact=True).click()
    expect(anna.panel.locator("#panel-title")).to_have_text(title)
    expect(anna.page.get_by_role("link", name="Notifications", exact=True)).to_be_visible()
    anna.panel.locator(".answer").get_by_role("link").click()
    expect(anna.panel.locator("#panel-title")).to_contain_text("Ouvert en août")
    expect(anna.panel.locator(".answer")).to_contain_text("Répond à une demande de Sonia Bernard")
    anna.page.goto(f"{anna.server.url}/notices")
    expect(anna.page.locator(".notices > li").first).to_contain_text("Une réponse est publiée")
    expect(anna.page.locator(".notices > [data-unread]")).to_have_count(0)


def test_support_and_replies_reach_the_other_while_they_write(anna: Desk, boris: Desk, title: str) -> None:
    suggest(anna, title)
    for desk in (anna, boris):
        desk.open_card(title)
    mine, theirs = (desk.panel.get_by_role("button", name="Je soutiens") for desk in (anna, boris))
    draft = boris.panel.get_by_label("Répondre")
    draft.fill("Très bonne")
    mine.click()
    expect(mine).to_have_attribute("aria-pressed", "true")
    expect(theirs).to_contain_text("1")
    expect(theirs).to_have_attribute("aria-pressed", "false")
    expect(draft).to_have_value("Très bonne")
    expect(draft).to_be_focused()
    expect(boris.card(title).locator(".tally")).to_contain_text("1")
    draft.press_sequentially(" idée")
    draft.press("Control+Enter")
    expect(anna.panel.locator(".replies")).to_contain_text("Très bonne idée")
    expect(anna.toasts.last).to_contain_text("nouvelle réponse")
    expect(draft).to_have_value("")
    boris.panel.get_by_role("button", name="Retirer la réponse de Lucie Delmas").click()
    expect(anna.panel.locator(".replies")).to_contain_text("Réponse retirée")
    mine.press("Space")
    expect(mine).to_have_attribute("aria-pressed", "false")
    expect(boris.card(title).locator(".tally")).to_have_count(0)


def test_a_refusal_needs_its_reason_and_keeps_it_by_keyboard(facilitator: Desk, anna: Desk, title: str) -> None:
    suggest(anna, title)
    facilitator.open_card(title)
    panel = facilitator.panel
    panel.get_by_role("button", name="Mettre à l’étude").press("Enter")
    expect(panel.locator(".steps [aria-current]")).to_have_text("À l’étude")
    expect(anna.toasts.last).to_contain_text("à l’étude")
    panel.get_by_role("button", name="Refuser…").press("Enter")
    expect(panel.get_by_label("Pourquoi la refuser")).to_be_focused()
    facilitator.forgive()
    facilitator.page.keyboard.press("Control+Enter")
    expect(panel.get_by_role("alert").filter(visible=True)).to_have_text("Dites pourquoi : un refus s’explique.")
    facilitator.page.keyboard.type("Déjà prévu ailleurs")
    anna.open_card(title)
    anna.panel.get_by_role("button", name="Je soutiens").click()
    expect(panel.locator(".tally, .support").first).to_contain_text("1")
    reason = panel.get_by_label("Pourquoi la refuser")
    expect(reason).to_have_value("Déjà prévu ailleurs")
    facilitator.page.reload()
    expect(reason).to_have_value("Déjà prévu ailleurs")
    reason.press("Control+Enter")
    expect(anna.card(title).locator(".status")).to_have_text("Refusée")
    expect(anna.panel.locator(".status-note")).to_contain_text("Déjà prévu ailleurs")
    expect(anna.panel.get_by_role("button", name="Je soutiens")).to_have_count(0)


def test_readers_look_on_and_the_list_works_without_script(anna: Desk, seat: SeatSomebody, title: str) -> None:
    suggest(anna, title, "Médiathèque")
    reader = seat(READER)
    reader.open_card(title)
    said = reader.panel.get_by_role("region", name="Suite donnée")
    expect(said).to_be_visible()
    expect(said.get_by_role("button")).to_have_count(0)
    plain = seat(COLLEAGUE, path=None, java_script_enabled=False)
    plain.page.goto(f"{plain.server.url}/boards/accueil")
    expect(request_in(plain, "Médiathèque", title)).to_be_visible()
    plain.page.goto(f"{plain.server.url}/boards/accueil/suggestions")
    plain.page.get_by_label("Service", exact=True).select_option(label="Médiathèque")
    plain.page.get_by_label("Étape").select_option("new")
    plain.page.get_by_role("button", name="Chercher").click()
    expect(plain.page).to_have_url(re.compile("status=new"))
    expect(plain.page.locator(".suggestions > li").first).to_contain_text(title)
    plain.page.get_by_label("Seulement les miennes").check()
    plain.page.get_by_role("button", name="Chercher").click()
    expect(plain.page.get_by_text("Aucune suggestion ne correspond.")).to_be_visible()


def test_offline_replies_are_kept_and_sent_once(anna: Desk, boris: Desk, title: str) -> None:
    anna.forgive()
    suggest(anna, title)
    anna.open_card(title)
    boris.open_card(title)
    anna.context.set_offline(True)
    draft = anna.panel.get_by_label("Répondre")
    draft.fill("Dès la rentrée")
    draft.press("Control+Enter")
    expect(anna.panel.get_by_role("alert").filter(visible=True)).to_contain_text("Hors ligne")
    draft.press("Control+Enter")
    expect(draft).to_have_value("Dès la rentrée")
    anna.context.set_offline(False)
    expect(boris.panel.locator(".replies .reply-text")).to_have_text(["Dès la rentrée"])
    expect(draft).to_have_value("")

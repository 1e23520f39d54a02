"""Every page and state of the interface, each reached by user actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from playwright.sync_api import expect

from tests.browser.desk import PASSWORD, Desk

GUIDE, FIRST = 0, 1  # positions of columns in the demo town


def sign_in_page(desk: Desk) -> None:
    desk.context.clear_cookies()
    desk.page.goto(f"{desk.server.url}/sign-in")


def sign_in_refused(desk: Desk) -> None:
    desk.forgive()
    sign_in_page(desk)
    desk.page.get_by_label("Adresse de messagerie").fill(desk.email)
    desk.page.get_by_label("Mot de passe").fill("pas le bon")
    desk.page.get_by_role("button", name="Se connecter").click()
    expect(desk.page.get_by_role("alert")).to_be_visible()


def board(desk: Desk) -> None:
    desk.open_board()


def searched(desk: Desk) -> None:
    desk.open_board()
    desk.page.keyboard.press("/")
    desk.page.keyboard.type("carte")
    expect(desk.page.locator(".filter .state")).to_contain_text("résultats")


def lifted_card(desk: Desk) -> None:
    desk.open_board()
    desk.page.locator("#board .card h3 a").nth(1).focus()
    desk.page.keyboard.press("Space")
    expect(desk.page.locator(".card.lifted")).to_be_visible()


def empty_column(desk: Desk) -> None:
    desk.open_board()
    answer = desk.command(type="add_column", title=f"Une colonne vide {uuid4().hex[:4]}", kind="free")
    column = desk.page.locator(f"#column-{next(iter(answer['changes'][0]['columns']))}")
    column.scroll_into_view_if_needed()
    expect(column.locator(".empty")).to_contain_text("Cette colonne est libre")


def folded_column(desk: Desk) -> None:
    column_menu(desk)
    desk.page.get_by_role("menuitem", name="Replier la colonne").click()
    expect(desk.page.locator(".column.folded").first).to_be_visible()


def column_menu(desk: Desk) -> None:
    desk.open_board()
    desk.page.locator(".column:not(.folded) .column-menu-button").nth(FIRST).click()
    expect(desk.page.locator("#column-menu")).to_be_visible()


def column_dialog(desk: Desk) -> None:
    column_menu(desk)
    desk.page.get_by_role("menuitem", name="Modifier la colonne…").click()


def column_dialog_refused(desk: Desk) -> None:
    desk.forgive()
    column_dialog(desk)
    desk.page.locator("#column-title").fill("")
    desk.page.locator("dialog[open]").get_by_role("button", name="Enregistrer").click()
    expect(desk.page.locator("dialog[open]").get_by_role("alert")).not_to_be_empty()


def merge_dialog(desk: Desk) -> None:
    column_menu(desk)
    desk.page.get_by_role("menuitem", name="Fusionner dans…").click()
    expect(desk.page.locator("dialog[open]").get_by_role("status")).to_contain_text("passent à la fin")


def selected_cards(desk: Desk) -> None:
    """Open selection by tapping; the column is pinned for this person."""
    column_menu(desk)
    desk.page.get_by_role("menuitem", name="Épingler en premier").click()
    expect(desk.page.locator(".column.pinned")).to_have_count(1)
    desk.page.locator(".column.pinned .column-menu-button").click()
    desk.page.get_by_role("menuitem", name="Sélectionner des infos").click()
    desk.page.locator(".column.pinned .card").first.click()
    expect(desk.page.get_by_role("region", name="Sélection")).to_contain_text("1 info sélectionnée")
    desk.page.evaluate(
        "() => fetch(`/boards/accueil/placements`, { method: 'DELETE', "
        "headers: { 'X-CSRFToken': document.querySelector('meta[name=csrf-token]').content } })"
    )


def composer(desk: Desk) -> None:
    desk.open_board()
    desk.page.locator(".column:not(.folded) .add").nth(FIRST).click()
    expect(desk.page.locator(".composer textarea[name=title]")).to_be_focused()


def composer_on_top(desk: Desk) -> None:
    column_menu(desk)
    desk.page.get_by_role("menuitem", name="Ajouter une info en haut").click()
    expect(desk.page.locator(".composer textarea[name=title]")).to_be_focused()


def composer_refused(desk: Desk) -> None:
    composer(desk)
    desk.page.keyboard.press("Control+a")
    desk.page.keyboard.press("Delete")
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator(".composer .problem").first).to_have_text("Écrivez un titre.")


def composer_offer(desk: Desk) -> None:
    composer(desk)
    desk.page.evaluate(
        """() => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", "Une ligne\\nUne autre");
            const options = { clipboardData, bubbles: true, cancelable: true };
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
        }"""
    )
    expect(desk.page.locator(".composer .paste-offer")).to_be_visible()


def card_panel(desk: Desk) -> None:
    desk.open_board()
    desk.page.locator(".column:not(.folded)").nth(FIRST).locator(".card h3 a").first.click()
    expect(desk.panel.locator("#panel-title")).to_be_visible()


def rule_read(desk: Desk) -> None:
    desk.open_board()
    desk.page.locator(".column:not(.folded) .card").nth(GUIDE).click()
    desk.panel.get_by_role("button", name="J’ai lu").click()
    expect(desk.page.locator("#announcer")).to_contain_text("Marquée")


def card_menu(desk: Desk) -> None:
    card_panel(desk)
    desk.panel.get_by_role("button", name="Autres actions").click()
    expect(desk.page.locator("#card-menu")).to_be_visible()


def edit_form(desk: Desk) -> None:
    card_panel(desk)
    desk.panel.get_by_role("button", name="Modifier", exact=True).click()
    expect(desk.panel.locator(".tiptap")).to_be_visible()


def edit_link(desk: Desk) -> None:
    edit_form(desk)
    desk.panel.get_by_role("button", name="Lien").click()
    expect(desk.panel.get_by_label("Adresse du lien")).to_be_focused()


def edit_saved(desk: Desk) -> None:
    edit_form(desk)
    desk.panel.locator(".tiptap").click()
    desk.page.keyboard.type("x")
    expect(desk.panel.locator(".state")).to_have_text("Enregistré")


def edit_refused(desk: Desk) -> None:
    edit_form(desk)
    desk.panel.locator("#edit-title").fill("")
    expect(desk.panel.locator("#edit-title-problem")).to_have_text("Écrivez un titre.")


def conflict(desk: Desk) -> None:
    edit_form(desk)
    form = desk.panel.locator("form.edit-form")
    card, version = (int(form.get_attribute(name) or "") for name in ("data-panel-card", "data-version"))
    desk.panel.locator("#edit-title").fill("Mon titre")
    desk.command(type="edit_card", card=card, version=version, title=f"Leur titre {uuid4().hex[:4]}")
    desk.forgive()
    expect(desk.panel.locator(".notice")).to_be_visible()


def archived_card(desk: Desk) -> None:
    desk.open_board()
    column = desk.board()["columns"][FIRST]["id"]
    card = desk.add_card(column, "Une info archivée")
    desk.command(type="archive_card", card=card)
    desk.open_board(f"/cards/{card}")
    expect(desk.panel.get_by_role("button", name="Restaurer").first).to_be_visible()


def card_of_its_own_address(desk: Desk) -> None:
    card = desk.board()["cards"][0]["id"]
    desk.open_board(f"/cards/{card}")


def account_menu(desk: Desk) -> None:
    desk.open_board()
    desk.page.get_by_role("button", name="Votre compte").click()
    expect(desk.page.locator("#account-menu")).to_be_visible()


def move_dialog(desk: Desk) -> None:
    desk.open_board()
    desk.page.locator("#board .card h3 a").nth(1).focus()
    desk.page.keyboard.press("m")
    expect(desk.page.get_by_role("dialog", name="Déplacer vers…")).to_be_visible()


def shortcuts_dialog(desk: Desk) -> None:
    desk.open_board()
    desk.page.keyboard.press("?")
    expect(desk.page.get_by_role("dialog", name="Raccourcis clavier")).to_be_visible()


def toast(desk: Desk) -> None:
    card_menu(desk)
    desk.page.get_by_role("menuitem", name="Archiver").click()
    expect(desk.toasts).to_be_visible()


def offline(desk: Desk) -> None:
    desk.forgive()
    desk.open_board()
    desk.context.set_offline(True)
    expect(desk.state).to_contain_text("Hors ligne")


def session_ended(desk: Desk) -> None:
    desk.forgive()
    desk.open_board()
    desk.page.evaluate("() => document.getElementById('signed-out').showModal()")


def archive(desk: Desk) -> None:
    archived_card(desk)
    column = desk.add_column("Une colonne archivée")
    desk.command(type="archive_column", column=column)
    desk.page.goto(f"{desk.server.url}/boards/accueil/archive")
    expect(desk.page.get_by_role("heading", name="Colonnes")).to_be_visible()


def open_suggestion(desk: Desk) -> None:
    """Open a request with a reply, on which a facilitator may decide."""
    desk.open_board()
    board = desk.board()
    column = next(each["id"] for each in board["columns"] if each["kind"] == "suggestions")
    asked = next(each["service"] for each in board["columns"] if each["service"])
    card = desk.add_card(column, f"Une demande {uuid4().hex[:4]}", suggestion="request", asked=asked)
    desk.command(type="set_status", card=card, status="studied")
    desk.command(type="reply", card=card, text="On regarde.")
    desk.page.goto(f"{desk.server.url}/cards/{card}")
    desk.expect_live()
    expect(desk.panel.locator(".replies")).to_be_visible()


def suggestion_refused(desk: Desk) -> None:
    desk.forgive()
    open_suggestion(desk)
    desk.panel.get_by_role("button", name="Refuser…").click()
    desk.panel.get_by_role("button", name="Refuser", exact=True).click()
    expect(desk.panel.get_by_role("alert").filter(visible=True)).to_be_visible()


def answer_dialog(desk: Desk) -> None:
    open_suggestion(desk)
    desk.panel.get_by_role("button", name="Publier la réponse").click()
    expect(desk.page.locator("dialog[open] .tiptap")).to_be_visible()


def suggestion_composer(desk: Desk) -> None:
    desk.open_board()
    column = desk.page.locator(".column[data-column-kind=suggestions]").first
    column.get_by_role("button", name="Proposer une idée").click()
    column.get_by_label("Nature", exact=True).select_option("request")
    expect(column.get_by_label("Service", exact=True)).to_be_visible()


def error_404(desk: Desk) -> None:
    desk.forgive()
    desk.page.goto(f"{desk.server.url}/cards/999999")
    expect(desk.page.get_by_role("heading", name="Introuvable")).to_be_visible()


def error_413(desk: Desk) -> None:
    """Send a form larger than permitted."""
    desk.forgive()
    desk.page.goto(f"{desk.server.url}/sign-in")
    desk.context.clear_cookies()
    desk.page.goto(f"{desk.server.url}/sign-in")
    desk.page.evaluate(
        "() => { const field = document.querySelector('#email'); field.type = 'text'; "
        "field.maxLength = 700000; field.value = 'a'.repeat(600000); }"
    )
    desk.page.get_by_label("Mot de passe").fill(PASSWORD)
    desk.page.get_by_role("button", name="Se connecter").click()
    expect(desk.page.get_by_role("heading", name="Envoi trop volumineux")).to_be_visible()


def error_429(desk: Desk) -> None:
    """Send the eleventh wrong password for one account from one place."""
    desk.forgive()
    sign_in_page(desk)
    token = desk.page.locator("meta[name=csrf-token]").get_attribute("content") or ""
    for _attempt in range(11):
        desk.context.request.post(
            f"{desk.server.url}/sign-in",
            form={"email": "personne@demo.example", "password": "x", "csrf_token": token},
            headers={"Accept": "text/html"},
        )
    desk.page.get_by_label("Adresse de messagerie").fill("personne@demo.example")
    desk.page.get_by_label("Mot de passe").fill("x")
    desk.page.get_by_role("button", name="Se connecter").click()
    expect(desk.page.get_by_role("heading", name="Trop de tentatives")).to_be_visible()


@dataclass(frozen=True)
class State:
    name: str
    reach: Callable[[Desk], None]

    @property
    def about_all_columns(self) -> bool:
        """Return True for states that need every column; elsewhere the columns look alike."""
        return self.reach in (board, empty_column, suggestion_composer)


STATES = [
    State(reach.__name__, reach)
    for reach in (
        board,
        searched,
        lifted_card,
        empty_column,
        column_menu,
        column_dialog,
        column_dialog_refused,
        merge_dialog,
        selected_cards,
        composer,
        composer_on_top,
        composer_refused,
        composer_offer,
        card_of_its_own_address,
        card_panel,
        rule_read,
        open_suggestion,
        suggestion_refused,
        answer_dialog,
        suggestion_composer,
        card_menu,
        edit_form,
        edit_link,
        edit_saved,
        edit_refused,
        conflict,
        archived_card,
        account_menu,
        move_dialog,
        shortcuts_dialog,
        toast,
        archive,
        folded_column,
        session_ended,
        offline,
        error_404,
        sign_in_page,
        sign_in_refused,
        error_413,
        error_429,
    )
]

"""Password fields in a browser: strength while typing, and showing the password."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import SeatSomebody
from tests.browser.desk import AGENT, FACILITATOR


def at_profile(seat: SeatSomebody, email: str = AGENT) -> Page:
    desk = seat(email, path=None)
    desk.page.goto(f"{desk.server.url}/profile")
    return desk.page


def test_strength_is_said_politely_while_typing(seat: SeatSomebody) -> None:
    page = at_profile(seat)
    field, said = page.get_by_label("Nouveau mot de passe"), page.locator("#password-strength")
    assert said.get_attribute("aria-live") == "polite"
    assert "password-strength" in (field.get_attribute("aria-describedby") or "")
    for typed, words in [
        ("court", "Encore 7 caractères"),
        ("motdepasse2026", "devin"),
        ("mediatheque ccas", "devin"),  # the town's own words
        ("trois girafes sous la pluie", "Très bon mot de passe"),
    ]:
        field.fill(typed)
        expect(said).to_contain_text(words, ignore_case=True)
    field.fill("")
    expect(said).to_be_empty()


def test_facilitators_are_told_of_their_sixteen_characters(seat: SeatSomebody) -> None:
    page = at_profile(seat, FACILITATOR)
    page.get_by_label("Nouveau mot de passe").fill("kT9#vQ2m-xLw4")
    expect(page.locator("#password-strength")).to_have_text("Encore 3 caractères")


def test_a_password_can_be_shown_and_is_hidden_again_before_it_leaves(seat: SeatSomebody) -> None:
    desk = seat(afresh=True, path=None)
    desk.context.clear_cookies()
    page = desk.page
    page.goto(f"{desk.server.url}/sign-in")
    field, button = page.get_by_label("Mot de passe"), page.get_by_role("button", name="Afficher ce que je tape")
    field.fill("pas le bon")
    expect(field).to_have_attribute("type", "password")
    button.click()
    expect(field).to_have_attribute("type", "text")
    expect(button).to_have_attribute("aria-pressed", "true")
    page.evaluate("document.querySelector('form').addEventListener('submit', (event) => event.preventDefault())")
    page.get_by_label("Adresse de messagerie").fill("ccas@demo.example")
    page.get_by_role("button", name="Se connecter").click()
    expect(field).to_have_attribute("type", "password")


def test_the_board_never_loads_the_dictionary_of_passwords(seat: SeatSomebody) -> None:
    desk = seat()
    assert not [url for url in desk.requests if "password_score" in url]
    desk.page.goto(f"{desk.server.url}/profile")
    assert not [url for url in desk.requests if "password_score" in url]
    desk.page.get_by_label("Nouveau mot de passe").fill("trois girafes sous la pluie")
    expect(desk.page.locator("#password-strength")).not_to_be_empty()
    assert [url for url in desk.requests if "password_score" in url]

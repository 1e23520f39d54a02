"""English for people who chose it in their profile, French for everybody else, whatever the browser asks for."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask, current_app
from sqlalchemy import event, update
from werkzeug.test import TestResponse

from app.accounts.models import Account
from app.auth.invitation_email import send_invitation
from app.web.smtp import CannotSend, send_mail
from boards.database import db, read_session, write_transaction
from boards.models import Person
from tests.smtp import smtp_server, use_smtp
from tests.town import Town
from tests.visitor import Visitor

FACILITATOR, AGENT = "dtan@ville.example", "ccas@ville.example"
PAGES = [
    "/boards/accueil",
    "/boards/accueil/archive",
    "/boards/accueil/suggestions",
    "/boards/accueil/to-check",
    "/boards/accueil/news",
    "/notices",
    "/boards/accueil/past",
    "/boards/accueil/past?seq=1",
    "/boards/accueil/guide",
    "/search",
    "/search?q=introuvable",
    "/boards/accueil/searches",
    "/boards/accueil/guide/reads",
    "/boards/accueil/labels",
    "/profile",
    "/profile/alerts",
    "/people",
    "/people/new",
    "/people/import",
    "/people/invitations",
    "/services",
    "/services/new",
    "/boards",
    "/town/boards/new",
    "/town/boards/2",
    "/town/templates",
    "/town",
    "/rights",
    "/log",
]

# Names and texts entered by the town stay French.
THEIRS = re.compile(
    r"Accueil d’une ville|État civil, [\w, ]+Police municipale|Élise Laurent|\bÉL\b|Léo Dumas|"
    r"Médiathèque|Accueil|Français|journal_\S+|%[0-9A-F]{2}"
)
FRENCH = re.compile(
    r"[À-ÿœ«»\u202f\u00a0]|\b(?:une?|les?|la|des?|du|au|aux|et|est|sont|sur|pas|pour|dans|vous|votre|vos|cette?|aucune?|infos?|colonnes?|tableau|"
    r"étiquette|animateur|lecteur|lit|ajouter|annuler|modifier|enregistrer|fermer|nom|mot de passe|archiver|jusqu)\b",
    re.IGNORECASE,
)


class Words(HTMLParser):
    """Collect the visible and accessible texts of a page."""

    SAYING = ("aria-label", "title", "placeholder", "alt")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.feed(page)

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.said += [value for name, value in attrs if name in self.SAYING and value]

    def handle_data(self, data: str) -> None:
        self.said += [data.strip()] if data.strip() else []


def leftovers(page: str) -> list[str]:
    return [words for words in Words(page).said if FRENCH.search(THEIRS.sub("", words))]


@pytest.fixture
def english(town: Town, visitor: Visitor) -> Visitor:
    """Sign in a facilitator who chose English."""
    speak("en", FACILITATOR)
    visitor.sign_in(FACILITATOR)
    return visitor


def speak(language: str | None, *emails: str) -> None:
    with write_transaction() as session:
        session.execute(update(Account).where(Account.email.in_(emails)).values(language=language))


# --- pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_wholly_in_english(path: str, town: Town, english: Visitor) -> None:
    town.perform(town.agent, type="archive_card", card=town.add_card("Gone"))
    town.add_card("Pool closed", valid_until="2031-05-04")
    page = english.get(path)
    assert page.status_code == 200
    assert '<html lang="en"' in page.text
    assert leftovers(page.text) == []


@pytest.mark.parametrize(
    "path",
    ["/people/{agent}", "/people/{agent}/erase", "/rights/{service}", "/services/{ccas}", "/services/{ccas}/merge"],
)
def test_a_page_about_somebody_or_something_is_in_english(path: str, town: Town, english: Visitor) -> None:
    page = english.get(path.format(**vars(town)))
    assert page.status_code == 200
    assert leftovers(page.text) == []


def test_french_is_found_where_it_is(town: Town, visitor: Visitor) -> None:
    visitor.sign_in(FACILITATOR)
    for path in PAGES:
        assert len(leftovers(visitor.get(path).text)) > 2, path


def test_days_and_moments_are_worded_in_english(town: Town, english: Visitor) -> None:
    card = town.add_card("Pool closed", valid_until="2031-05-04")
    page = english.get(f"/cards/{card}").text
    assert ">4 May 2031</time>" in page
    assert re.search(r">\d{1,2} [A-Z][a-z]+ \d{4} at \d\d:\d\d</time>", page)


def test_french_is_the_default_whatever_the_browser_asks_for(town: Town, visitor: Visitor) -> None:
    headers = {"Accept": "text/html", "Accept-Language": "en-GB,en;q=0.9"}
    page = visitor.get("/sign-in", headers=headers).text
    assert '<html lang="fr"' in page
    assert "Se connecter" in page
    visitor.sign_in(AGENT)
    assert '<html lang="fr"' in visitor.get("/boards/accueil", headers=headers).text


def test_a_language_is_chosen_in_the_profile_and_answers_at_once(town: Town, visitor: Visitor) -> None:
    visitor.sign_in(AGENT)
    looks = {"theme": "system", "density": "comfortable"}
    visitor.post("/profile/looks", {**looks, "language": "en"})
    assert "Your preferences are saved." in visitor.get("/profile").text
    visitor.post("/profile/looks", {**looks, "language": "fr"})
    assert "Vos préférences sont enregistrées." in visitor.get("/profile").text


def test_form_errors_are_in_english(town: Town, english: Visitor) -> None:
    answer = english.post("/profile", {"name": "", "initials": "1234", "hue": "x"})
    assert answer.status_code == 422
    assert "This field is needed." in answer.text
    assert leftovers(answer.text) == []


# --- refusals --------------------------------------------------------------------------------------------------------


def problem(response: TestResponse) -> dict[str, object]:
    assert response.mimetype == "application/problem+json"
    said: dict[str, object] = response.get_json(force=True)
    return said


def test_refusals_are_in_the_language_of_the_visitor(town: Town, visitor: Visitor) -> None:
    """Anonymous visitors get French."""
    asking = {"headers": {"Accept": "application/json"}}
    assert problem(visitor.get("/people", **asking))["detail"] == "Connectez-vous pour continuer."
    speak("en", AGENT)
    visitor.sign_in(AGENT)
    assert problem(visitor.get("/people", **asking))["detail"] == "This page is for facilitators only."
    assert problem(visitor.get("/nowhere", **asking))["title"] == "Not found"
    wrong = problem(visitor.command(type="add_card", column=town.service, title="", valid_until="31-02-2030"))
    assert wrong["title"] == "Something to correct"
    assert wrong["detail"] == "Write something: this text is empty. This date does not exist (expected: YYYY-MM-DD)."


def test_a_program_is_answered_in_the_language_of_its_person(app: Flask, town: Town) -> None:
    speak("en", AGENT)
    token = app.test_cli_runner().invoke(args=["people", "token", AGENT]).output.strip()
    answer = app.test_client().get("/api/boards/99", headers={"Authorization": f"Bearer {token}"})
    assert problem(answer)["detail"] == "This board does not exist, or you have no access to it."


# --- fragments -------------------------------------------------------------------------------------------------------


def test_each_is_answered_with_fragments_in_their_own_language(app: Flask, town: Town, english: Visitor) -> None:
    french = Visitor(app)
    french.sign_in(AGENT)
    card = town.add_card("Pool closed", valid_until="2031-05-04")
    for reader, day in ((french, "4 mai 2031"), (english, "4 May 2031"), (french, "4 mai 2031")):
        assert day in reader.get("/boards/accueil").text
    version = 1
    for writer, day in ((english, "5 May 2031"), (french, "5 mai 2031")):
        day_sent = "2031-05-05"
        answer = writer.command(
            type="edit_card", card=card, version=version, title=f"Pool {day}", valid_until=day_sent
        ).get_json()
        version += 1
        assert day in answer["changes"][0]["cards"][str(card)]["html"]
    column = english.command(type="edit_column", column=town.free, version=1, title="Odds and ends").get_json()
    assert "Menu of the column Odds and ends" in column["changes"][0]["columns"][str(town.free)]["html"]


def test_the_language_costs_a_command_no_question_to_the_database(
    town: Town, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def statements() -> list[str]:
        card = town.add_card()
        db.session.rollback()
        heard: list[str] = []

        def hear(*anything: Any) -> None:
            heard.append(anything[2])

        event.listen(db.engine, "before_cursor_execute", hear)
        answer = visitor.command(type="edit_card", card=card, version=1, title="Pool closed")
        event.remove(db.engine, "before_cursor_execute", hear)
        assert answer.status_code == 200
        return heard

    speak("en", AGENT)
    visitor.sign_in(AGENT)
    statements()  # from here on the search knows these words
    asked = statements()
    monkeypatch.setattr("app.auth.locale.current_account", lambda: None)  # from here on it is known without asking
    monkeypatch.setattr("app.auth.locale.language_of", lambda _account: "en")
    assert asked == statements()


# --- mails -----------------------------------------------------------------------------------------------------------


def test_a_mail_is_in_the_language_of_whom_it_reaches(app: Flask, town: Town) -> None:
    speak("en", AGENT)
    with smtp_server() as mailbox:
        use_smtp(app, mailbox.settings())
        for email in (AGENT, FACILITATOR):
            account = read_session().query(Account).filter_by(email=email).one()
            send_invitation(account, "https://flash.ville.example/x", read_session().get_one(Person, town.facilitator))
        english, french = mailbox.next(), mailbox.next()
    assert english["Subject"] == "Élise Laurent invites you to Flash News"
    assert english.get_content().startswith("Hello Sonia Bernard,")
    assert leftovers(unquote(english.get_content())) == []
    assert french["Subject"] == "Élise Laurent vous invite sur Flash News"
    assert french.get_content().startswith("Bonjour Élise Laurent,")


def test_mail_errors_are_in_the_language_of_the_sender(app: Flask, town: Town) -> None:
    with pytest.raises(CannotSend, match="Aucun serveur de messagerie"):
        send_mail(current_app.config["SETTINGS"], AGENT, "Welcome", "mail/invitation.txt", language="en")

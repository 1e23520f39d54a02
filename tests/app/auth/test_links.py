"""Invitation and password-reset links: valid once and sent to their owner only."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.accounts import service as account_service
from app.accounts.models import Account, OneTimeLink, Purpose, SignIn
from app.accounts.one_time_links import create_one_time_link
from app.audit.models import AuditEntry
from app.auth.invitation_email import send_invitation
from boards.database import db, now, read_session, write_transaction
from boards.models import Person
from tests.smtp import Background, smtp_server, use_smtp
from tests.town import PASSWORD, Town
from tests.visitor import Visitor

EMAIL = "ccas@ville.example"
NEW = "trois girafes sous la pluie"


@pytest.fixture
def background(monkeypatch: pytest.MonkeyPatch) -> Background:
    return Background(monkeypatch)


def account_of(email: str = EMAIL) -> Account:
    db.session.rollback()
    return read_session().query(Account).filter_by(email=email).one()


def link(purpose: Purpose = Purpose.PASSWORD, email: str = EMAIL) -> str:
    """Return the path of a new link."""
    with write_transaction() as session:
        url = create_one_time_link(session, session.query(Account).filter_by(email=email).one(), purpose)
    return url.removeprefix("http://127.0.0.1:5000")


def age(by: timedelta) -> None:
    with write_transaction() as session:
        for found in session.query(OneTimeLink):
            found.created_at -= by
            found.expires_at -= by


def log(action: str) -> list[tuple[str, object]]:
    db.session.rollback()
    return [
        (entry.subject, entry.facts.get("reason"))
        for entry in read_session().query(AuditEntry).filter_by(action=action)
    ]


def choose(visitor: Visitor, path: str, password: str = NEW) -> TestResponse:
    visitor.get(path)
    return visitor.post(path, {"password": password})


# --- a new password ----------------------------------------------------------------------------------------------


def test_a_link_gives_a_new_password_once(app: Flask, town: Town, visitor: Visitor) -> None:
    path = link()
    page = visitor.get(path)
    assert page.status_code == 200
    assert "Sonia Bernard" in page.text
    assert choose(visitor, path).location == "/sign-in"
    assert "connectez-vous" in visitor.get("/sign-in").text
    assert visitor.sign_in(EMAIL, PASSWORD).status_code == 401
    assert visitor.sign_in(EMAIL, NEW).status_code == 303

    replayed = Visitor(app)
    assert replayed.get(path).status_code == 410
    assert choose(replayed, path, "encore un autre mot de passe").status_code == 410
    assert "a déjà servi" in replayed.get(path).text
    assert Visitor(app).sign_in(EMAIL, NEW).status_code == 303
    assert (EMAIL, "used") in log("password_link_refused")
    assert log("password_changed") == [(EMAIL, None)]


@pytest.mark.parametrize("purpose", list(Purpose))
def test_links_work_over_https_as_browsers_send_forms(town: Town, visitor: Visitor, purpose: Purpose) -> None:
    """Browsers send the referrer that the page's policy allows, and the CSRF check requires it."""
    site, path = "https://flash.ville.example", link(purpose)
    policy = visitor.get(path, base_url=site).headers["Referrer-Policy"]
    came_from = {"no-referrer": {}, "strict-origin": {"Referer": f"{site}/"}}[policy]
    accepted = visitor.post(path, {"password": NEW}, base_url=site, headers={"Accept": "text/html", **came_from})
    assert accepted.status_code == 303


def test_a_new_password_signs_every_browser_out(app: Flask, town: Town, visitor: Visitor) -> None:
    elsewhere = Visitor(app)
    elsewhere.sign_in(EMAIL)
    choose(visitor, link())
    assert elsewhere.get("/boards/accueil").status_code == 303
    assert read_session().query(SignIn).count() == 0


def test_a_weak_password_is_refused_and_the_link_still_good(town: Town, visitor: Visitor) -> None:
    path = link()
    refused = choose(visitor, path, "Sonia-Bernard-69")
    assert refused.status_code == 422
    assert "Trop facile à deviner" in refused.text
    assert "Sonia-Bernard-69" not in refused.text
    assert choose(visitor, path, "").status_code == 422
    assert choose(visitor, path).status_code == 303


def test_facilitators_need_sixteen_characters(town: Town, visitor: Visitor) -> None:
    refused = choose(visitor, link(email="dtan@ville.example"), "kT9#vQ2m-xLw4")
    assert refused.status_code == 422
    assert "16 caractères" in refused.text


@pytest.mark.parametrize(
    "path",
    ["/password/forged", "/password/" + "A" * 43, "/invitation/forged", "/password/%00", "/password/" + "x" * 5000],
)
def test_a_forged_link_opens_nothing(town: Town, visitor: Visitor, path: str) -> None:
    link()
    assert visitor.get(path).status_code == 404
    assert visitor.get("/sign-in").status_code == 200
    assert visitor.post(path, {"password": NEW}).status_code == 404
    assert log("password_link_refused")[0] == ("lien inconnu", "unknown")


def test_a_link_for_one_purpose_is_worthless_for_the_other(town: Town, visitor: Visitor) -> None:
    assert visitor.get(link(Purpose.INVITATION).replace("/invitation/", "/password/")).status_code == 404


def test_a_newer_link_replaces_the_older(town: Town, visitor: Visitor) -> None:
    older, newer = link(), link()
    assert visitor.get(older).status_code == 404
    assert visitor.get(newer).status_code == 200


@pytest.mark.parametrize(
    ("purpose", "lifetime"), [(Purpose.PASSWORD, timedelta(hours=1)), (Purpose.INVITATION, timedelta(days=14))]
)
def test_a_link_expires(town: Town, visitor: Visitor, purpose: Purpose, lifetime: timedelta) -> None:
    path = link(purpose)
    age(lifetime - timedelta(minutes=1))
    assert visitor.get(path).status_code == 200
    age(timedelta(minutes=2))
    assert visitor.get(path).status_code == 410
    assert choose(visitor, path).status_code == 410
    assert log("password_link_refused")[0] == (EMAIL, "expired")


def test_a_disabled_account_gets_in_by_no_link(town: Town, visitor: Visitor) -> None:
    path = link()
    account_service.disable_by_email(EMAIL)
    assert choose(visitor, path).status_code == 410
    assert account_of().person.disabled_at


def test_another_way_to_a_new_password_voids_the_link(town: Town, visitor: Visitor) -> None:
    path = link()
    account_service.set_account_password(EMAIL, NEW)
    assert visitor.get(path).status_code == 404


def test_only_the_hash_is_kept_and_no_page_tells_the_address(town: Town, visitor: Visitor) -> None:
    path = link()
    (kept,) = read_session().query(OneTimeLink)
    assert path.removeprefix("/password/") not in kept.token_hash
    page = visitor.get(path)
    assert page.headers["Referrer-Policy"] == "strict-origin"
    assert page.headers["Cache-Control"] == "no-store"
    assert path not in page.text


def test_guessing_links_is_slowed_down(town: Town, visitor: Visitor) -> None:
    statuses = [visitor.get(f"/password/guess-{number}").status_code for number in range(31)]
    assert (statuses[0], statuses[-1]) == (404, 429)


# --- forgotten ---------------------------------------------------------------------------------------------------


def ask(visitor: Visitor, email: str = EMAIL, **options: object) -> TestResponse:
    visitor.get("/forgotten-password")
    return visitor.post("/forgotten-password", {"email": email}, **options)


def test_a_forgotten_password_is_chosen_anew_by_mail(
    app: Flask, town: Town, visitor: Visitor, background: Background
) -> None:
    assert "/forgotten-password" in visitor.get("/sign-in").text
    with smtp_server() as mailbox:
        use_smtp(app, mailbox.settings())
        asked = ask(visitor, f" {EMAIL.upper()} ")
        background.finish()
        message = mailbox.next()
    assert asked.status_code == 303
    assert "courriel est en route" in visitor.get(asked.location).text
    assert message["To"] == EMAIL
    (url,) = re.findall(r"http\S+", message.get_content())
    assert url.startswith("http://127.0.0.1:5000/password/")
    assert choose(visitor, url.removeprefix("http://127.0.0.1:5000")).status_code == 303
    assert visitor.sign_in(EMAIL, NEW).status_code == 303
    assert log("password_link_made") == [(EMAIL, None)]


def test_the_answer_tells_nobody_who_has_an_account(app: Flask, town: Town, background: Background) -> None:
    account_service.disable_by_email("mediatheque@ville.example")
    with smtp_server() as mailbox:
        use_smtp(app, mailbox.settings())
        answers = [ask(Visitor(app), email) for email in (EMAIL, "personne@ville.example", "mediatheque@ville.example")]
        background.finish()
        assert mailbox.next()["To"] == EMAIL
        assert mailbox.is_empty()
    assert len({(answer.status_code, answer.location, answer.text) for answer in answers}) == 1


def test_asking_writes_and_sends_nothing_before_the_answer_has_left(
    app: Flask, town: Town, visitor: Visitor, background: Background
) -> None:
    with smtp_server() as mailbox:
        use_smtp(app, mailbox.settings())
        ask(visitor)
        assert read_session().query(OneTimeLink).count() == 0
        background.finish()
        assert mailbox.next()
    db.session.rollback()
    assert read_session().query(OneTimeLink).count() == 1


def test_asking_again_neither_fills_the_mailbox_nor_voids_the_first_link(
    app: Flask, town: Town, background: Background
) -> None:
    with smtp_server() as mailbox:
        use_smtp(app, mailbox.settings())
        ask(Visitor(app))
        background.finish()
        (url,) = re.findall(r"/password/\S+", mailbox.next().get_content())
        ask(Visitor(app))
        background.finish()
        assert mailbox.is_empty()
        assert Visitor(app).get(url).status_code == 200
        age(timedelta(minutes=6))
        ask(Visitor(app))
        background.finish()
        assert mailbox.next()["To"] == EMAIL


def test_a_mail_that_could_not_leave_may_be_asked_for_again(app: Flask, town: Town, background: Background) -> None:
    with smtp_server() as mailbox:
        use_smtp(app, mailbox.settings())
        mailbox.refuses = True
        assert ask(Visitor(app)).status_code == 303
        background.finish()
        assert mailbox.is_empty()
        mailbox.refuses = False
        ask(Visitor(app))
        background.finish()
        assert mailbox.next()["To"] == EMAIL


def test_only_frequent_requesters_are_throttled(app: Flask, town: Town, background: Background) -> None:
    with smtp_server() as mailbox:
        use_smtp(app, mailbox.settings())
        pest, owner = Visitor(app), Visitor(app)
        pest.client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
        assert [ask(pest).status_code for _ in range(6)][-2:] == [303, 429]
        assert [ask(pest, f"{number}@ville.example").status_code for number in range(20)][-1] == 429
        assert ask(owner).status_code == 303
        background.finish()
        assert not mailbox.is_empty()


@pytest.mark.parametrize("email", ["", "nobody", "a@b.fr\r\nBcc: c@d.fr", "a" * 300 + "@ville.example"])
def test_an_invalid_address_is_reported(
    app: Flask, town: Town, visitor: Visitor, background: Background, email: str
) -> None:
    with smtp_server() as mailbox:
        use_smtp(app, mailbox.settings())
        answer = ask(visitor, email)
        background.finish()
        assert mailbox.is_empty()
    assert answer.status_code == 422
    assert "Indiquez votre adresse" in answer.text


def test_the_host_that_was_asked_never_gets_into_a_mail(
    app: Flask, town: Town, visitor: Visitor, background: Background
) -> None:
    evil = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-For": "1.2.3.4",
        "Accept": "text/html",
    }
    with smtp_server() as mailbox:
        use_smtp(app, mailbox.settings(), public_url="https://flash.ville.example")
        visitor.get("/forgotten-password", headers=evil)
        assert (
            visitor.post("/forgotten-password", {"email": EMAIL}, headers=evil).location == "/forgotten-password?sent=1"
        )
        background.finish()
        message = mailbox.next()
    assert "evil" not in message.as_string()
    assert "https://flash.ville.example/password/" in message.get_content()


def test_without_a_mail_server_one_asks_a_facilitator(town: Town, visitor: Visitor, background: Background) -> None:
    page = visitor.get("/forgotten-password")
    assert "Demandez à un animateur" in page.text
    assert 'name="email"' not in page.text
    assert visitor.post("/forgotten-password", {"email": EMAIL}).status_code == 404


def test_without_local_passwords_there_is_no_reset(
    app: Flask, town: Town, visitor: Visitor, background: Background
) -> None:
    path = link()
    use_smtp(app, None, local_accounts=False)
    assert visitor.get("/forgotten-password").status_code == 404
    assert visitor.get(path).status_code == 404
    assert "compte de la ville" in visitor.get(link(Purpose.INVITATION)).text


# --- an invitation -----------------------------------------------------------------------------------------------


def test_an_invitation_leads_to_the_board(town: Town, visitor: Visitor) -> None:
    path = link(Purpose.INVITATION)
    assert "Bienvenue, Sonia Bernard" in visitor.get(path).text
    accepted = choose(visitor, path)
    assert (accepted.status_code, accepted.location) == (303, "/")
    assert visitor.get("/boards/accueil").status_code == 200
    assert log("invitation_accepted") == [(EMAIL, None)]


def test_a_second_click_on_the_form_leads_to_the_board_too(app: Flask, town: Town, visitor: Visitor) -> None:
    path = link(Purpose.INVITATION)
    choose(visitor, path)
    visitor.get("/boards/accueil")
    again = visitor.post(path, {"password": "tout autre chose de bien long"})
    assert (again.status_code, again.location) == (303, "/")
    assert Visitor(app).sign_in(EMAIL, NEW).status_code == 303


def test_an_invitation_signs_out_whoever_sat_there(app: Flask, town: Town, visitor: Visitor) -> None:
    visitor.sign_in("mediatheque@ville.example")
    choose(visitor, link(Purpose.INVITATION))
    assert [sign_in.account.email for sign_in in read_session().query(SignIn)] == [EMAIL]


def test_an_invitation_mail_greets_by_name_and_says_who_invites(app: Flask, town: Town) -> None:
    with write_transaction() as session:
        url = create_one_time_link(session, session.query(Account).filter_by(email=EMAIL).one(), Purpose.INVITATION)
    with smtp_server() as mailbox:
        use_smtp(app, mailbox.settings())
        send_invitation(account_of(), url, read_session().get_one(Person, town.facilitator))
        message = mailbox.next()
    assert message["Subject"] == "Élise Laurent vous invite sur Flash News"
    assert "Bonjour Sonia Bernard," in message.get_content()
    assert url in message.get_content()


def test_links_need_the_forms_token(town: Town, visitor: Visitor) -> None:
    path = link()
    visitor.get(path)
    assert visitor.post(path, {"password": NEW, "csrf_token": "forged"}).status_code == 400
    assert account_of().password_hash
    assert now() < read_session().query(OneTimeLink).one().expires_at

import re

import pytest
from flask import Flask

from app.accounts import service as account_service
from app.accounts.models import SignIn
from boards.database import db, read_session, write_transaction
from boards.models import Person, Role
from tests.town import PASSWORD, Town
from tests.visitor import Visitor

EMAIL = "ccas@ville.example"


def test_the_right_password_leads_to_the_board(town: Town, visitor: Visitor) -> None:
    response = visitor.sign_in(EMAIL)
    assert (response.status_code, response.location) == (303, "/")
    assert visitor.get("/", follow_redirects=True).status_code == 200


def test_the_address_may_be_typed_in_capitals_and_with_spaces(town: Town, visitor: Visitor) -> None:
    assert visitor.sign_in(f"  {EMAIL.upper()} ").status_code == 303


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(town: Town, visitor: Visitor) -> None:
    wrong = visitor.sign_in(EMAIL, "not the password")
    unknown = visitor.sign_in("personne@ville.example", "not the password")
    assert wrong.status_code == unknown.status_code == 401
    assert without_tokens(wrong.text.replace(EMAIL, "")) == without_tokens(
        unknown.text.replace("personne@ville.example", "")
    )
    assert "Adresse ou mot de passe incorrect." in wrong.text
    assert f'value="{EMAIL}"' in wrong.text


def without_tokens(page: str) -> str:
    return re.sub(r'(name="csrf[-_]token" (?:content|value))="[^"]+"', r"\1", page)


@pytest.mark.parametrize(
    ("email", "password"), [("", "x"), (EMAIL, ""), ("a" * 300, "x"), ("\x00", "x"), (EMAIL, "x" * 5000)]
)
def test_odd_input_is_refused_kindly(town: Town, visitor: Visitor, email: str, password: str) -> None:
    response = visitor.sign_in(email, password)
    assert response.status_code in (401, 422)
    assert 'role="alert"' in response.text


def test_a_disabled_account_gets_the_same_answer_as_a_wrong_password(town: Town, visitor: Visitor) -> None:
    account_service.disable_by_email(EMAIL)
    assert visitor.sign_in(EMAIL).status_code == 401


def test_a_disabled_account_is_out_at_once(town: Town, visitor: Visitor) -> None:
    visitor.sign_in(EMAIL)
    account_service.disable_by_email(EMAIL)
    assert visitor.get("/boards/accueil").status_code == 303
    assert visitor.command(type="add_card", column=town.service, title="x").status_code == 401


def test_signing_out_makes_the_cookie_worthless(app: Flask, town: Town, visitor: Visitor) -> None:
    visitor.sign_in(EMAIL, remember="1")
    cookies = [visitor.client.get_cookie(name) for name in ("flash_news", "flash_news_remember")]
    visitor.post("/sign-out")
    thief = Visitor(app)
    for cookie in cookies:
        assert cookie is not None
        thief.client.set_cookie(cookie.key, cookie.value)
    assert thief.get("/boards/accueil").status_code == 303
    assert read_session().query(SignIn).count() == 0


def test_each_sign_in_starts_a_fresh_session(town: Town, visitor: Visitor) -> None:
    visitor.sign_in(EMAIL)
    first = visitor.client.get_cookie("flash_news")
    visitor.post("/sign-out")
    visitor.sign_in(EMAIL)
    second = visitor.client.get_cookie("flash_news")
    assert first is not None
    assert second is not None
    assert first.value != second.value
    assert read_session().query(SignIn).count() == 1


def test_remember_me_survives_the_session(town: Town, visitor: Visitor) -> None:
    visitor.sign_in(EMAIL, remember="1")
    visitor.client.delete_cookie("flash_news")
    assert visitor.get("/boards/accueil").status_code == 200
    visitor.post("/sign-out")
    visitor.sign_in(EMAIL)
    visitor.client.delete_cookie("flash_news")
    assert visitor.get("/boards/accueil").status_code == 303


def test_cookies_are_closed_to_scripts_and_other_sites(town: Town, visitor: Visitor) -> None:
    response = visitor.sign_in(EMAIL, remember="1")
    cookies = response.headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


def test_without_the_forms_token_nothing_happens(town: Town, visitor: Visitor) -> None:
    visitor.get("/sign-in")
    response = visitor.post("/sign-in", {"email": EMAIL, "password": PASSWORD, "csrf_token": "forged"})
    assert response.status_code == 400
    assert "rechargez la page" in response.text


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\r\n/evil.example",
        " //evil.example",
        "\x01//evil.example",
        "/\u2028/evil.example",
        "/\u00a0//evil.example",
        "/a\nb",
        "javascript:alert(1)",
        "data:text/html,x",
        "@evil.example",
        "http:evil.example",
        "evil",
        "",
    ],
)
def test_next_never_leads_elsewhere(town: Town, visitor: Visitor, target: str) -> None:
    assert visitor.sign_in(EMAIL, next=target).location == "/"


def test_next_leads_back_to_where_one_wanted_to_go(town: Town, visitor: Visitor) -> None:
    asked = visitor.get("/cards/7?x=1")
    assert asked.location == "/sign-in?next=/cards/7?x%3D1"
    assert visitor.sign_in(EMAIL, next="/cards/7?x=1").location == "/cards/7?x=1"


def test_whoever_hammers_an_account_is_slowed_down_but_its_owner_is_not_locked_out(app: Flask, town: Town) -> None:
    attacker, owner = Visitor(app), Visitor(app)
    attacker.client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    statuses = [attacker.sign_in(EMAIL, f"guess {number}").status_code for number in range(12)]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    assert owner.sign_in(EMAIL).status_code == 303


def test_successful_sign_ins_do_not_count(app: Flask, town: Town) -> None:
    for _ in range(15):
        assert Visitor(app).sign_in(EMAIL).status_code == 303


def test_an_agent_made_facilitator_is_asked_for_a_longer_password(town: Town, visitor: Visitor) -> None:
    account_service.set_account_password(EMAIL, "bleu citron 7")
    assert visitor.sign_in(EMAIL, "bleu citron 7").location == "/"
    visitor.post("/sign-out")
    with write_transaction() as session:
        session.get_one(Person, town.agent).role = Role.FACILITATOR
    asked = visitor.sign_in(EMAIL, "bleu citron 7", next="/boards/accueil?x=1")
    assert asked.location == "/profile#password"
    visitor.post("/sign-out")
    account_service.set_account_password(EMAIL, "trois girafes sous la pluie")
    assert visitor.sign_in(EMAIL, "trois girafes sous la pluie").location == "/"


def test_a_new_password_signs_other_browsers_out(town: Town, visitor: Visitor) -> None:
    visitor.sign_in(EMAIL)
    account_service.set_account_password(EMAIL, "another good password")
    db.session.rollback()
    assert visitor.get("/boards/accueil").status_code == 303
    assert visitor.sign_in(EMAIL).status_code == 401
    assert visitor.sign_in(EMAIL, "another good password").status_code == 303

"""Open sessions and API tokens: listing, revoking and scope."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts import service as account_service
from app.accounts.models import Account, ApiToken, SignIn, TokenScope
from app.accounts.passwords import verify_password
from app.audit.models import AuditEntry
from boards.database import db, now, read_session, write_transaction
from tests.town import Town
from tests.visitor import Visitor

EMAIL = "ccas@ville.example"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
ANDROID = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"


def browser(app: Flask, user_agent: str = FIREFOX, address: str = "192.0.2.7", email: str = EMAIL) -> Visitor:
    visitor = Visitor(app)
    visitor.client.environ_base.update(HTTP_USER_AGENT=user_agent, REMOTE_ADDR=address)
    assert visitor.sign_in(email).status_code == 303
    return visitor


def sign_ins() -> list[SignIn]:
    db.session.rollback()
    return read_session().query(SignIn).order_by(SignIn.id).all()


def actions() -> list[str]:
    db.session.rollback()
    return [entry.action for entry in read_session().query(AuditEntry).order_by(AuditEntry.id)]


# --- open sessions -----------------------------------------------------------------------------------------------


def test_each_browser_is_listed_with_its_address(app: Flask, town: Town) -> None:
    here = browser(app)
    browser(app, ANDROID, "198.51.100.4")
    page = here.get("/profile").text
    assert "Firefox sur Windows" in page
    assert "Chrome sur Android" in page
    assert "198.51.100.4" in page
    assert page.count("ce poste") == 1
    assert page.index("ce poste") - page.index("Firefox sur Windows") < 120


def test_one_browser_is_signed_out_from_another(app: Flask, town: Town) -> None:
    here, lost = browser(app), browser(app, ANDROID)
    path = f"/profile/sign-ins/{sign_ins()[1].id}/end"
    assert here.post(path).status_code == 303
    assert lost.get("/boards/accueil").status_code == 303
    assert here.get("/boards/accueil").status_code == 200
    assert here.post(path).status_code == 303, "twice is harmless"
    assert actions().count("signed_out") == 1


def test_everywhere_else_at_once(app: Flask, town: Town) -> None:
    here, *others = browser(app), browser(app, ANDROID), browser(app)
    stranger = browser(app, email="mediatheque@ville.example")
    here.post("/profile/sign-ins/end-others")
    assert [other.get("/boards/accueil").status_code for other in others] == [303, 303]
    assert here.get("/boards/accueil").status_code == stranger.get("/boards/accueil").status_code == 200
    assert "signed_out_everywhere" in actions()


def test_nobody_signs_somebody_else_out(app: Flask, town: Town) -> None:
    victim, attacker = browser(app), browser(app, email="mediatheque@ville.example")
    assert attacker.post(f"/profile/sign-ins/{sign_ins()[0].id}/end").status_code == 303
    assert attacker.post(f"/profile/sign-ins/{2**70}/end").status_code == 404
    assert victim.get("/boards/accueil").status_code == 200


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda: account_service.set_account_password(EMAIL, "trois girafes sous la pluie"),
        lambda: account_service.disable_by_email(EMAIL),
    ],
)
def test_a_sign_in_does_not_outrun_what_ends_them_all(
    app: Flask, town: Town, visitor: Visitor, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], None]
) -> None:
    def slowly(password_hash: str | None, password: str) -> bool:
        fits = verify_password(password_hash, password)
        with app.app_context():  # another request, which reads by itself
            meanwhile()
        return fits

    monkeypatch.setattr("app.auth.password_backend.verify_password", slowly)
    assert visitor.sign_in(EMAIL).status_code == 409
    assert sign_ins() == []


def test_visits_are_noted_now_and_then(app: Flask, town: Town) -> None:
    here = browser(app)
    first = sign_ins()[0].last_seen_at
    assert first is not None
    here.get("/boards/accueil")
    assert sign_ins()[0].last_seen_at == first, "no write at every request"
    with write_transaction() as session:
        session.query(SignIn).update({"last_seen_at": now() - timedelta(minutes=6)})
        session.query(Account).update({"last_seen_at": None})
    here.get("/boards/accueil")
    (seen,) = sign_ins()
    assert seen.last_seen_at is not None
    assert now() - seen.last_seen_at < timedelta(minutes=1)
    assert seen.account.last_seen_at == seen.last_seen_at


def test_browsers_that_cannot_come_back_are_forgotten(app: Flask, town: Town) -> None:
    browser(app)
    with write_transaction() as session:
        session.query(SignIn).update({"last_seen_at": now() - timedelta(days=31)})
    browser(app, ANDROID)
    assert [sign_in.user_agent for sign_in in sign_ins()] == [ANDROID]


def test_a_copied_cookie_does_not_outlive_the_browsers(app: Flask, town: Town) -> None:
    here = browser(app)
    with write_transaction() as session:
        session.query(SignIn).update({"last_seen_at": now() - timedelta(days=31)})
    assert here.get("/boards/accueil").status_code == 303


def test_signing_in_and_out_is_logged_and_strangers_are_not_named(app: Flask, town: Town) -> None:
    here = browser(app, address="192.0.2.7")
    here.post("/sign-out")
    Visitor(app).sign_in(EMAIL, "wrong")
    Visitor(app).sign_in("mon mot de passe", "wrong")
    entries = read_session().query(AuditEntry).order_by(AuditEntry.id).all()
    assert [(entry.action, entry.subject, entry.actor_id) for entry in entries] == [
        ("signed_in", EMAIL, town.agent),
        ("signed_out", EMAIL, town.agent),
        ("sign_in_refused", EMAIL, None),
        ("sign_in_refused", "adresse inconnue", None),
    ]
    assert entries[0].address == "192.0.2.7"


# --- API tokens --------------------------------------------------------------------------------------------------


def program(app: Flask, token: str) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def new_token(visitor: Visitor, scope: str = "read", label: str = "Écran du hall") -> str:
    page = visitor.post("/profile/tokens", {"label": label, "scope": scope})
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    (token,) = re.findall(r"fn_[\w-]{43}", page.text)
    return str(token)


def test_a_token_is_shown_once_and_works(app: Flask, town: Town) -> None:
    here = browser(app)
    token = new_token(here)
    page = here.get("/profile").text
    assert token not in page
    assert "Écran du hall" in page
    assert "jamais utilisé" in page
    assert token not in read_session().query(ApiToken).one().token_hash
    assert program(app, token).get("/api/boards/accueil").status_code == 200
    assert "jamais utilisé" not in here.get("/profile").text
    assert "token_made" in actions()


def add(client: FlaskClient, town: Town, scheme: str = "accueil") -> tuple[int, str]:
    answer = client.post(
        f"/boards/{scheme}/commands", json={"type": "add_card", "column": town.service, "title": "Par programme"}
    )
    return answer.status_code, answer.get_json().get("code", "")


def test_a_reading_token_only_reads(app: Flask, town: Town) -> None:
    here = browser(app)
    reader, writer = program(app, new_token(here)), program(app, new_token(here, "write", "Automate"))
    assert add(reader, town) == (403, "token_read_only")
    assert reader.put(f"/boards/accueil/folds/{town.service}", json=True).status_code == 403
    assert reader.head("/api/boards/accueil").status_code == 200
    assert add(writer, town)[0] == 200


@pytest.mark.parametrize("scope", TokenScope)
def test_no_token_reaches_what_is_for_people(app: Flask, town: Town, scope: TokenScope) -> None:
    """This includes facilitators' tokens: a stolen one must not create more tokens or change rights."""
    client = program(app, account_service.create_api_token("dtan@ville.example", "automate", scope))
    closed = [
        rule
        for rule in app.url_map.iter_rules()
        if not rule.rule.startswith(("/api/", "/boards/", "/cards/", "/healthz", "/p/", "/sign-", "/static"))
    ]
    assert {"/profile", "/profile/tokens", "/people", "/services", "/rights", "/log", "/profile/data"} <= {
        rule.rule for rule in closed
    }
    for rule in closed:
        path = re.sub(r"<int:\w+>", "1", rule.rule)
        path = re.sub(r"<[^>]*>", "x", path)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = client.open(path, method=method, headers={"Accept": "application/json"})
            assert (answer.status_code, answer.get_json()["code"]) == (403, "token_not_here"), (method, path)


def test_no_token_gives_rights(app: Flask, town: Town) -> None:
    facilitator = browser(app, email="dtan@ville.example")
    client = program(app, new_token(facilitator, "write"))
    give: dict[str, Any] = {"type": "set_rights", "column": town.service, "readers": "edit"}
    answer = client.post("/boards/accueil/commands", json=give)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "token_not_here")
    assert town.column(town.service).rights == {}
    set_up = facilitator.command(**give)
    assert set_up.status_code == 200
    again = client.post("/boards/accueil/commands", json={"type": "undo_change", "seq": set_up.get_json()["seq"]})
    assert (again.status_code, again.get_json()["code"]) == (403, "token_not_here")


def test_no_token_looks_after_people(app: Flask, town: Town) -> None:
    client = program(app, new_token(browser(app, email="dtan@ville.example"), "read"))
    answer = client.get("/boards/accueil/guide/reads", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["code"]) == (403, "token_not_here")


def test_a_revoked_token_is_worthless(app: Flask, town: Town) -> None:
    here = browser(app)
    token = new_token(here, "write")
    path = f"/profile/tokens/{read_session().query(ApiToken).one().id}/revoke"
    assert here.post(path).status_code == 303
    assert add(program(app, token), town) == (401, "not_signed_in")
    assert "Écran du hall" not in here.get("/profile").text
    assert here.post(path).status_code == 303, "twice is harmless"
    assert actions().count("token_revoked") == 1


def test_nobody_revokes_somebody_elses_token(app: Flask, town: Town) -> None:
    token = account_service.create_api_token(EMAIL, "à moi")
    attacker = browser(app, email="dtan@ville.example")
    assert attacker.post(f"/profile/tokens/{read_session().query(ApiToken).one().id}/revoke").status_code == 303
    assert attacker.post(f"/profile/tokens/{2**70}/revoke").status_code == 404
    assert program(app, token).get("/api/boards/accueil").status_code == 200


def test_a_second_click_makes_no_second_token(app: Flask, town: Town) -> None:
    here = browser(app)
    new_token(here)
    again = here.post("/profile/tokens", {"label": "Écran du hall", "scope": "read"})
    assert again.status_code == 422
    assert "déjà un jeton de ce nom" in again.text
    db.session.rollback()
    assert read_session().query(ApiToken).count() == 1


@pytest.mark.parametrize(
    ("fields", "problem"),
    [({"label": ""}, "nécessaire"), ({"scope": "all"}, "valeurs proposées"), ({"label": "x" * 201}, "trop long")],
)
def test_wrong_tokens_are_said_field_by_field(app: Flask, town: Town, fields: dict[str, str], problem: str) -> None:
    here = browser(app)
    answer = here.post("/profile/tokens", {"label": "Écran", "scope": "write", **fields})
    assert answer.status_code == 422
    assert problem in answer.text
    assert read_session().query(ApiToken).count() == 0


def test_there_is_an_end_to_tokens(app: Flask, town: Town) -> None:
    for number in range(20):
        account_service.create_api_token(EMAIL, f"jeton {number}")
    answer = browser(app).post("/profile/tokens", {"label": "encore un", "scope": "read"})
    assert answer.status_code == 422
    assert "20 jetons" in answer.text

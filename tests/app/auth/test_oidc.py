"""Sign-in through a real OpenID Connect provider run by the tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

from app import create_app
from app.accounts import service as account_service
from app.accounts.models import Account, Identity, SignIn
from app.audit.models import AuditEntry
from boards.database import db, read_session
from boards.models import Role
from config import Settings
from tests.oidc_provider import CLIENT_ID, OidcProvider
from tests.town import Town
from tests.visitor import Visitor

EMAIL = "ccas@ville.example"
CALLBACK = "http://127.0.0.1:5000/sign-in/oidc/callback"


@pytest.fixture
def provider() -> Iterator[OidcProvider]:
    with OidcProvider() as running:
        yield running


@pytest.fixture
def environment(provider: OidcProvider) -> dict[str, str]:
    return provider.environment


def sign_in(visitor: Visitor, path: str = "/sign-in/oidc") -> TestResponse:
    return visitor.get(answer(visitor, path))


def answer(visitor: Visitor, path: str = "/sign-in/oidc") -> str:
    """Sign in at the provider and return the path and query of the callback."""
    asked = visitor.get(path)
    assert asked.status_code == 303
    back = requests.get(asked.location, allow_redirects=False, timeout=5)
    assert back.status_code == 303
    address = urlsplit(back.headers["Location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == CALLBACK
    return f"{address.path}?{address.query}"


def log() -> list[AuditEntry]:
    db.session.rollback()
    return read_session().query(AuditEntry).order_by(AuditEntry.id).all()


def refused(response: TestResponse, status: int, reason: str) -> None:
    """Check that the refusal shows a page with a link back, is logged, and signs in and links nobody."""
    assert response.status_code == status
    assert 'role="alert"' in response.text
    assert 'href="/sign-in"' in response.text
    assert (log()[-1].action, log()[-1].facts["by"], log()[-1].facts["reason"]) == ("sign_in_refused", "oidc", reason)
    assert read_session().query(SignIn).count() == 0
    assert read_session().query(Identity).count() == 0


def test_the_first_time_the_account_with_the_same_address_is_linked(
    town: Town, visitor: Visitor, provider: OidcProvider
) -> None:
    response = sign_in(visitor)
    assert (response.status_code, response.location) == (303, "/")
    assert visitor.get("/boards/accueil").status_code == 200
    identity = read_session().query(Identity).one()
    assert (identity.issuer, identity.subject, identity.account.email) == (provider.issuer, "person-1", EMAIL)
    linked, signed_in = log()
    assert (linked.action, linked.actor_id, linked.subject) == ("identity_linked", town.agent, EMAIL)
    assert (signed_in.action, signed_in.actor_id, signed_in.facts) == ("signed_in", town.agent, {"by": "oidc"})


def test_from_then_on_the_subject_counts_whatever_the_address(app: Flask, town: Town, provider: OidcProvider) -> None:
    sign_in(Visitor(app))
    provider.person["email"] = "mediatheque@ville.example"
    sign_in(Visitor(app))
    assert {sign_in.account.email for sign_in in read_session().query(SignIn)} == {EMAIL}
    assert read_session().query(Identity).count() == 1


def test_the_request_is_bound_to_this_browser_by_long_random_values(
    town: Town, visitor: Visitor, provider: OidcProvider
) -> None:
    answer(visitor)
    answer(visitor)
    first, second = provider.asked
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 32
        assert first[name] != second[name]
    assert (first["redirect_uri"], first["client_id"], first["code_challenge_method"]) == (CALLBACK, CLIENT_ID, "S256")


def test_the_host_header_does_not_move_the_way_back(town: Town, visitor: Visitor, provider: OidcProvider) -> None:
    asked = visitor.get("/sign-in/oidc", base_url="http://evil.example")
    assert parse_qs(urlsplit(asked.location).query)["redirect_uri"] == [CALLBACK]


def test_the_public_address_is_the_way_back(town: Town, database_url: str, provider: OidcProvider) -> None:
    settings = {
        **provider.environment,
        "DATABASE_URL": database_url,
        "SECRET_KEY": "k" * 40,
        "PUBLIC_URL": "https://flash.ville.example",
    }
    asked = Visitor(create_app(Settings.from_environment(settings))).get(
        "/sign-in/oidc", base_url="https://flash.ville.example"
    )
    assert parse_qs(urlsplit(asked.location).query)["redirect_uri"] == [
        "https://flash.ville.example/sign-in/oidc/callback"
    ]


def test_next_leads_back_to_where_one_wanted_to_go(town: Town, visitor: Visitor) -> None:
    page = visitor.get("/cards/7?x=1", follow_redirects=True).text
    link = re.search(r'href="(/sign-in/oidc[^"]*)"', page)
    assert link
    assert sign_in(visitor, link[1]).location == "/cards/7?x=1"


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "/" + "x" * 5000])
def test_next_never_leads_elsewhere(town: Town, visitor: Visitor, target: str) -> None:
    assert sign_in(visitor, f"/sign-in/oidc?next={target}").location == "/"


def test_two_tabs_may_sign_in_side_by_side(town: Town, visitor: Visitor) -> None:
    first, second = answer(visitor, "/sign-in/oidc?next=/cards/1"), answer(visitor, "/sign-in/oidc?next=/cards/2")
    assert visitor.get(first).location == "/cards/1"
    assert visitor.get(second).status_code == 400  # the first sign-in began a fresh session


def test_a_signed_in_person_is_redirected(town: Town, visitor: Visitor, provider: OidcProvider) -> None:
    visitor.sign_in(EMAIL)
    assert visitor.get("/sign-in/oidc?next=/cards/7").location == "/cards/7"
    assert provider.seen == []


@pytest.mark.parametrize("as_jwt", [False, True])
@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_as_keycloak_and_as_proconnect_do(
    town: Town, visitor: Visitor, provider: OidcProvider, as_jwt: bool, algorithm: str
) -> None:
    provider.userinfo_as_jwt = as_jwt
    provider.expires_in = 60
    if algorithm == "ES256":
        provider.algorithm, provider.key = "ES256", ECKey.generate_key("P-256", {"kid": "first", "use": "sig"})
    del provider.person["email_verified"]  # ProConnect does not say
    assert sign_in(visitor).status_code == 303


def test_a_provider_that_only_takes_http_basic(town: Town, visitor: Visitor, provider: OidcProvider) -> None:
    provider.auth_methods = ["client_secret_basic"]
    assert sign_in(visitor).status_code == 303


def test_a_provider_that_renewed_its_key(app: Flask, town: Town, provider: OidcProvider) -> None:
    sign_in(Visitor(app))
    provider.renew_key()
    assert sign_in(Visitor(app)).status_code == 303
    assert provider.seen.count("/jwks") == 2


def test_the_description_is_read_once(app: Flask, town: Town, provider: OidcProvider) -> None:
    for _ in range(3):
        sign_in(Visitor(app))
    assert provider.seen.count("/realms/town/.well-known/openid-configuration") == 1
    assert provider.seen.count("/jwks") == 1


def test_somebody_without_an_account_is_told_whom_to_ask(town: Town, visitor: Visitor, provider: OidcProvider) -> None:
    provider.person = {"sub": "stranger", "email": "inconnue@ville.example", "email_verified": True}
    response = sign_in(visitor)
    refused(response, 403, "account_unknown")
    assert "demandez à un animateur de vous inviter" in response.text
    assert log()[-1].subject == "inconnue@ville.example"
    assert read_session().query(Account).count() == 4


@pytest.mark.parametrize(
    "email", [None, "", "\0", "\ud800@ville.example", ["ccas@ville.example"], "ccas@ville.example\n", "x" * 5000]
)
def test_somebody_without_a_usable_address_is_not_linked_to_anybody(
    town: Town, visitor: Visitor, provider: OidcProvider, email: Any
) -> None:
    provider.person = {"sub": "stranger", "email": email}
    refused(sign_in(visitor), 403, "account_unknown")


@pytest.mark.parametrize("verified", [False, "false", 0])
def test_an_address_that_the_provider_has_not_verified_links_nothing(
    town: Town, visitor: Visitor, provider: OidcProvider, verified: Any
) -> None:
    provider.person["email_verified"] = verified
    refused(sign_in(visitor), 403, "email_unverified")


def test_an_address_that_only_looks_the_same_links_nothing(
    town: Town, visitor: Visitor, provider: OidcProvider
) -> None:
    account_service.add_account("kiosque@ville.example", "Nour Kaci", Role.AGENT, [], None)
    provider.person["email"] = "\N{KELVIN SIGN}iosque@ville.example"  # lower() makes a plain k of it
    refused(sign_in(visitor), 403, "account_unknown")


def test_a_second_person_with_the_address_of_a_linked_account_is_refused(
    app: Flask, town: Town, provider: OidcProvider
) -> None:
    sign_in(Visitor(app))
    provider.person["sub"] = "person-2"
    response = sign_in(Visitor(app))
    assert response.status_code == 403
    assert log()[-1].facts["reason"] == "identity_taken"
    assert read_session().query(Identity).one().subject == "person-1"


def test_a_disabled_account_is_refused_linked_or_not(
    app: Flask, town: Town, visitor: Visitor, provider: OidcProvider
) -> None:
    account_service.disable_by_email(EMAIL)
    refused(sign_in(visitor), 403, "account_disabled")
    account_service.enable_by_email(EMAIL)
    assert sign_in(visitor).status_code == 303
    account_service.disable_by_email(EMAIL)
    response = sign_in(Visitor(app))
    assert response.status_code == 403
    assert "Votre compte n’est plus actif." in response.text


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": []},
        {"aud": [CLIENT_ID, "another-client"]},
        {"aud": [CLIENT_ID, "another-client"], "azp": "another-client"},
        {"azp": "another-client"},
        {"nonce": "n" * 43},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": 9_999_999_999},
        {"sub": None},
        {"sub": 7},
        {"sub": "person-2"},
        {"at_hash": "bm90IHRoZSByaWdodA"},
    ],
)
def test_a_wrong_id_token_is_refused(
    town: Town, visitor: Visitor, provider: OidcProvider, claims: dict[str, Any]
) -> None:
    provider.lies.id_token = claims
    refused(sign_in(visitor), 403, "answer_refused")


@pytest.mark.parametrize("signature", ["none", "public_key_as_secret", "stranger", "tampered"])
def test_a_signature_that_does_not_hold_is_refused(
    town: Town, visitor: Visitor, provider: OidcProvider, signature: str
) -> None:
    provider.lies.signature = signature
    refused(sign_in(visitor), 403, "answer_refused")


@pytest.mark.parametrize("signature", ["none", "public_key_as_secret", "stranger", "tampered"])
def test_signed_userinfo_is_checked_as_well(
    town: Town, visitor: Visitor, provider: OidcProvider, signature: str
) -> None:
    provider.userinfo_as_jwt = True
    provider.lies.userinfo_signature = signature
    refused(sign_in(visitor), 403, "answer_refused")


@pytest.mark.parametrize(
    "claims", [{"iss": "https://evil.example"}, {"iss": None}, {"aud": "another-client"}, {"aud": None}, {"exp": 1}]
)
def test_signed_userinfo_is_for_us_and_from_the_provider(
    town: Town, visitor: Visitor, provider: OidcProvider, claims: dict[str, Any]
) -> None:
    provider.userinfo_as_jwt = True
    provider.lies.userinfo = claims
    refused(sign_in(visitor), 403, "answer_refused")


@pytest.mark.parametrize("as_jwt", [False, True])
@pytest.mark.parametrize("subject", ["person-2", None])
def test_userinfo_about_somebody_else_is_refused(
    town: Town, visitor: Visitor, provider: OidcProvider, as_jwt: bool, subject: str | None
) -> None:
    provider.userinfo_as_jwt = as_jwt
    provider.lies.userinfo = {"sub": subject}
    refused(sign_in(visitor), 403, "answer_refused")


def test_giving_up_at_the_provider(town: Town, visitor: Visitor, provider: OidcProvider) -> None:
    provider.lies.answer = {"error": "access_denied"}
    response = sign_in(visitor)
    refused(response, 403, "given_up")
    assert "Vous n’avez pas terminé la connexion." in response.text


def test_an_error_of_the_provider_is_not_repeated_on_the_page(
    town: Town, visitor: Visitor, provider: OidcProvider
) -> None:
    provider.lies.answer = {"error": "server_error", "error_description": "<b>call 555</b>"}
    response = sign_in(visitor)
    refused(response, 403, "provider_refused")
    assert "555" not in response.text


def test_an_error_of_no_use_in_a_log_is_logged_all_the_same(
    town: Town, visitor: Visitor, provider: OidcProvider
) -> None:
    provider.lies.answer = {"error": "\0\n" + "x" * 5000}
    refused(sign_in(visitor), 403, "provider_refused")
    assert log()[-1].facts["detail"] == "x" * 200


@pytest.mark.parametrize("lie", [{"state": "s" * 43}, {"state": ""}])
def test_an_answer_to_no_request_is_refused(
    town: Town, visitor: Visitor, provider: OidcProvider, lie: dict[str, str]
) -> None:
    provider.lies.answer = lie
    refused(sign_in(visitor), 400, "not_asked")


def test_the_answer_to_another_browser_is_refused(app: Flask, town: Town, visitor: Visitor) -> None:
    refused(visitor.get(answer(Visitor(app))), 400, "not_asked")


def test_an_answer_counts_once(town: Town, visitor: Visitor, provider: OidcProvider) -> None:
    provider.person["sub"] = ""
    path = answer(visitor)
    refused(visitor.get(path), 403, "subject_unusable")
    refused(visitor.get(path), 400, "not_asked")


def test_a_stolen_code_is_worth_nothing_without_its_verifier(app: Flask, town: Town, visitor: Visitor) -> None:
    stolen = parse_qs(urlsplit(answer(Visitor(app))).query)["code"][0]
    mine = answer(visitor)
    code = parse_qs(urlsplit(mine).query)["code"][0]
    refused(visitor.get(mine.replace(code, stolen)), 403, "answer_refused")


def test_an_answer_an_hour_later_is_refused(town: Town, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    path = answer(visitor)
    monkeypatch.setattr("app.auth.oidc_views.PENDING_SECONDS", -1)
    refused(visitor.get(path), 400, "not_asked")


def test_an_answer_of_another_issuer_is_refused(town: Town, visitor: Visitor, provider: OidcProvider) -> None:
    provider.lies.answer = {"iss": "https://evil.example"}
    refused(sign_in(visitor), 403, "answer_refused")


def test_a_description_of_another_issuer_is_refused(town: Town, visitor: Visitor, provider: OidcProvider) -> None:
    provider.lies.metadata = {"issuer": "https://evil.example"}
    refused(visitor.get("/sign-in/oidc"), 503, "provider_away")


def test_addresses_that_are_not_as_safe_as_the_issuer_are_refused(
    town: Town, visitor: Visitor, provider: OidcProvider
) -> None:
    provider.lies.metadata = {"token_endpoint": "ftp://127.0.0.1/token"}
    refused(visitor.get("/sign-in/oidc"), 503, "provider_away")


@pytest.mark.parametrize("path", ["/token", "/jwks", "/userinfo"])
def test_a_provider_that_breaks_down_half_way(town: Town, visitor: Visitor, provider: OidcProvider, path: str) -> None:
    provider.lies.away = {path}
    refused(sign_in(visitor), 503, "provider_away")


def test_while_the_provider_is_away_the_rest_works_and_it_may_come_back(
    app: Flask, town: Town, visitor: Visitor, provider: OidcProvider
) -> None:
    provider.lies.away = {"/realms/town/.well-known/openid-configuration"}
    response = visitor.get("/sign-in/oidc")
    refused(response, 503, "provider_away")
    assert "ne répond pas" in response.text
    assert Visitor(app).sign_in(EMAIL).status_code == 303
    provider.lies.away = set()
    assert sign_in(visitor).status_code == 303


def test_a_provider_that_does_not_listen_keeps_nothing_from_starting(
    app: Flask, town: Town, visitor: Visitor, provider: OidcProvider
) -> None:
    provider.stop()
    refused(visitor.get("/sign-in/oidc"), 503, "provider_away")
    assert visitor.get("/sign-in").status_code == 200


def test_frequent_callbacks_are_throttled(town: Town, visitor: Visitor) -> None:
    statuses = [visitor.get("/sign-in/oidc/callback?state=x").status_code for _ in range(62)]
    assert (statuses[0], statuses[-1]) == (400, 429)


def test_signing_out_here_signs_out_there(town: Town, visitor: Visitor, provider: OidcProvider) -> None:
    sign_in(visitor)
    visitor.get("/boards/accueil")
    id_token = read_session().query(SignIn).one().id_token
    response = visitor.post("/sign-out")
    assert response.status_code == 200
    url = response.headers["Refresh"].removeprefix("0; url=")
    back = requests.get(url, allow_redirects=False, timeout=5).headers["Location"]
    assert back.startswith("http://127.0.0.1:5000/sign-in?state=")
    [asked] = provider.signed_out
    assert (asked["id_token_hint"], asked["post_logout_redirect_uri"]) == (id_token, "http://127.0.0.1:5000/sign-in")
    assert len(asked["state"]) >= 32
    assert visitor.get("/boards/accueil").status_code == 303
    db.session.rollback()
    assert read_session().query(SignIn).count() == 0


def test_a_password_session_signs_out_here_only(town: Town, visitor: Visitor, provider: OidcProvider) -> None:
    visitor.sign_in(EMAIL)
    assert visitor.post("/sign-out").location == "/sign-in"
    assert provider.seen == []


@pytest.mark.parametrize("lie", [{"end_session_endpoint": None}, {"end_session_endpoint": ""}])
def test_a_provider_without_a_way_out(
    town: Town, visitor: Visitor, provider: OidcProvider, lie: dict[str, Any]
) -> None:
    provider.lies.metadata = lie
    sign_in(visitor)
    visitor.get("/boards/accueil")
    assert visitor.post("/sign-out").location == "/sign-in"


class TestWithTheProviderAlone:
    @pytest.fixture
    def environment(self, provider: OidcProvider) -> dict[str, str]:
        return {**provider.environment, "LOCAL_ACCOUNTS": "0", "OIDC_LABEL": "S’identifier avec ProConnect"}

    def test_there_is_one_button_and_no_form(self, town: Town, visitor: Visitor) -> None:
        page = visitor.get("/sign-in").text
        assert "S’identifier avec ProConnect" in page
        assert "<form" not in page
        assert sign_in(visitor).status_code == 303

    def test_a_right_password_opens_nothing(self, town: Town, visitor: Visitor) -> None:
        assert visitor.sign_in(EMAIL).status_code == 403
        assert read_session().query(SignIn).count() == 0

    def test_the_command_line_still_works(self, app: Flask, town: Town) -> None:
        added = app.test_cli_runner().invoke(
            args=["people", "add", "nouvelle@ville.example", "--name", "Nina", "--password", "trois vélos bleus"]
        )
        assert added.exit_code == 0, added.output


class TestWithoutAProvider:
    @pytest.fixture
    def environment(self) -> dict[str, str]:
        return {}

    def test_there_is_no_such_page(self, town: Town, visitor: Visitor) -> None:
        assert visitor.get("/sign-in/oidc").status_code == 404
        assert visitor.get("/sign-in/oidc/callback?state=x").status_code == 404
        assert "/sign-in/oidc" not in visitor.get("/sign-in").text
        assert log() == []

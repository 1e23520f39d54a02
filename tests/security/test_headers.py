"""Security headers of every kind of response: pages, errors, static files, live connection."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import create_app
from app.web import assets
from boards.database import db
from config import Settings
from tests.town import Town
from tests.visitor import OutsideClient, Visitor

EVERY_RESPONSE = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
EVERY_DOCUMENT = {"Cross-Origin-Opener-Policy": "same-origin"}
PLACES = (
    "/sign-in",
    "/boards/accueil",
    "/api/boards/accueil",
    "/profile/data",
    "/p/nothing-here",
    "/nowhere",
    "/healthz",
    "/static/a-file.css",
    "/static/../config.py",
    "/socket.io/?EIO=4&transport=polling",
    "/socket.io/?EIO=4&transport=nonsense",
)


@pytest.fixture
def environment() -> dict[str, str]:
    return {"PUBLIC_URL": "https://flash.ville.example"}


@pytest.fixture(autouse=True)
def _a_built_file(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    dist = tmp_path_factory.mktemp("dist")
    (dist / "a-file.css").write_text("a{}")
    monkeypatch.setattr(assets, "DIST", dist)


@pytest.fixture
def browser(app: Flask, town: Town) -> Visitor:
    return signed_in(app)


def signed_in(app: Flask) -> Visitor:
    """Sign in over HTTPS, which the cookies require."""
    app.test_client_class = EncryptedClient
    visitor = Visitor(app)
    assert visitor.sign_in("ccas@ville.example", remember="1").status_code == 303
    return visitor


def test_every_response_has_the_security_headers(browser: Visitor) -> None:
    for path in PLACES:
        answer = browser.get(path)
        assert {name: answer.headers[name] for name in EVERY_RESPONSE} == EVERY_RESPONSE, path
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains", path
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], path
        assert "Access-Control-Allow-Origin" not in answer.headers, path
        assert all(
            answer.headers.getlist(name) == [answer.headers[name]]
            for name in set(answer.headers.keys()) - {"Set-Cookie", "Vary"}
        ), path


def test_every_document_has_the_document_headers(browser: Visitor) -> None:
    for path in PLACES:
        if path.startswith("/static/"):
            continue  # not a document
        answer = browser.get(path)
        assert {name: answer.headers[name] for name in EVERY_DOCUMENT} == EVERY_DOCUMENT, path
        assert answer.headers["Referrer-Policy"] in ("same-origin", "strict-origin", "no-referrer"), path
        assert "camera=()" in answer.headers["Permissions-Policy"], path


def test_no_content_security_policy_allows_unsafe_sources(browser: Visitor) -> None:
    for path in PLACES:
        policy = directives(browser.get(path))
        assert policy["default-src"] == ["'none'"], path
        said = [source for sources in policy.values() for source in sources]
        assert not [source for source in said if source.startswith(("'unsafe", "*", "http:", "https:", "blob:"))], path


def test_the_page_policy_allows_only_required_sources(browser: Visitor) -> None:
    policy = directives(browser.get("/boards/accueil"))
    assert policy["script-src"] == policy["style-src"] == policy["font-src"] == policy["form-action"] == ["'self'"]
    assert policy["object-src"] == policy["base-uri"] == ["'none'"]
    assert policy["connect-src"] == ["'self'", "wss://flash.ville.example"]


def test_only_files_with_a_content_hash_may_be_cached_publicly(browser: Visitor) -> None:
    for path in PLACES:
        kept = browser.get(path).headers["Cache-Control"]
        assert ("public" in kept) == path.startswith("/static/a-file"), path
        assert "no-store" in kept or "private" in kept or path.startswith("/static/a-file"), path


def test_every_response_has_a_content_type_and_charset(browser: Visitor) -> None:
    for path in PLACES:
        answer = browser.get(path)
        if answer.get_data():
            kind = answer.headers["Content-Type"]
            assert kind.startswith(
                ("application/json", "application/problem+json")
            ) or "charset=utf-8" in kind.lower().replace('"', ""), path


def test_cookies_are_restricted_to_this_host(browser: Visitor) -> None:
    browser.client.post(
        "/profile/looks",
        data={"csrf_token": browser.csrf_token, "theme": "dark", "density": "compact", "language": "fr"},
    )
    cookies = {cookie.key: cookie for cookie in browser.client._cookies.values()}  # type: ignore[union-attr]  # the test client's jar
    assert cookies.keys() == {"__Host-flash_news", "__Host-flash_news_remember", "__Host-theme"}
    for cookie in cookies.values():
        assert (cookie.secure, cookie.path, cookie.origin_only, cookie.same_site) == (True, "/", True, "Lax")
        # The page's script sets the theme cookie, which contains no personal data.
        assert cookie.http_only or cookie.key == "__Host-theme"


def test_hsts_can_be_withdrawn(database_url: str, town: Town, tmp_path_factory: pytest.TempPathFactory) -> None:
    with town_with(
        database_url, str(tmp_path_factory.mktemp("data")), PUBLIC_URL="https://flash.ville.example", HSTS_SECONDS="0"
    ) as app:
        assert app.test_client().get("/healthz").headers["Strict-Transport-Security"] == "max-age=0"
    with town_with(database_url, str(tmp_path_factory.mktemp("data"))) as app:
        assert "Strict-Transport-Security" not in app.test_client().get("/healthz").headers


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND"])
def test_other_http_methods_are_rejected(visitor: Visitor, town: Town, method: str) -> None:
    assert visitor.client.open("/sign-in", method=method).status_code == 405


def directives(answer: TestResponse) -> dict[str, list[str]]:
    found = [re.split(r"\s+", part.strip()) for part in answer.headers["Content-Security-Policy"].split(";")]
    return {name: sources for name, *sources in found}


class EncryptedClient(OutsideClient):
    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        headers = {**options.pop("headers", {}), "Referer": "https://flash.ville.example/"}
        return super().open(*arguments, **{"base_url": "https://flash.ville.example", "headers": headers, **options})


class town_with:  # noqa: N801 - read as a function
    """A separate application on the same database."""

    def __init__(self, database_url: str, folder: str, **environment: str) -> None:
        usual = {"DATABASE_URL": database_url, "DATA_DIR": folder, "SECRET_KEY": "k" * 40}
        self.app = create_app(Settings.from_environment({**usual, **environment}))
        self.app.test_client_class = OutsideClient

    def __enter__(self) -> Flask:
        return self.app

    def __exit__(self, *_reason: object) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

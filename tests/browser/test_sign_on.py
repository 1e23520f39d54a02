"""Sign in and out through an OpenID Connect provider, under the real Content-Security-Policy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.desk import AGENT
from tests.browser.test_accessibility import HOLDING_STILL, THEMES, violations
from tests.oidc_provider import OidcProvider
from tests.server import Server, running


@pytest.fixture(scope="module")
def provider() -> Iterator[OidcProvider]:
    with OidcProvider() as running:
        running.person["email"] = AGENT
        yield running


@pytest.fixture(scope="module")
def server(provider: OidcProvider, small_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(small_town, tmp_path_factory.mktemp("sign-on") / "var", **provider.environment) as server:
        yield server


def test_in_by_the_provider_and_out_there_as_well(browser: Browser, server: Server, provider: OidcProvider) -> None:
    provider.signs_out_by_way_of = provider.origin.replace("127.0.0.1", "localhost")
    page = browser.new_page()
    page.goto(f"{server.url}/sign-in")
    page.get_by_role("link", name="Se connecter avec le compte de la ville").click()
    page.wait_for_url("**/boards/accueil")
    page.get_by_role("button", name="Votre compte").click()
    page.get_by_role("menuitem", name="Se déconnecter").click()
    page.wait_for_url("**/sign-in?state=*")
    assert len(provider.signed_out) == 1
    page.goto(f"{server.url}/boards/accueil")
    expect(page).to_have_url(re.compile("/sign-in"))
    page.close()


def test_axe_finds_nothing(browser: Browser, server: Server) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, **HOLDING_STILL)
    for path in ("/sign-in", "/sign-in/oidc/callback?state=unknown"):
        page.goto(f"{server.url}{path}")
        assert {theme: violations(page, theme) for theme in THEMES} == {theme: [] for theme in THEMES}
    page.close()

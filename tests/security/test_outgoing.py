"""Outgoing requests go only to configured addresses."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from app.auth.oidc_client import Provider
from app.auth.oidc_types import ProviderUnavailable
from config import Oidc


class Redirector(BaseHTTPRequestHandler):
    """Redirect every request to another path and record the requested paths."""

    requested: list[str]

    def do_GET(self) -> None:
        self.requested.append(self.path)
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_anything: object) -> None:
        pass


@pytest.fixture
def redirector() -> Iterator[tuple[str, list[str]]]:
    requested: list[str] = []
    server = HTTPServer(("127.0.0.1", 0), type("Handler", (Redirector,), {"requested": requested}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", requested
    server.shutdown()
    thread.join()
    server.server_close()


def test_redirects_of_a_provider_are_not_followed(redirector: tuple[str, list[str]]) -> None:
    issuer, requested = redirector
    provider = Provider(
        Oidc(issuer=issuer, client_id="flash-news", client_secret="a secret", scopes="openid", label="x")
    )
    with pytest.raises(ProviderUnavailable):
        provider.ask("http://127.0.0.1/callback")
    assert requested == ["/.well-known/openid-configuration"]

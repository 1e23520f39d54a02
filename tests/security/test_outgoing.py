"""What this server asks of others: only at the addresses it was given."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from app.auth.oidc_client import Provider
from app.auth.oidc_types import ProviderUnavailable
from config import Oidc


class Elsewhere(BaseHTTPRequestHandler):
    """Sends whoever asks on to another address of its own, and remembers which were asked."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_anything: object) -> None:
        pass


@pytest.fixture
def misleading() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    server = HTTPServer(("127.0.0.1", 0), type("Handler", (Elsewhere,), {"asked": asked}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_provider_leads_our_secret_nowhere_else(misleading: tuple[str, list[str]]) -> None:
    issuer, asked = misleading
    provider = Provider(
        Oidc(issuer=issuer, client_id="flash-news", client_secret="a secret", scopes="openid", label="x")
    )
    with pytest.raises(ProviderUnavailable):
        provider.ask("http://127.0.0.1/callback")
    assert asked == ["/.well-known/openid-configuration"]

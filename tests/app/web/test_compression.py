"""A board's page travels compressed, whatever its size and whoever asks, and is read as it was written."""

from __future__ import annotations

import gzip
import re
import sys
from collections.abc import Callable

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from app.web import compression
from tests.town import Town
from tests.visitor import Visitor

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BOARD = "/boards/accueil"
READ: dict[str | None, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "zstd": zstd.decompress,
    "gzip": gzip.decompress,
    None: bytes,
}


@pytest.fixture
def agent(town: Town, visitor: Visitor) -> Visitor:
    visitor.sign_in("ccas@ville.example")
    return visitor


def ask(visitor: Visitor, accepted: str, **more: str) -> TestResponse:
    return visitor.client.get(BOARD, headers={"Accept": "text/html", "Accept-Encoding": accepted, **more})


def page_of(answer: TestResponse) -> str:
    page = READ[answer.headers.get("Content-Encoding")](answer.data).decode()
    token = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert token is not None
    return page.replace(token[1], "")  # another each time


@given(page=st.binary(max_size=5000))
def test_every_way_gives_back_the_same_bytes(page: bytes) -> None:
    for ways in (compression._THOROUGHLY, compression._QUICKLY):
        for name, way in ways.items():
            assert READ[name](way(page)) == page


@pytest.mark.parametrize(
    ("accepted", "small", "large"),
    [
        ("gzip, deflate, br, zstd", "br", "zstd"),  # Chromium, Firefox
        ("gzip, deflate, br", "br", "br"),  # Safari
        ("gzip", "gzip", "gzip"),
        ("zstd, br;q=0, gzip;q=0", "zstd", "zstd"),
        ("identity", None, None),
        ("", None, None),
    ],
)
def test_a_board_is_compressed_as_its_size_deserves(
    town: Town, agent: Visitor, monkeypatch: pytest.MonkeyPatch, accepted: str, small: str, large: str
) -> None:
    town.add_card("Piscine fermée : « à l’été », 12 €")
    plain = ask(agent, "identity")
    for way in (small, large):
        answer = ask(agent, accepted)
        assert answer.headers.get("Content-Encoding") == way
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert answer.headers["ETag"] == plain.headers["ETag"]
        assert answer.content_length == len(answer.data)
        assert page_of(answer) == page_of(plain)
        again = ask(agent, accepted, **{"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        monkeypatch.setattr(compression, "LARGE", 1000)

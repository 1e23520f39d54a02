"""Board pages are compressed for every browser and decompress to the original."""

from __future__ import annotations

import pytest

from tests.town import Town
from tests.visitor import Visitor


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),  # Chromium, Firefox
        ("gzip, deflate, br", "br"),  # Safari
        ("gzip", "gzip"),
        ("identity", None),
        ("", None),
    ],
)
def test_a_board_is_compressed_as_the_browser_accepts(
    town: Town, visitor: Visitor, accepted: str, encoding: str | None
) -> None:
    visitor.sign_in("ccas@ville.example")
    town.add_card("Piscine fermée : « à l’été », 12 €")
    answer = visitor.client.get("/boards/accueil", headers={"Accept": "text/html", "Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == encoding
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert answer.content_length == len(answer.data)

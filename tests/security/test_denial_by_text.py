"""Texts designed to use much CPU or memory are reduced to something small, or rejected."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from boards.text.html_tree import DEPTH, parse_html, to_html
from boards.text.sanitize import BODY_MAX_BYTES, STORED_MAX_BYTES, UnfitText, clean_body


def filling(piece: str) -> str:
    return (piece * (BODY_MAX_BYTES // len(piece)))[:BODY_MAX_BYTES]


BOMBS = {
    "unclosed formatting with different attributes": "".join(f"<p><strong a{n}>x</p>" for n in range(1000)),
    "unclosed formatting that is removed": "".join(f"<b a{n}><p>" for n in range(2000)),
    "five kinds of formatting in each paragraph": filling("<p><strong><em><u><s><code>"),
    "closed inside a comment only": "".join(f"<strong a{n}><!--</strong>--><p>" for n in range(1000)),
    "nested lists": filling("<ul>"),
    "nested list items": filling("<ul><li>"),
    "nested quotations": filling("<blockquote>"),
    "nested links": filling("<a href=x>"),
    "many attributes": "<a " + " ".join(f"a{n:x}" for n in range(10_000)) + ">x</a>",
    "unterminated attributes": filling('<a x="'),
    "unterminated comments": filling("<!--"),
    "unterminated scripts": filling("<script>"),
    "unterminated tags": filling("<a "),
    "angle brackets only": filling("<"),
    "characters that grow when escaped": filling("&"),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_stored_html_bombs_are_small_and_shallow(bomb: str) -> None:
    assert len(bomb) <= BODY_MAX_BYTES
    try:
        kept = clean_body(bomb)
    except UnfitText:
        return  # rejected as too long
    assert len(kept.encode()) <= STORED_MAX_BYTES
    assert Tree(kept).depth <= DEPTH + 1


def test_unclosed_formatting_ends_with_its_paragraph() -> None:
    assert clean_body("<p>un <strong a1>deux<p>trois") == "<p>un <strong>deux</strong></p><p>trois</p>"


def test_normalized_html_closes_every_element_in_order() -> None:
    """Otherwise parsers would reopen unclosed elements."""
    for bomb in BOMBS.values():
        shaped = to_html(parse_html(bomb))
        assert Tree(shaped).is_well_nested
        assert len(shaped) <= 3 * len(bomb)


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<P><STRONG>Oui</STRONG>", "<p><strong>Oui</strong></p>"),
        ('<a title="x>y" href="https://ville.example/?a>b">z</a>', '<a href="https://ville.example/?a>b">z</a>'),
        ("<a href=https://ville.example>z</a>", "<a href=https://ville.example>z</a>"),
        ("<p>a</b></em>b", "<p>ab</p>"),
        ("<ul><li>a<li>b<ul><li>c</ul><li>d</ul>", "<ul><li>a</li><li>b<ul><li>c</li></ul></li><li>d</li></ul>"),
        ("<p><script>alert('<p>')</script>b<!-- <p> -->c", "<p>bc</p>"),
        ("<p>2 < 3 & 4<br/>5", "<p>2 < 3 & 4<br>5</p>"),
        ("<h3>a<h3>b", "<h3>a</h3><h3>b</h3>"),
    ],
)
def test_ordinary_html_keeps_its_meaning(html: str, kept: str) -> None:
    assert to_html(parse_html(html)) == kept


class Tree(HTMLParser):
    """Measure the depth of HTML and check that elements are closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.depth = 0
        self.is_well_nested = True
        self.feed(html)
        self.close()
        self.is_well_nested = self.is_well_nested and not self.open

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        if tag not in ("br", "hr"):
            self.open.append(tag)
            self.depth = max(self.depth, len(self.open))

    def handle_endtag(self, tag: str) -> None:
        self.is_well_nested = self.is_well_nested and bool(self.open) and self.open.pop() == tag

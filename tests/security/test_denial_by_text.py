"""Texts made to keep the server busy or to fill its memory: each becomes something small, or is refused."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from boards.text.html_tree import DEPTH, parse, to_html
from boards.text.sanitize import BODY_MAX_BYTES, STORED_MAX_BYTES, UnfitText, clean_body


def filling(piece: str) -> str:
    return (piece * (BODY_MAX_BYTES // len(piece)))[:BODY_MAX_BYTES]


BOMBS = {
    "formatting never closed, each a little different": "".join(f"<p><strong a{n}>x</p>" for n in range(1000)),
    "formatting never closed, not even kept": "".join(f"<b a{n}><p>" for n in range(2000)),
    "five kinds of formatting in each paragraph": filling("<p><strong><em><u><s><code>"),
    "closed in a comment only": "".join(f"<strong a{n}><!--</strong>--><p>" for n in range(1000)),
    "lists in lists": filling("<ul>"),
    "items in items": filling("<ul><li>"),
    "quotations in quotations": filling("<blockquote>"),
    "links in links": filling("<a href=x>"),
    "attributes": "<a " + " ".join(f"a{n:x}" for n in range(10_000)) + ">x</a>",
    "attributes without an end": filling('<a x="'),
    "comments without an end": filling("<!--"),
    "scripts without an end": filling("<script>"),
    "tags without an end": filling("<a "),
    "signs only": filling("<"),
    "what grows when it is written as HTML": filling("&"),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_what_is_kept_of_a_bomb_is_small_and_shallow(bomb: str) -> None:
    assert len(bomb) <= BODY_MAX_BYTES
    try:
        kept = clean_body(bomb)
    except UnfitText:
        return  # refused as too long
    assert len(kept.encode()) <= STORED_MAX_BYTES
    assert Tree(kept).depth <= DEPTH + 1


def test_formatting_that_is_never_closed_ends_with_its_paragraph() -> None:
    assert clean_body("<p>un <strong a1>deux<p>trois") == "<p>un <strong>deux</strong></p><p>trois</p>"


def test_the_shape_alone_opens_nothing_twice() -> None:
    """Whoever parses it finds each element closed in its turn: nothing is left to be opened anew."""
    for bomb in BOMBS.values():
        shaped = to_html(parse(bomb))
        assert Tree(shaped).in_turn
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
def test_what_people_write_keeps_its_sense(html: str, kept: str) -> None:
    assert to_html(parse(html)) == kept


class Tree(HTMLParser):
    """How deep it is, and whether each element is closed in its turn."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.depth = 0
        self.in_turn = True
        self.feed(html)
        self.close()
        self.in_turn = self.in_turn and not self.open

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        if tag not in ("br", "hr"):
            self.open.append(tag)
            self.depth = max(self.depth, len(self.open))

    def handle_endtag(self, tag: str) -> None:
        self.in_turn = self.in_turn and bool(self.open) and self.open.pop() == tag

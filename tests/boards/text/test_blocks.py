"""Parse a body into blocks and render it as plain text for reading, copying and mailing."""

from __future__ import annotations

import time

import pytest

from boards.text.blocks import Form, as_text, blocks_of
from boards.text.sanitize import clean_body, markdown_to_html


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>Un</p><p>Deux</p>", "Un\n\nDeux"),
        ("<p>Un<br>Deux</p>", "Un\nDeux"),
        (
            "<p>Pièces :</p><ul><li>photo</li><li><p>timbre</p></li></ul><p>Fin</p>",
            "Pièces :\n\n• photo\n• timbre\n\nFin",
        ),
        ("<ol><li>un<ul><li>a</li></ul></li><li>deux</li></ol>", "1. un\n  • a\n2. deux"),
        ("<ol><li>un<br>suite</li></ol>", "1. un\n   suite"),
        ("<h3>Horaires</h3>\n<p>  Le   mardi </p>", "Horaires\n\nLe mardi"),
        ("<p>25\u00a0€\u202f!</p>", "25\u00a0€\u202f!"),
        ("<p>Un</p><hr><blockquote><p>cité</p></blockquote>", "Un\n\n---\n\ncité"),
        ("<pre>  a\n b</pre>", "  a\n b"),
        ('<p><a href="https://ville.fr/x">ici</a></p>', "ici (https://ville.fr/x)"),
        ('<p><a href="https://ville.fr/">ville.fr</a></p>', "ville.fr"),
        ('<p><a href="tel:0465710000">04 65 71 00 00</a></p>', "04 65 71 00 00"),
        ('<p><a href="mailto:a@ville.fr">écrire</a></p>', "écrire (a@ville.fr)"),
        ('<p><a href="https://ville.fr/x">tout <strong>ici</strong></a></p>', "tout ici (https://ville.fr/x)"),
        ('<p>voir <a href="/cards/12">cette info</a></p>', "voir cette info"),
        ("", ""),
        ("<p></p>", ""),
        ("nu", "nu"),
    ],
)
def test_a_body_reads_as_text(body: str, text: str) -> None:
    assert as_text(body) == text


def test_inline_formatting_is_kept() -> None:
    heading, item, quoted = blocks_of(
        "<h3>Titre</h3><ul><li>du <strong>gras <em>penché</em></strong></li></ul><blockquote>dit</blockquote>"
    )
    assert (heading.form, item.form, item.depth, item.marker) == (Form.HEADING, Form.ITEM, 1, "•")
    assert [(run.text, set(run.styles)) for run in item.runs] == [
        ("du ", set()),
        ("gras ", {"bold"}),
        ("penché", {"bold", "italic"}),
    ]
    assert quoted.quoted


def test_markdown_and_plain_lines_come_out_as_they_went_in() -> None:
    assert as_text(markdown_to_html("Pièces\n\n- photo\n- timbre")) == "Pièces\n\n• photo\n• timbre"
    assert as_text(clean_body("Ligne une\nLigne deux")) == "Ligne une\n\nLigne deux"


@pytest.mark.parametrize(
    "body", ["<strong>a</strong>b " * 3000, "<ul><li>a" * 1500, "<blockquote>" * 3000 + "x", "<p>x" * 9000]
)
def test_no_body_takes_long(body: str) -> None:
    body = clean_body(body)
    started = time.monotonic()
    assert as_text(body)
    assert time.monotonic() - started < 2

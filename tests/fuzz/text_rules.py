"""Check what must hold of every cleaned text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from boards.text import sanitize as texts
from boards.text.sanitize import STORED_MAX_BYTES, TITLE_MAX_CHARACTERS, UnfitText

ALLOWED = {"p", "li", "h3", "h4", "blockquote", "pre", "br", "hr", "ul", "ol", "strong", "em", "u", "s", "a", "code"}
EMPTY = {"br", "hr"}
LEADS = re.compile(r"\s*(?:https?://[^/\s]|mailto:|tel:|/cards/\d+\s*\Z)", re.IGNORECASE)
NEVER_SHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
LINES = 4_000


def check(text: str) -> None:
    """Raise AssertionError if a cleaned text breaks a rule or changes when cleaned again."""
    for clean, holds in (
        (_body, _check_body),
        (_title, _check_title),
        (_lines, _check_lines),
        (_markdown, _check_body),
    ):
        try:
            cleaned = clean(text)
        except UnfitText:
            continue
        holds(cleaned)


def _body(text: str) -> str:
    return texts.clean_body(text)


def _markdown(text: str) -> str:
    return texts.markdown_to_html(text)


def _title(text: str) -> str:
    return texts.clean_title(text)


def _lines(text: str) -> str:
    return texts.clean_lines(text, LINES)


def _check_body(body: str) -> None:
    words = _check_words(body)
    if body:  # nested oddly it may come out otherwise, but says the same
        assert _check_words(_body(body)).split() == words.split(), "cleaned again it says something else"


def _check_words(body: str) -> str:
    assert len(body.encode()) <= STORED_MAX_BYTES
    _Reader().read(body)
    words = texts.plain_text(body)
    assert not NEVER_SHOWN.search(words)
    assert bool(words) == bool(body), "a body without words is none"
    texts.excerpt(words)
    return words


def _check_title(title: str) -> None:
    assert 0 < len(title) <= TITLE_MAX_CHARACTERS
    assert len(title.splitlines()) == 1, "more than a line"
    assert not NEVER_SHOWN.search(title)
    assert _title(title) == title, "cleaned again it is another"


def _check_lines(lines: str) -> None:
    assert len(lines) <= LINES
    assert not NEVER_SHOWN.search(lines)
    assert _lines(lines) == lines, "cleaned again it is another"


class _Reader(HTMLParser):
    """Reads HTML as another parser than the sanitiser's does, and minds everything."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []

    def read(self, body: str) -> None:
        self.feed(body)
        self.close()
        assert not self.open, f"left open, it would take in what follows on the page: {self.open}"

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, tag
        given = dict(attributes)
        assert given.keys() <= ({"href", "rel"} if tag == "a" else set()), attributes
        assert given.get("rel", "noopener noreferrer") == "noopener noreferrer"
        assert "href" not in given or LEADS.match(given["href"] or ""), given
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> would close what is around it on the page"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        assert not NEVER_SHOWN.search(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a section: {data}")

"""Text as it is stored: one clean line for titles, sanitised HTML with its plain text beside it for bodies."""

from __future__ import annotations

import html
import re
import unicodedata
from html.parser import HTMLParser

import nh3

from boards.text.normalize import plain_shape

TITLE_MAX_CHARACTERS = 200
BODY_MAX_BYTES = 64 * 1024
STORED_MAX_BYTES = 2 * BODY_MAX_BYTES  # sanitising lengthens what it keeps: `&amp;`, the `rel` of links

_BLOCKS = {"p", "li", "h3", "h4", "blockquote", "pre", "br", "hr", "ul", "ol"}
_TAGS = {*_BLOCKS, "strong", "em", "u", "s", "a", "code"}
_LINK = re.compile(r"(?:https?://[^/\s]|mailto:|tel:|/cards/\d+\Z)", re.IGNORECASE)
# Embeddings, overrides and isolates (UAX #9): they can make a text read otherwise than it is stored. LRM and RLM stay.
_BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TAG_START = re.compile(r"</?[a-zA-Z!]")
_TAG = re.compile(r"""(<[^"<>]*(?:"[^"]*"[^"<>]*)*>)""")  # of sanitised HTML, where no other < is left
_PRE_BEGINS = re.compile(r"<pre>\n+")  # of which each reading drops one
_SPACES = re.compile("[\t\n\r \u2028\u2029]+")  # not the no-break spaces of French typography


class UnfitText(ValueError):
    """A text that cannot be stored. `code` says why, `limit` how much would have fitted."""

    def __init__(self, code: str, limit: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.limit = limit


def clean_title(text: str) -> str:
    """One line: spaces folded, bidi controls dropped. Raises UnfitText: blank, too_long or bad_characters."""
    title = _SPACES.sub(" ", _BIDI_CONTROLS.sub("", _checked(text))).strip()
    if not any(unicodedata.category(character)[0] not in "ZC" for character in title):
        raise UnfitText("blank")
    if len(title) > TITLE_MAX_CHARACTERS:
        raise UnfitText("too_long", TITLE_MAX_CHARACTERS)
    return title


def clean_lines(text: str, limit: int) -> str:
    """Plain text of several lines, possibly none. Raises UnfitText: too_long or bad_characters."""
    lines = _BIDI_CONTROLS.sub("", _checked(text.replace("\r\n", "\n").replace("\r", "\n"))).split("\n")
    cleaned = "\n".join(line.rstrip() for line in lines).strip()
    if len(cleaned) > limit:
        raise UnfitText("too_long", limit)
    return cleaned


def clean_body(text: str) -> str:
    """Sanitised HTML from HTML, or from plain text whose lines become paragraphs. Raises UnfitText.

    What is sanitised is bounded in size and in shape: the sanitiser takes minutes and gigabytes for what some hostile texts would become.
    """
    _refuse_controls(text)
    if len(text.encode()) > BODY_MAX_BYTES:
        raise UnfitText("too_long", BODY_MAX_BYTES)
    if not _TAG_START.search(text):
        text = "".join(
            f"<p>{html.escape(html.unescape(line), quote=False)}</p>" for line in text.splitlines() if line.strip()
        )
    cleaned = nh3.clean(
        plain_shape(_BIDI_CONTROLS.sub("", text), _TAGS),
        tags=_TAGS,
        attributes={"a": {"href"}},
        attribute_filter=_keep_attribute,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )
    cleaned = "".join(piece if piece.startswith("<") else _fit(piece) for piece in _TAG.split(cleaned)).strip()
    cleaned = _PRE_BEGINS.sub("<pre>", cleaned)
    if "<" not in cleaned:
        cleaned = f"<p>{cleaned}</p>"
    if len(cleaned.encode()) > STORED_MAX_BYTES:
        raise UnfitText("too_long", BODY_MAX_BYTES)
    return cleaned if plain_text(cleaned) else ""


def plain_text(body_html: str) -> str:
    """The words of a body, a line for each block."""
    reader = _TextReader()
    reader.feed(body_html)
    reader.close()
    lines = (" ".join(line.split(" ")).strip() for line in "".join(reader.pieces).split("\n"))
    return "\n".join(line for line in lines if line)


def sorting_key(text: str) -> str:
    """Under which a reader of French looks a word up: neither accents nor capitals count."""
    return "".join(
        character
        for character in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.combining(character)
    )


def excerpt(body_text: str, length: int = 180) -> str:
    """The first words of a body, on one line, cut between words."""
    line = body_text[: length * 2].replace("\n", " · ")
    return line if len(line) <= length else line[:length].rsplit(" ", 1)[0].rstrip(" ·,;:") + "…"


def markdown_to_html(text: str) -> str:
    """Markdown as sanitised HTML; raw HTML in it is shown as text."""
    from markdown_it import MarkdownIt  # for what comes from elsewhere, once in a town's life

    commonmark = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("strikethrough")
    rendered = commonmark.render(_CONTROLS.sub("", text))
    rendered = re.sub(r"<(/?)h[12]>", r"<\1h3>", rendered)
    rendered = re.sub(r"<(/?)h[56]>", r"<\1h4>", rendered)
    rendered = re.sub(r'<img src="([^"]*)" alt="([^"]*)"[^>]*>', r'<a href="\1">\2</a>', rendered)
    return clean_body(rendered)


def _checked(text: str) -> str:
    _refuse_controls(text)
    return unicodedata.normalize("NFC", text)


def _refuse_controls(text: str) -> None:
    if _CONTROLS.search(text) or any("\ud800" <= character <= "\udfff" for character in text):
        raise UnfitText("bad_characters")


def _fit(words: str) -> str:
    """What stands between two tags, without what came as a character reference: `&#x202e;`. Composed by itself, for `>` has accents, too."""
    return unicodedata.normalize("NFC", _CONTROLS.sub("", _BIDI_CONTROLS.sub("", words)))


def _keep_attribute(_tag: str, attribute: str, value: str) -> str | None:
    """Only links have an attribute: they lead out by http(s), mail or telephone, or to a card, never to another of our own addresses."""
    if attribute == "href" and (
        not _LINK.match(value.strip()) or _CONTROLS.search(value) or _BIDI_CONTROLS.search(value)
    ):
        return None
    return value


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.pieces.append("\n")

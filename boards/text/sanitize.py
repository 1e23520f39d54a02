"""Clean texts before they are stored: titles as one line, bodies as sanitised HTML."""

from __future__ import annotations

import html
import re
import unicodedata

import nh3

from boards.text.html_tree import TAGS, parse_html, to_html, to_text

TITLE_MAX_CHARACTERS = 200
BODY_MAX_BYTES = 64 * 1024
STORED_MAX_BYTES = 2 * BODY_MAX_BYTES  # sanitising lengthens what it keeps: `&amp;`, the `rel` of links
LINK_REL = "noopener noreferrer"

_LINK = re.compile(r"(?:https?://[^/\s]|mailto:|tel:|/cards/\d+\Z)", re.IGNORECASE)
# Embeddings, overrides and isolates (UAX #9) can make a text read differently from what is stored. LRM and RLM stay.
_BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TAG_START = re.compile(r"</?[a-zA-Z!]")
_PRE_BEGINS = re.compile(r"<pre>\n+")  # browsers drop the first line break at each parse
_SPACES = re.compile("[\t\n\r \u2028\u2029]+")  # not the no-break spaces of French typography


class UnfitText(ValueError):
    """Text that cannot be stored: `code` names the reason, `limit` the greatest length allowed."""

    def __init__(self, code: str, limit: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.limit = limit


def clean_title(text: str) -> str:
    """Return the text as one line, without bidi controls.

    Raises UnfitText: blank, too_long or bad_characters.
    """
    title = _SPACES.sub(" ", _BIDI_CONTROLS.sub("", _checked(text))).strip()
    if not any(unicodedata.category(character)[0] not in "ZC" for character in title):
        raise UnfitText("blank")
    if len(title) > TITLE_MAX_CHARACTERS:
        raise UnfitText("too_long", TITLE_MAX_CHARACTERS)
    return title


def clean_lines(text: str, limit: int) -> str:
    """Return plain text of zero or more lines. Raises UnfitText: too_long or bad_characters."""
    lines = _BIDI_CONTROLS.sub("", _checked(text.replace("\r\n", "\n").replace("\r", "\n"))).split("\n")
    cleaned = "\n".join(line.rstrip() for line in lines).strip()
    if len(cleaned) > limit:
        raise UnfitText("too_long", limit)
    return cleaned


def clean_body(text: str) -> str:
    """Sanitise HTML, or plain text whose lines become paragraphs. Raises UnfitText.

    Size and nesting are bounded first: the sanitiser takes minutes and gigabytes for some hostile texts.
    """
    _refuse_controls(text)
    if len(text.encode()) > BODY_MAX_BYTES:
        raise UnfitText("too_long", BODY_MAX_BYTES)
    if not _TAG_START.search(text):
        text = "".join(
            f"<p>{html.escape(html.unescape(line), quote=False)}</p>" for line in text.splitlines() if line.strip()
        )
    cleaned = nh3.clean(
        to_html(parse_html(_BIDI_CONTROLS.sub("", text))),
        tags=set(TAGS),
        attributes={"a": {"href"}},
        attribute_filter=_keep_attribute,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=LINK_REL,
    )
    nodes = parse_html(cleaned, stored=True)
    cleaned = _PRE_BEGINS.sub("<pre>", to_html(nodes, LINK_REL, _without_controls).strip())
    if "<" not in cleaned:
        cleaned = f"<p>{cleaned}</p>"
    if len(cleaned.encode()) > STORED_MAX_BYTES:
        raise UnfitText("too_long", BODY_MAX_BYTES)
    return cleaned if plain_text(cleaned) else ""


def plain_text(body_html: str) -> str:
    """Return the words of a stored body, a line for each block."""
    lines = (line.strip() for line in to_text(parse_html(body_html, stored=True)).split("\n"))
    return "\n".join(line for line in lines if line)


def sorting_key(text: str) -> str:
    """Return a key that sorts as a French dictionary does, without accents or capitals."""
    return "".join(
        character
        for character in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.combining(character)
    )


def excerpt(body_text: str, length: int = 180) -> str:
    """Return the first words of a body on one line, cut between words."""
    line = body_text[: length * 2].replace("\n", " · ")
    return line if len(line) <= length else line[:length].rsplit(" ", 1)[0].rstrip(" ·,;:") + "…"


def markdown_to_html(text: str) -> str:
    """Convert Markdown to sanitised HTML; raw HTML in it is shown as text."""
    from markdown_it import MarkdownIt  # slow to import, and used by imports only

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


def _without_controls(text: str) -> str:
    """Drop what came as a character reference (`&#x202e;`), and compose accents within this text alone."""
    return unicodedata.normalize("NFC", _CONTROLS.sub("", _BIDI_CONTROLS.sub("", text)))


def _keep_attribute(_tag: str, attribute: str, value: str) -> str | None:
    """Keep links to the web, mail, telephone or a card; never to another address of this server."""
    if attribute == "href" and (
        not _LINK.match(value.strip()) or _CONTROLS.search(value) or _BIDI_CONTROLS.search(value)
    ):
        return None
    return value

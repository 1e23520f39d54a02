"""Convert texts of an export to sanitised HTML, in pieces that fit into cards' bodies."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import replace

from app.trello.formatting import NBSP, join_lines
from boards.text.html_tree import Node, parse_html, to_html
from boards.text.sanitize import (
    BODY_MAX_BYTES,
    TITLE_MAX_CHARACTERS,
    UnfitText,
    clean_body,
    clean_title,
    markdown_to_html,
)

MARKDOWN_CHARACTERS = 16_384  # Trello's own limit; rendering some texts takes quadratic time
PIECE_BYTES = 32 * 1024
PART_BYTES = BODY_MAX_BYTES - 4 * 1024  # sanitising the whole may lengthen it a little
LINE_CHARACTERS = 3000
UNTITLED = "Sans titre"

_MARKDOWN_LINK = re.compile(r'(?<!!)\[([^\[\]\n]+)\]\(<?([^)\s>]+)>?(?:\s+"[^"\n]*")?\)')
_DEFINITION = re.compile(r"^ {0,3}(\[[^\[\]\n]+\]):[ \t]*\S+[ \t]*$", re.MULTILINE)
_NAMELESS_IMAGE = re.compile(r"!\[\s*\]\(")
_EMPTY_LINK = re.compile(r"(?<!!)\[[\s\u200b\u200c\u200d]*\]\(<?([^)\s>]*)>?(?:\s+\"[^\"\n]*\")?\)")
_USABLE_LINK = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s<>\"«»“”]+", re.IGNORECASE)
_NOT_LINKED_INSIDE = {"a", "code", "pre"}


def title_of(name: str) -> tuple[str, bool]:
    """Return a valid title, and True if the name had to be cut."""
    try:
        return clean_title(name), False
    except UnfitText as error:
        if error.code != "too_long":
            return UNTITLED, False
    return clean_title(shortened(name, TITLE_MAX_CHARACTERS)), True


def shortened(text: str, length: int) -> str:
    """Return the text on one line, cut at a word with an ellipsis if too long."""
    line = join_lines(text)
    if len(line) <= length:
        return line
    cut = line[: length - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[length // 2 :] else cut).rstrip(" ,;:-") + "…"


def rich(markdown: str) -> list[str]:
    """Convert Markdown to HTML; a long text becomes several pieces, cut between paragraphs if possible."""
    if not markdown.strip():
        return []
    if len(markdown) <= MARKDOWN_CHARACTERS:
        try:
            piece = link_addresses(markdown_to_html(_nothing_hidden(markdown)))
        except UnfitText as error:
            if error.code != "too_long":
                return paragraphs(markdown)
        else:
            if len(piece.encode()) <= PIECE_BYTES:
                return [piece] if piece else paragraphs(markdown)
    if len(markdown) < 200:
        return paragraphs(markdown)
    first, rest = _halves(markdown)
    return rich(first) + rich(rest)


def without_hidden_data(markdown: str) -> tuple[str, int]:
    """Remove data that Power-Ups hide, `[](Data-eJxtj0…)`; return the text and how many there were."""
    hidden = [match for match in _EMPTY_LINK.finditer(markdown) if not _USABLE_LINK.match(match[1])]
    for match in reversed(hidden):
        markdown = markdown[: match.start()] + markdown[match.end() :]
    return markdown, len(hidden)


def paragraphs(text: str) -> list[str]:
    """Convert plain text to one paragraph per line."""
    return [f"<p>{piece}</p>" for line in text.splitlines() for piece in inline(line)]


def inline(text: str) -> list[str]:
    """Escape plain text on one line and link its addresses; a very long text becomes several pieces."""
    pieces = []
    rest = join_lines(text)
    while len(rest) > LINE_CHARACTERS:
        cut = rest.rfind(" ", LINE_CHARACTERS // 2, LINE_CHARACTERS)
        cut = cut if cut > 0 else LINE_CHARACTERS
        pieces.append(rest[:cut])
        rest = rest[cut:].lstrip()
    return [linked(piece) for piece in [*pieces, rest] if piece]


def labelled(label: str, text: str) -> list[str]:
    """Return « **Étiquettes** : urgent, sport », or nothing for an empty text."""
    first, *others = inline(text) or [""]
    shown = html.escape(join_lines(label)[:LINE_CHARACTERS], quote=False)
    return (
        [f"<p><strong>{shown}</strong>{NBSP}: {first}</p>", *(f"<p>{other}</p>" for other in others)] if first else []
    )


def item(text: str, prefix: str = "") -> list[str]:
    """Return a list item; `packed` joins adjacent items into one list."""
    first, *others = inline(text) or [""]
    return [f"<ul><li>{prefix}{first}</li></ul>", *(f"<ul><li>{other}</li></ul>" for other in others)]


def heading(text: str) -> list[str]:
    """Return a heading."""
    first, *others = inline(text)
    return [f"<h4>{first}</h4>", *(f"<p>{other}</p>" for other in others)]


def linked(text: str) -> str:
    """Escape text and link its web addresses."""
    pieces = []
    end = 0
    for match in _URL.finditer(text):
        address = _without_punctuation(match[0])
        link = f'<a href="{html.escape(address)}">{html.escape(address, quote=False)}</a>'
        pieces += [html.escape(text[end : match.start()], quote=False), link]
        end = match.start() + len(address)
    return "".join([*pieces, html.escape(text[end:], quote=False)])


def link_addresses(body_html: str) -> str:
    """Turn the bare web addresses of sanitised HTML into links, as Trello does."""
    return clean_body(to_html(_with_links(parse_html(body_html, stored=True)))) if body_html else ""


def packed(pieces: Iterable[str]) -> list[str]:
    """Join the pieces into as few bodies as possible."""
    parts: list[list[str]] = [[]]
    size = 0
    for piece in pieces:
        length = len(piece.encode())
        if parts[-1] and size + length > PART_BYTES:
            parts.append([])
            size = 0
        parts[-1].append(piece)
        size += length
    return [clean_body("".join(part).replace("</ul><ul>", "")) if part else "" for part in parts]


def _with_links(nodes: Iterable[Node]) -> Iterable[Node]:
    for node in nodes:
        if isinstance(node, str):
            yield linked(html.unescape(node))
        elif node.name in _NOT_LINKED_INSIDE:
            yield node
        else:
            yield replace(node, children=list(_with_links(node.children)))


def _nothing_hidden(markdown: str) -> str:
    """Keep readable what rendering would drop: refused links, nameless images, unused definitions."""

    def spell_out(match: re.Match[str]) -> str:
        return match[0] if _USABLE_LINK.match(match[2]) else f"{match[1]} (`{match[2]}`)"

    def keep_definition(match: re.Match[str]) -> str:
        return match[0] if markdown.count(match[1]) > 1 else match[0].replace("[", "\\[", 1)

    named = _EMPTY_LINK.sub(r"<\1>", _NAMELESS_IMAGE.sub("![image](", markdown))
    return _MARKDOWN_LINK.sub(spell_out, _DEFINITION.sub(keep_definition, named))


def _halves(text: str) -> tuple[str, str]:
    middle = len(text) // 2
    for mark in ("\n\n", "\n", " "):
        cut = text.rfind(mark, len(text) // 4, middle)
        if cut > 0:
            return text[:cut], text[cut:]
    return text[:middle], text[middle:]


def _without_punctuation(address: str) -> str:
    address = address.rstrip(".,;:!?'’*_")
    while address.endswith(")") and address.count(")") > address.count("("):
        address = address[:-1].rstrip(".,;:!?'’*_")
    return address

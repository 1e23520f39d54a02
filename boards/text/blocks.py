"""Turn a body into blocks of text, from which it is printed, mailed or copied."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from html import unescape
from itertools import count, repeat

from boards.text.html_tree import Element, Node, parse_html

_FOLDED = re.compile("[\t\n\r ]+")  # not the no-break spaces of French typography
_CARD_LINK = re.compile(r"/cards/\d+")
_BOUNDARIES = {"p", "h3", "h4", "pre", "li", "ul", "ol", "blockquote", "hr"}  # a block ends where they end
_STYLES = {"strong": "bold", "em": "italic", "u": "underlined", "s": "struck", "code": "code"}


class Form(StrEnum):
    """Kind of a block."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    ITEM = "item"
    CODE = "code"
    RULE = "rule"


@dataclass(frozen=True)
class Run:
    """Words of one style; `check_address` is where an outgoing link leads."""

    text: str
    styles: frozenset[str] = frozenset()
    address: str | None = None


@dataclass
class Block:
    """A paragraph, heading or list item.

    `depth` counts the lists and quotations around it; `marker` is « • » or « 2. ».
    """

    form: Form
    depth: int = 0
    marker: str = ""
    quoted: bool = False
    runs: list[Run] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return its words without styles."""
        return "".join(run.text for run in self.runs)


def blocks_of(body_html: str) -> list[Block]:
    """Return the blocks of a stored body; links to other cards, useless to residents, lose their address."""
    builder = _Builder()
    builder.read(parse_html(body_html, stored=True), _Context())
    for block in builder.blocks:
        _trim(block)
    return [block for block in builder.blocks if block.form is Form.RULE or block.text.strip()]


def as_text(body_html: str) -> str:
    """Return a body as plain text with blank lines, list markers and the addresses of links."""
    pieces: list[str] = []
    blocks = blocks_of(body_html)
    for before, block in zip([None, *blocks], blocks, strict=False):
        if before is not None:
            pieces.append("\n" if block.form is before.form is Form.ITEM else "\n\n")
        pieces.append(_line(block))
    return "".join(pieces)


def _line(block: Block) -> str:
    if block.form is Form.RULE:
        return "---"
    indent = "  " * max(block.depth - 1, 0) if block.form is Form.ITEM else ""
    mark = f"{block.marker} " if block.marker else ""
    words = "".join(map(_with_address, _merge_links(block.runs)))
    return indent + mark + words.replace("\n", "\n" + " " * len(indent + mark))


def _merge_links(runs: list[Run]) -> list[Run]:
    """Merge the runs of one link, whatever their styles."""
    merged: list[Run] = []
    for run in runs:
        if merged and run.address and merged[-1].address == run.address:
            merged[-1] = Run(merged[-1].text + run.text, address=run.address)
        else:
            merged.append(run)
    return merged


def _with_address(run: Run) -> str:
    """Return the words, followed by the address unless they already contain it."""
    address = (run.address or "").removeprefix("mailto:").removeprefix("tel:")
    return run.text if _bare(address) in _bare(run.text) else f"{run.text} ({address})"


def _bare(text: str) -> str:
    return re.sub(r"^https?://|/$", "", re.sub("[ .\u00a0\u202f-]", "", text.casefold()))


def _trim(block: Block) -> None:
    """Strip spaces at both ends."""
    if block.form is Form.CODE or not block.runs:
        return
    first = block.runs[0]
    block.runs[0] = Run(first.text.lstrip(" \n"), first.styles, first.address)
    last = block.runs[-1]
    block.runs[-1] = Run(last.text.rstrip(" \n"), last.styles, last.address)


@dataclass(frozen=True)
class _Context:
    """Properties that a node inherits from the elements around it."""

    depth: int = 0
    quoted: bool = False
    markers: Iterator[str] = field(default_factory=lambda: repeat("•"))
    styles: frozenset[str] = frozenset()
    address: str | None = None


class _Builder:
    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._open: Block | None = None

    def read(self, nodes: Iterable[Node], context: _Context) -> None:
        for node in nodes:
            if isinstance(node, str):
                self._read_text(unescape(node), context)
                continue
            self._begin_element(node, context)
            self.read(node.children, _inside(node, context))
            if node.name in _BOUNDARIES:
                self._open = None

    def _begin_element(self, element: Element, context: _Context) -> None:
        match element.name:
            case "p" if self._open is None or self._open.form is not Form.ITEM or self._open.runs:
                self._begin(Form.PARAGRAPH, context)
            case "h3" | "h4":
                self._begin(Form.HEADING, context)
            case "pre":
                self._begin(Form.CODE, context)
            case "li":
                self._begin(Form.ITEM, context, next(context.markers))
            case "hr":
                self._begin(Form.RULE, context)
            case "br":
                self._add("\n", context)
            case "ul" | "ol" | "blockquote":
                self._open = None

    def _read_text(self, text: str, context: _Context) -> None:
        block = self._open
        if block is None or block.form is not Form.CODE:
            text = _FOLDED.sub(" ", text)
            if text == " " and (block is None or not block.runs):
                return  # between blocks
            if block is not None and block.runs and block.runs[-1].text.endswith((" ", "\n")):
                text = text.lstrip(" ")
        self._add(text, context)

    def _add(self, text: str, context: _Context) -> None:
        block = self._open or self._begin(Form.PARAGRAPH, context)
        if text:
            block.runs.append(Run(text, context.styles, context.address))

    def _begin(self, form: Form, context: _Context, marker: str = "") -> Block:
        self._open = Block(form, context.depth, marker, context.quoted)
        self.blocks.append(self._open)
        return self._open


def _inside(element: Element, context: _Context) -> _Context:
    """Return the context of an element's content."""
    match element.name:
        case "ul":
            return replace(context, depth=context.depth + 1, markers=repeat("•"))
        case "ol":
            return replace(context, depth=context.depth + 1, markers=(f"{number}." for number in count(1)))
        case "blockquote":
            return replace(context, depth=context.depth + 1, quoted=True)
        case "a":
            return replace(context, address=None if _CARD_LINK.match(element.href) else element.href or None)
        case name if name in _STYLES:
            return replace(context, styles=context.styles | {_STYLES[name]})
    return context

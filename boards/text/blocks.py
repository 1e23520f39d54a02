"""A body as blocks of text: what is printed, mailed or copied is made from these, not from HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from html.parser import HTMLParser

_FOLDED = re.compile("[\t\n\r ]+")  # not the no-break spaces of French typography
_CARD_LINK = re.compile(r"/cards/\d+")
_STYLES = {"strong": "bold", "em": "italic", "u": "underlined", "s": "struck", "code": "code"}


class Form(StrEnum):
    """What a block is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    ITEM = "item"
    CODE = "code"
    RULE = "rule"


@dataclass(frozen=True)
class Run:
    """Words of one look; `address` where they lead out of here."""

    text: str
    styles: frozenset[str] = frozenset()
    address: str | None = None


@dataclass
class Block:
    """A paragraph, a heading, an item of a list… `depth`: in how many lists and quotations it stands; `marker`: « • », « 2. »."""

    form: Form
    depth: int = 0
    marker: str = ""
    quoted: bool = False
    runs: list[Run] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


def blocks_of(body_html: str) -> list[Block]:
    """The blocks of a body that was sanitised, from the top. Links to other cards lose their address: it leads residents nowhere."""
    reader = _Reader()
    reader.feed(body_html)
    reader.close()
    for block in reader.blocks:
        _trim(block)
    return [block for block in reader.blocks if block.form is Form.RULE or block.text.strip()]


def as_text(body_html: str) -> str:
    """A body as plain text to be read: a line between paragraphs, lists with their marks, the addresses of links beside them."""
    pieces: list[str] = []
    before: Block | None = None
    for block in blocks_of(body_html):
        if before is not None:
            tight = block.form is before.form is Form.ITEM
            pieces.append("\n" if tight else "\n\n")
        pieces.append(_line(block))
        before = block
    return "".join(pieces)


def _line(block: Block) -> str:
    if block.form is Form.RULE:
        return "---"
    indent = "  " * max(block.depth - 1, 0) if block.form is Form.ITEM else ""
    mark = f"{block.marker} " if block.marker else ""
    words = "".join(map(_said, _links_whole(block.runs)))
    return indent + mark + words.replace("\n", "\n" + " " * len(indent + mark))


def _links_whole(runs: list[Run]) -> list[Run]:
    """Runs of one link as one, whatever changes of look it holds."""
    whole: list[Run] = []
    for run in runs:
        if whole and run.address and whole[-1].address == run.address:
            whole[-1] = Run(whole[-1].text + run.text, address=run.address)
        else:
            whole.append(run)
    return whole


def _said(run: Run) -> str:
    """The words, and the address where it says more than they do."""
    address = (run.address or "").removeprefix("mailto:").removeprefix("tel:")
    return run.text if _bare(address) in _bare(run.text) else f"{run.text} ({address})"


def _bare(text: str) -> str:
    return re.sub(r"^https?://|/$", "", re.sub("[ .\u00a0\u202f-]", "", text.casefold()))


def _trim(block: Block) -> None:
    """No spaces at the ends."""
    if block.form is Form.CODE or not block.runs:
        return
    first = block.runs[0]
    block.runs[0] = Run(first.text.lstrip(" \n"), first.styles, first.address)
    last = block.runs[-1]
    block.runs[-1] = Run(last.text.rstrip(" \n"), last.styles, last.address)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._open: Block | None = None
        self._styles: list[str] = []
        self._address: str | None = None
        self._lists: list[int | None] = []  # the number of the last item; None: not numbered
        self._quotes = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        match tag:
            case "p":
                if self._open is None or self._open.form is not Form.ITEM or self._open.runs:
                    self._begin(Form.PARAGRAPH)
            case "h3" | "h4":
                self._begin(Form.HEADING)
            case "pre":
                self._begin(Form.CODE)
            case "ul" | "ol":
                self._lists.append(0 if tag == "ol" else None)
                self._open = None
            case "li":
                self._begin(Form.ITEM, self._next_marker())
            case "blockquote":
                self._quotes += 1
                self._open = None
            case "hr":
                self._begin(Form.RULE)
                self._open = None
            case "br":
                self._add("\n")
            case "a":
                href = dict(attributes).get("href") or ""
                self._address = None if not href or _CARD_LINK.match(href) else href
            case _ if tag in _STYLES:
                self._styles.append(_STYLES[tag])

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "p" | "h3" | "h4" | "pre" | "li":
                self._open = None
            case "ul" | "ol":
                self._lists = self._lists[:-1]
                self._open = None
            case "blockquote":
                self._quotes = max(0, self._quotes - 1)
                self._open = None
            case "a":
                self._address = None
            case _ if tag in _STYLES and _STYLES[tag] in self._styles:
                self._styles.remove(_STYLES[tag])

    def handle_data(self, data: str) -> None:
        block = self._open
        if block is not None and block.form is Form.CODE:
            self._add(data)
            return
        words = _FOLDED.sub(" ", data)
        if words == " " and (block is None or not block.runs):
            return  # between blocks
        if block is not None and block.runs and block.runs[-1].text.endswith((" ", "\n")):
            words = words.lstrip(" ")
        self._add(words)

    def _add(self, words: str) -> None:
        block = self._open or self._begin(Form.PARAGRAPH)
        if words:
            block.runs.append(Run(words, frozenset(self._styles), self._address))

    def _begin(self, form: Form, marker: str = "") -> Block:
        self._open = Block(form, len(self._lists) + self._quotes, marker, quoted=self._quotes > 0)
        self.blocks.append(self._open)
        return self._open

    def _next_marker(self) -> str:
        if not self._lists or (number := self._lists[-1]) is None:
            return "•"
        self._lists[-1] = number + 1
        return f"{number + 1}."

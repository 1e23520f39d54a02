"""Parse HTML into a tree of the elements that a body may hold, in linear time and bounded depth.

Sanitisers parse as browsers do: unclosed formatting is opened again in every following paragraph,
and each opened element searches all open ones: 20 kB of `<p><strong a1>…` became 8 MB in three
seconds. The HTML written from this tree has no such effect.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape

DEPTH = 24
STORED_DEPTH = 200  # for bodies stored before DEPTH was enforced

BLOCKS = frozenset({"p", "li", "h3", "h4", "blockquote", "pre", "br", "hr", "ul", "ol"})
TAGS = BLOCKS | {"strong", "em", "u", "s", "a", "code"}
_EMPTY = {"br", "hr"}
_LISTS = {"ul", "ol"}
_HEADINGS = {"h3", "h4"}
_SWALLOWED = {"script", "style"}  # dropped with their content

_MARKUP = re.compile(r"<(?:!--|[!?]|(/?)([a-zA-Z][^\s/>]*))")
_ATTRIBUTE = re.compile(r"""[\s/]*([^\s/>=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>]*))?|[\s/=]+""")


@dataclass
class Element:
    """An element; of its attributes only a link's `href` is kept, as written in the source."""

    name: str
    attributes: str = ""
    children: list[Node] = field(default_factory=list)

    @property
    def href(self) -> str:
        """Return the address of a link in a sanitised body, or an empty string."""
        return unescape(self.attributes.removeprefix(' href="').removesuffix('"'))


Node = Element | str  # text stays HTML source: its character references are not decoded


def parse_html(source: str, *, stored: bool = False) -> list[Node]:
    """Return the top nodes; elements not in TAGS, or too deep, leave only their content.

    A stored body is read as nested; other sources close `p`, `li`, headings and links as browsers do.
    """
    depth = STORED_DEPTH if stored else DEPTH
    root = Element("")
    stack = [root]
    for text, name, closes, attributes in _tokens(source):
        if text:
            stack[-1].children.append(text)
        elif name in TAGS and closes:
            _close(stack, name)
        elif name in TAGS:
            if not stored:
                _close_implied(stack, name)
            if name in _EMPTY or len(stack) <= depth:
                stack[-1].children.append(element := Element(name, attributes))
                stack += [] if name in _EMPTY else [element]
    return root.children


def to_html(nodes: Iterable[Node], link_rel: str = "", text: Callable[[str], str] = str) -> str:
    """Write the nodes as HTML: `link_rel` is added to each link, `text` applied to each piece of text."""
    pieces: list[str] = []
    for node in nodes:
        if isinstance(node, str):
            pieces.append(text(node))
        else:
            rel = f' rel="{link_rel}"' if link_rel and node.name == "a" else ""
            pieces.append(f"<{node.name}{node.attributes}{rel}>{to_html(node.children, link_rel, text)}")
            pieces += [] if node.name in _EMPTY else [f"</{node.name}>"]
    return "".join(pieces)


def to_text(nodes: Iterable[Node]) -> str:
    """Return the decoded text, with a line break where a block begins and where it ends."""
    pieces = []
    for node in nodes:
        if isinstance(node, str):
            pieces.append(unescape(node))
        else:
            edge = "\n" if node.name in BLOCKS else ""
            pieces.append(f"{edge}{to_text(node.children)}{edge}")
    return "".join(pieces)


def _tokens(source: str) -> Iterator[tuple[str, str, bool, str]]:
    """Yield pieces of text, and tags: (text, tag name, whether it closes, a link's `href` attribute)."""
    at = 0
    while found := _MARKUP.search(source, at):
        yield source[at : found.start()], "", False, ""
        name = (found[2] or "").lower()
        if name:
            at, href = _end_of_tag(source, found.end())
            yield "", name, bool(found[1]), href if name == "a" else ""
            if name in _SWALLOWED and not found[1]:
                at = _after(source, ">", _after(source, f"</{name}", at))
        else:
            at = _after(source, "-->" if found[0] == "<!--" else ">", found.end())
    yield source[at:], "", False, ""


def _end_of_tag(source: str, at: int) -> tuple[int, str]:
    """Return the index after the tag, and its `href` attribute as written."""
    href = ""
    while (attribute := _ATTRIBUTE.match(source, at)) and attribute.end() > at:
        at = attribute.end()
        if not href and (attribute[1] or "").lower() == "href" and attribute[2]:
            href = f" href={attribute[2]}"
    return _after(source, ">", at), href


def _after(source: str, mark: str, at: int) -> int:
    """Return the index after the next `mark` in any case, or the end of the source."""
    found = re.compile(re.escape(mark), re.IGNORECASE).search(source, at)
    return found.end() if found else len(source)


def _close_implied(stack: list[Element], name: str) -> None:
    """Close what a browser closes when this element begins."""
    if name == "a":
        _close(stack, "a")
    elif name in BLOCKS and name != "br":
        _close(stack, "p")
        if name == "li":
            _close(stack, "li", outside=_LISTS)
        elif name in _HEADINGS and stack[-1].name in _HEADINGS:
            stack.pop()


def _close(stack: list[Element], name: str, outside: Collection[str] = ()) -> None:
    """Close the innermost open element of this name, unless it lies outside one of these."""
    for place in range(len(stack) - 1, 0, -1):
        if stack[place].name == name:
            del stack[place:]
            return
        if stack[place].name in outside:
            return

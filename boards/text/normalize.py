"""HTML brought into a plain shape before it is sanitised: known elements only, each closed in its turn, no deeper than anybody writes.

A sanitiser parses as browsers do. Formatting that is never closed is then opened anew in each paragraph that follows, and everything
that opens looks through all that is open: 20 kB of `<p><strong a1>…` became 8 MB in three seconds. What comes out of here holds no such
surprise, and is still to be sanitised.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

DEPTH = 24

_MARKUP = re.compile(r"<(?:!--|[!?]|(/?)([a-zA-Z][^\s/>]*))")
_ATTRIBUTE = re.compile(r"""[\s/]*([^\s/>=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>]*))?|[\s/=]+""")
_FORMATTING = {"strong", "em", "u", "s", "code", "a"}
_EMPTY = {"br", "hr"}
_LISTS = {"ul", "ol"}
_SWALLOWED = {"script", "style"}  # with what they hold


def plain_shape(text: str, tags: Collection[str]) -> str:
    """The text with these tags only, without attributes but the links' `href`. In a time that grows with its length."""
    pieces: list[str] = []
    stack: list[str] = []
    for piece, name, closes in _pieces(text):
        if not name:
            pieces.append(piece)
        elif name not in tags:
            continue
        elif closes:
            if name in stack:
                pieces += _close_back_to(stack, name)
        else:
            pieces += _close_what_it_ends(stack, name)
            if name in _EMPTY:
                pieces.append(piece)
            elif len(stack) < DEPTH:
                stack.append(name)
                pieces.append(piece)
    return "".join([*pieces, *(f"</{name}>" for name in reversed(stack))])


def _pieces(text: str) -> Iterator[tuple[str, str, bool]]:
    """Text as it stands, and tags without their attributes: (piece, the tag's name if it is one, whether it closes)."""
    at = 0
    while found := _MARKUP.search(text, at):
        yield text[at : found.start()], "", False
        name = (found[2] or "").lower()
        if name:
            at, address = _end_of_tag(text, found.end())
            yield f"<{name}{address if name == 'a' else ''}>", name, bool(found[1])
            if name in _SWALLOWED and not found[1]:
                at = _behind(text, ">", _behind(text, f"</{name}", at))
        else:
            at = _behind(text, "-->" if found[0] == "<!--" else ">", found.end())
    yield text[at:], "", False


def _end_of_tag(text: str, at: int) -> tuple[int, str]:
    """Where the tag ends, and its `href` as it is written."""
    address = ""
    while (attribute := _ATTRIBUTE.match(text, at)) and attribute.end() > at:
        at = attribute.end()
        if not address and (attribute[1] or "").lower() == "href" and attribute[2]:
            address = f" href={attribute[2]}"
    return _behind(text, ">", at), address


def _behind(text: str, sign: str, at: int) -> int:
    """Behind the next such sign, in small letters or large; the end of the text when there is none."""
    found = re.compile(re.escape(sign), re.IGNORECASE).search(text, at)
    return found.end() if found else len(text)


def _close_what_it_ends(stack: list[str], name: str) -> list[str]:
    """What an element ends by beginning, as browsers have it: a block its paragraph, an item the one before, a link the link around it."""
    if name == "a":
        return _close_back_to(stack, "a") if "a" in stack else []
    if name in _FORMATTING or name == "br":
        return []
    closed = _close_back_to(stack, "p") if "p" in stack else []
    if name == "li":
        inner = max((place for place, each in enumerate(stack) if each in _LISTS), default=-1)
        if "li" in stack[inner + 1 :]:
            closed += _close_back_to(stack, "li")
    if name in ("h3", "h4") and stack and stack[-1] in ("h3", "h4"):
        closed += _close_back_to(stack, stack[-1])
    return closed


def _close_back_to(stack: list[str], name: str) -> list[str]:
    """Close the innermost element of this name, and what stands open within."""
    closed = []
    while True:
        innermost = stack.pop()
        closed.append(f"</{innermost}>")
        if innermost == name:
            return closed

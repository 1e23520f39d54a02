"""Link telephone numbers, mail addresses and web addresses in plain text."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_SPACE = "[ .\u00a0\u202f-]"
_FOLLOWED = re.compile(
    r"(?P<link>https?://[^\s<>\"«»]+[^\s<>\"«».,;:!?)\]])"
    r"|(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    rf"|(?P<phone>(?<![\w+])(?:\+33{_SPACE}?|0)[1-9](?:{_SPACE}?\d\d){{4}}(?!\d))"
)


def with_links(text: str) -> Markup:
    """Return the text as escaped HTML with links, and `<br>` for line breaks."""
    return Markup("<br>").join(_line(line) for line in text.split("\n"))


def _line(line: str) -> Markup:
    pieces, end = [], 0
    for found in _FOLLOWED.finditer(line):
        pieces += [escape(line[end : found.start()]), _link(found)]
        end = found.end()
    return Markup("").join([*pieces, escape(line[end:])])


def _link(found: re.Match[str]) -> Markup:
    words = found[0]
    if found["link"]:
        return Markup('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>').format(words, words)
    if found["email"]:
        return Markup('<a href="mailto:{}">{}</a>').format(words, words)
    return Markup('<a href="tel:{}">{}</a>').format(re.sub(r"[^\d+]", "", words), words)

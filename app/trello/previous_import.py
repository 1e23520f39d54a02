"""Comments that an earlier import brought: Trello gives 1,000 actions at most, so a later export may have lost the oldest."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from app.trello.formatting import NBSP
from boards.text.sanitize import clean_body

HISTORY_LIMIT = 1000

# Must match what CardText writes in front of each comment, once it is sanitised.
_HEAD = re.compile(rf"<p><strong>[^<]*</strong>, (?:le [^<]+|date inconnue)(?:{NBSP}|&nbsp;):</p>(?=\s*<blockquote>)")
_TELLING_CHARACTERS = 300


def comments_in(body_html: str) -> list[str]:
    """The comments at the end of an imported body, each as it stands there."""
    starts = [match.start() for match in _HEAD.finditer(body_html)]
    return [body_html[start:end] for start, end in pairwise([*starts, len(body_html)])]


def vanished(earlier: Iterable[str], comments: Iterable[list[str]]) -> list[str]:
    """Those of an earlier import that are not among the comments, whatever their authors are called by now."""
    known = {_telling(clean_body("".join(pieces[:2]))) for pieces in comments}
    return [block for block in earlier if _telling(block) not in known]


def _telling(block: str) -> str:
    return block.partition("</strong>")[2][:_TELLING_CHARACTERS].replace(NBSP, "&nbsp;")

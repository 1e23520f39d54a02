"""Keep comments of a previous import: Trello exports 1,000 actions at most, so old ones may be gone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from app.trello.formatting import NBSP
from boards.text.sanitize import clean_body

HISTORY_LIMIT = 1000

# Must match the sanitised head that CardText writes before each comment.
_HEAD = re.compile(rf"<p><strong>[^<]*</strong>, (?:le [^<]+|date inconnue)(?:{NBSP}|&nbsp;):</p>(?=\s*<blockquote>)")
_IDENTIFYING_CHARACTERS = 300


def comments_in(body_html: str) -> list[str]:
    """Return the comments at the end of an imported body, as stored."""
    starts = [match.start() for match in _HEAD.finditer(body_html)]
    return [body_html[start:end] for start, end in pairwise([*starts, len(body_html)])]


def missing_comments(earlier: Iterable[str], comments: Iterable[list[str]]) -> list[str]:
    """Return the earlier comments that are not among these, whatever their authors' names now."""
    known = {_identifying_text(clean_body("".join(pieces[:2]))) for pieces in comments}
    return [block for block in earlier if _identifying_text(block) not in known]


def _identifying_text(block: str) -> str:
    return block.partition("</strong>")[2][:_IDENTIFYING_CHARACTERS].replace(NBSP, "&nbsp;")

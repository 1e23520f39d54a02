"""Numbers as forms and addresses send them: text that anybody may have written."""

from __future__ import annotations

_DIGITS_AT_MOST = 18  # what a database stores for certain; Python itself refuses to read thousands


def parse_id(text: str | None) -> int | None:
    """The number that the text is in plain digits; None when it is anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= _DIGITS_AT_MOST else None

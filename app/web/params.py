"""Parse numbers sent in forms and addresses."""

from __future__ import annotations

_DIGITS_AT_MOST = 18  # what a database stores for certain; Python itself refuses to read thousands


def parse_id(text: str | None) -> int | None:
    """Return the number written in plain digits; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= _DIGITS_AT_MOST else None

"""Define the signals on sign-ins."""

from __future__ import annotations

from collections.abc import Iterable

from blinker import Signal

# Sent when a browser's sign-in has ended, with `sign_in_id=int`.
sign_in_ended = Signal()


def announce_ended(sign_in_ids: Iterable[int]) -> None:
    """Send `sign_in_ended` for each of these sign-ins."""
    for sign_in_id in sign_in_ids:
        sign_in_ended.send(None, sign_in_id=sign_in_id)

"""Announce what happens to sign-ins, so that other packages can react."""

from blinker import Signal

# Sent when a browser’s sign-in has ended, with `sign_in_id=int`.
sign_in_ended = Signal()

"""Define the signals on sign-ins."""

from blinker import Signal

# Sent when a browser's sign-in has ended, with `sign_in_id=int`.
sign_in_ended = Signal()

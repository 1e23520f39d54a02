"""Return freed memory to the operating system."""

from __future__ import annotations

import ctypes


def trim_memory() -> None:
    """Return to the system what was only needed for a moment. The C library keeps it otherwise; looking takes less than a millisecond."""
    if (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:  # glibc's alone
        trim(0)

"""What keeps a serving process small."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def as_if_absent(*optional: str) -> Iterator[None]:
    """Have what is imported meanwhile find these libraries missing: it can do without them, and they hold megabytes. Later imports find them."""
    hidden = [name for name in optional if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # Python takes it for « there is no such module »
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def give_back() -> None:
    """Return to the system what was only needed for a moment. The C library keeps it otherwise; looking takes less than a millisecond."""
    if (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:  # glibc's alone
        trim(0)

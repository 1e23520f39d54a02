"""Read and write strict JSON (RFC 8259): no NaN or Infinity, bounded nesting."""

from __future__ import annotations

import json
from typing import Any, NoReturn


class Malformed(ValueError):
    """Report a text that is not valid JSON."""


def loads(text: str | bytes, *, unique_keys: bool = False, **_options: Any) -> Any:
    """Parse a JSON text. Raises Malformed, also for duplicate keys with `unique_keys`."""
    try:
        return json.loads(text, parse_constant=_refuse, object_pairs_hook=_unique if unique_keys else None)
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from error


def dumps(value: Any, **_options: Any) -> str:
    """Write a value as compact JSON."""
    return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")

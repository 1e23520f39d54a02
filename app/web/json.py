"""JSON as the standard has it (RFC 8259): no NaN or Infinity in or out, no nesting that exhausts the stack."""

from __future__ import annotations

import json
from typing import Any, NoReturn


class Malformed(ValueError):
    """Not a JSON text."""


def loads(text: str | bytes, *, unique_keys: bool = False, **_options: Any) -> Any:
    """Parse a JSON text. Raises Malformed, also for NaN, Infinity and bottomless nesting; `unique_keys`: also for a key that stands twice."""
    try:
        return json.loads(text, parse_constant=_refuse, object_pairs_hook=_unique if unique_keys else None)
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from error


def dumps(value: Any, **_options: Any) -> str:
    return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")

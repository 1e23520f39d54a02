"""JSON as the standard has it (RFC 8259): no NaN or Infinity in or out, no nesting that exhausts the stack."""

from __future__ import annotations

import json
from typing import Any, NoReturn


class Malformed(ValueError):
    """Not a JSON text."""


def loads(text: str | bytes, **_options: Any) -> Any:
    """Parse a JSON text. Raises Malformed, also for NaN, Infinity and bottomless nesting."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from error


def dumps(value: Any, **_options: Any) -> str:
    return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")

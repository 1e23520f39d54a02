"""Build options for WTForms select fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs do not know WTForms 3.3 yet


def choices(options: Iterable[tuple[str, Any]]) -> Any:
    """Turn (value, label) pairs into options; labels may be lazy."""
    return [SelectChoice(value, words) for value, words in options]

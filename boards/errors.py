"""Define refusals as codes; the interface turns them into sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class Refusal(Exception):
    """Refuse a request without altering anything. `code` says why, `facts` hold values for the sentence."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class NotFound(Refusal):
    """Refuse access to something unknown or hidden; callers cannot tell which."""


class Forbidden(Refusal):
    """Refuse an act on something that the person may see but not alter."""


class Conflict(Refusal):
    """Refuse an act that is no longer possible: archived target, concurrent edit, reused key."""


class Busy(Refusal):
    """Report that the database cannot write now; the same request may be sent again."""


@dataclass(frozen=True)
class FieldError:
    """Describe one invalid field of a command: its path, why, and the limits exceeded."""

    field: str
    code: str
    facts: dict[str, Any]


class Invalid(Refusal):
    """Refuse a malformed command, field by field."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__("invalid_command")
        self.errors = errors

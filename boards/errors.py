"""What a board refuses, and why: a code that the interface words, never a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class Refusal(Exception):
    """A request that alters nothing. `code` says why; `facts` are what a person needs to go on."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class NotFound(Refusal):
    """Unknown, or hidden from this person: the two are not told apart."""


class Forbidden(Refusal):
    """Seen, but not allowed."""


class Conflict(Refusal):
    """No longer possible: the target was archived, edited meanwhile, or the key was used for something else."""


class Busy(Refusal):
    """The database cannot write right now; the same request may be sent again."""


@dataclass(frozen=True)
class FieldError:
    """One field of a command that is wrong: where, why, and the limits that were passed."""

    field: str
    code: str
    facts: dict[str, Any]


class Invalid(Refusal):
    """A command that is not well formed, field by field."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__("invalid_command")
        self.errors = errors

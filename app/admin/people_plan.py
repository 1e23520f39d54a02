"""Describe what an import of people will do to each line."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class LineVerdict(StrEnum):
    """Outcome planned for a line."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass
class Line:
    """The outcome planned for one line of the file, and why."""

    number: int
    email: str
    name: str
    verdict: LineVerdict
    words: list[str] = field(default_factory=list)
    wanted: dict[str, Any] = field(default_factory=dict)


@dataclass
class Plan:
    """The outcome planned for the whole file."""

    lines: list[Line]
    new_services: dict[str, str]  # name by plain name
    made: dict[str, str] = field(default_factory=dict)  # slugs of the created ones

    @property
    def totals(self) -> Counter[LineVerdict]:
        """Count lines by outcome."""
        return Counter(line.verdict for line in self.lines)

    @property
    def refused_first(self) -> list[Line]:
        """List the lines, those to correct first."""
        return sorted(self.lines, key=lambda line: line.verdict != LineVerdict.REFUSED)

    @property
    def refused(self) -> bool:
        """Return True if any line is refused."""
        return LineVerdict.REFUSED in self.totals

    @property
    def does_something(self) -> bool:
        """Return True if the import would write anything."""
        return bool({LineVerdict.CREATED, LineVerdict.CHANGED} & self.totals.keys())

    @property
    def digest(self) -> str:
        """Hash the plan, to detect that people changed since it was shown."""
        shown = [[line.number, line.email, line.verdict, line.words, line.wanted] for line in self.lines]
        return hashlib.sha256(json.dumps([shown, self.new_services], default=str).encode()).hexdigest()


class Outdated(Exception):
    """Raised when the plan is no longer the one that was shown; holds the new one."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("outdated")
        self.plan = plan

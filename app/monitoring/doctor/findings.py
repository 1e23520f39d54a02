"""Define findings: well, to watch, or wrong, in French and with advice."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class FindingState(Enum):
    """Rate a finding."""

    WELL = "bien"
    WATCH = "à surveiller"
    WRONG = "à corriger"


@dataclass(frozen=True)
class Finding:
    """Describe one thing that was checked."""

    state: FindingState
    subject: str
    told: str
    advice: str = ""


def well(subject: str, told: str) -> Finding:
    """Report that all is well."""
    return Finding(FindingState.WELL, subject, told)


def watch(subject: str, told: str, advice: str) -> Finding:
    """Report what is worth watching."""
    return Finding(FindingState.WATCH, subject, told, advice)


def wrong(subject: str, told: str, advice: str) -> Finding:
    """Report what must be corrected."""
    return Finding(FindingState.WRONG, subject, told, advice)

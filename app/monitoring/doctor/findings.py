"""What the doctor finds: well, to be watched, or wrong; in French, and with what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    WELL = "bien"
    WATCH = "à surveiller"
    WRONG = "à corriger"


@dataclass(frozen=True)
class Finding:
    state: State
    subject: str
    told: str
    advice: str = ""


def well(subject: str, told: str) -> Finding:
    return Finding(State.WELL, subject, told)


def watch(subject: str, told: str, advice: str) -> Finding:
    return Finding(State.WATCH, subject, told, advice)


def wrong(subject: str, told: str, advice: str) -> Finding:
    return Finding(State.WRONG, subject, told, advice)

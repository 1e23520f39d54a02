"""What happened, written down as it happened: every request with when it was sent and answered, everything each client took in, and the log as the database holds it.

All moments are those of one monotonic clock, that of the process that writes this down; the clocks of servers play no part in it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

NEVER = float("inf")

Card = tuple[str, int]  # title, version
View = dict[int, list[tuple[int, Card]]]  # column → its cards from the top


@dataclass
class Operation:
    """One thing that a client wanted, however often it had to be sent."""

    client: str
    command: dict[str, Any]  # what was sent, without its key; {} for a reading of the board
    key: str
    invoked: float
    completed: float = NEVER
    status: int = 0  # of the last answer; 0: none
    code: str = ""  # why it was refused
    seqs: list[int] = field(default_factory=list)  # what each successful answer said, repeated ones included
    attempts: int = 0
    board: View | None = None  # what a reading found

    @property
    def reads(self) -> bool:
        return not self.command

    @property
    def done(self) -> bool:
        return bool(self.seqs)


@dataclass(frozen=True)
class Entry:
    """One row of the board's log."""

    seq: int
    key: str | None
    type: str
    cards: tuple[int, ...]  # those it touched


@dataclass(frozen=True)
class Taken:
    """What a client took into its page: one change (`page` False), or the whole board as it was at that seq."""

    seq: int
    page: bool


@dataclass(frozen=True)
class Row:
    """A card as the database holds it."""

    id: int
    column: int
    rank: str
    title: str
    version: int
    archived: bool


@dataclass
class History:
    """Of one board, from `first_seq` on."""

    first_seq: int
    first_view: View
    operations: list[Operation] = field(default_factory=list)
    taken: dict[str, list[Taken]] = field(default_factory=dict)  # by client
    log: list[Entry] = field(default_factory=list)
    last_seq: int = 0  # of the board itself
    rows: list[Row] = field(default_factory=list)
    shown: dict[str, tuple[int, View]] = field(
        default_factory=dict
    )  # what each client showed in the end, and at which seq

    def begin(self, client: str, command: dict[str, Any], key: str = "") -> Operation:
        operation = Operation(client, command, key, time.monotonic())
        self.operations.append(operation)
        return operation

    def take(self, client: str, seq: int, *, page: bool = False) -> None:
        self.taken.setdefault(client, []).append(Taken(seq, page))

"""Record what happened: requests with their times, changes applied by clients, and the final log.

All times come from one monotonic clock, that of the recording process; server clocks are not used.
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
    """One command or read by a client, however often it had to be sent."""

    client: str
    command: dict[str, Any]  # without its key; {} for a read of the board
    key: str
    invoked: float
    completed: float = NEVER
    status: int = 0  # of the last response; 0: none
    code: str = ""  # problem code if refused
    seqs: list[int] = field(default_factory=list)  # `seq` of each successful response, repeats included
    attempts: int = 0
    board: View | None = None  # result of a read

    @property
    def is_read(self) -> bool:
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
    cards: tuple[int, ...]  # affected cards


@dataclass(frozen=True)
class Applied:
    """Something a client applied: one change, or (`page`) the whole board at that seq."""

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
    """The history of one board after `first_seq`."""

    first_seq: int
    first_view: View
    operations: list[Operation] = field(default_factory=list)
    applied: dict[str, list[Applied]] = field(default_factory=dict)  # by client
    log: list[Entry] = field(default_factory=list)
    last_seq: int = 0  # of the board row
    rows: list[Row] = field(default_factory=list)
    final_views: dict[str, tuple[int, View]] = field(default_factory=dict)  # by client, with its seq

    def record_request(self, client: str, command: dict[str, Any], key: str = "") -> Operation:
        operation = Operation(client, command, key, time.monotonic())
        self.operations.append(operation)
        return operation

    def record_applied(self, client: str, seq: int, *, page: bool = False) -> None:
        self.applied.setdefault(client, []).append(Applied(seq, page))

"""Check recorded histories against a sequential board, in the manner of Jepsen.

Each rule is a pure function over a recorded history (history.py) and yields one sentence per violation.

The change log numbers every change, so the order of events is known and need not be searched for. A history is
linearizable when that order (1) executes nothing before its request or after its response, and (2) gives the recorded
responses when the commands are applied one after the other to a model of the board (model.py).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator
from typing import TypeVar

from tests.faults.history import Entry, History, Operation, View
from tests.faults.model import Board, Refused

_Item = TypeVar("_Item", bound=Hashable)

# Refusals that concurrent edits can cause; any other indicates a bug in the load generator or in the product.
EXPECTED_REFUSALS = frozenset({"stale_version", "card_archived"})


def check(history: History) -> list[str]:
    """Return all violations of the rules; empty if the history is valid."""
    return [f"{rule.__name__}: {wrong}" for rule in RULES for wrong in rule(history)]


def log_has_no_gap(history: History) -> Iterator[str]:
    """Check that the log is numbered without gaps up to the board's number."""
    seqs = [entry.seq for entry in history.log]
    if seqs != list(range(history.first_seq + 1, history.first_seq + 1 + len(seqs))):
        missing = sorted(set(range(history.first_seq + 1, max(seqs, default=0))) - set(seqs))
        yield f"the numbers are not consecutive; missing {missing[:5]}, duplicated {_duplicates(seqs)[:5]}"
    if history.last_seq != history.first_seq + len(seqs):
        yield f"the board is at {history.last_seq}, its log ends at {history.first_seq + len(seqs)}"


def acknowledged_commands_are_logged_once(history: History) -> Iterator[str]:
    """Check that each acknowledged command is logged once, under the number in the response."""
    logged = _entries_by_key(history)
    for operation in history.operations:
        if operation.is_read or not operation.done:
            continue
        found = [entry.seq for entry in logged[operation.key]]
        if len(found) != 1 or set(operation.seqs) != set(found):
            yield f"{_describe(operation)} was answered with {operation.seqs} and is logged at {found}"


def log_contains_only_accepted_commands(history: History) -> Iterator[str]:
    """Check that the log contains no unknown, refused or repeated command."""
    sent = {operation.key: operation for operation in history.operations if not operation.is_read}
    for entry in history.log:
        operation = sent.get(entry.key or "")
        if operation is None:
            yield f"{entry.seq} ({entry.type}) was never sent"
        elif operation.status >= 400:
            yield f"{entry.seq} ({entry.type}) was refused with {operation.status} {operation.code}"
    for seq in _duplicates([entry.key for entry in history.log if entry.key]):
        yield f"{seq} is logged twice"


def refusals_are_expected(history: History) -> Iterator[str]:
    """Check that commands were refused only for reasons that concurrent edits can cause."""
    for operation in history.operations:
        if operation.status >= 400 and operation.code not in EXPECTED_REFUSALS:
            yield f"{_describe(operation)} was refused with {operation.status} {operation.code}"


def real_time_order_is_respected(history: History) -> Iterator[str]:
    """Check that responses precede later requests in the log order, for reads too."""
    answered = sorted((one.completed, one.seqs[0]) for one in history.operations if one.done)
    moments = [moment for moment, _seq in answered]
    highest: list[int] = []
    for _moment, seq in answered:
        highest.append(max(seq, highest[-1] if highest else seq))
    for operation in history.operations:
        before = bisect_left(moments, operation.invoked)
        if not operation.done or not before:
            continue
        seq, known = operation.seqs[0], highest[before - 1]
        if seq < known or (seq == known and not operation.is_read):
            yield f"{_describe(operation)} got {seq} although {known} had been returned before it was sent"


def sequential_replay_matches(history: History) -> Iterator[str]:
    """Replay the log on the model: commands, reads, refusals and the final state must match."""
    sent = {operation.key: operation for operation in history.operations if not operation.is_read}
    reads = defaultdict(list)
    for operation in history.operations:
        if operation.is_read and operation.board is not None:
            reads[operation.seqs[0]].append(operation)
    board = Board(history.first_view)
    refusals = _OpenRefusals(history)
    yield from _compare(reads.pop(history.first_seq, []), board.view)
    refusals.drop_justified(history.first_seq, board)
    for entry in sorted(history.log, key=lambda entry: entry.seq):
        if (command := sent.get(entry.key or "")) is not None:
            try:
                board.apply(command.command, entry.cards[0] if entry.cards else None)
            except (Refused, KeyError) as refused:
                yield f"{entry.seq}: {_describe(command)} was executed although the model refuses it: {refused}"
        yield from _compare(reads.pop(entry.seq, []), board.view)
        refusals.drop_justified(entry.seq, board)
    for seq, found in reads.items():
        yield f"{_describe(found[0])} returned the board at {seq}, which never existed"
    yield from (
        f"{_describe(operation)} was refused with {operation.code} without a valid reason at any time"
        for operation in refusals.open
    )
    final_view = _view_of_rows(history)
    if final_view != board.view:
        yield f"the database differs from the model at the end: {_difference(final_view, board.view)}"
    for client, (seq, view) in history.final_views.items():
        if seq != history.last_seq:
            yield f"{client} ends at {seq}, the board at {history.last_seq}"
        elif view != board.view:
            yield f"{client} differs from the model at the end: {_difference(view, board.view)}"


def clients_apply_every_change(history: History) -> Iterator[str]:
    """Check that clients apply changes one by one; only a full page may skip numbers."""
    for client, applied in history.applied.items():
        seq: int | None = None
        for one in applied:
            if seq is None and not one.page:
                yield f"{client} applied {one.seq} before it had a page"
            elif seq is not None and (one.seq < seq if one.page else one.seq != seq + 1):
                yield f"{client} applied {'a page at ' if one.page else ''}{one.seq} after {seq}"
            seq = one.seq


def columns_are_permutations(history: History) -> Iterator[str]:
    """Check that no cards share a rank, are duplicated, lost or added unasked."""
    for place in _duplicates([(row.column, row.rank) for row in history.rows]):
        yield f"two cards have the same place {place}"
    for id in _duplicates([row.id for row in history.rows]):
        yield f"card {id} has two places"
    sent = {operation.key: operation for operation in history.operations if not operation.is_read}
    expected = {id for cards in history.first_view.values() for id, _card in cards}
    for entry in history.log:
        operation = sent.get(entry.key or "")
        if operation is not None and operation.command["type"] == "add_card":
            expected |= set(entry.cards)
        elif operation is not None and operation.command["type"] == "archive_card":
            expected -= set(entry.cards)
    found_ids = {row.id for row in history.rows if not row.archived}
    if found_ids != expected:
        yield f"missing cards {sorted(expected - found_ids)[:5]}, unexpected cards {sorted(found_ids - expected)[:5]}"


RULES: tuple[Callable[[History], Iterator[str]], ...] = (
    log_has_no_gap,
    acknowledged_commands_are_logged_once,
    log_contains_only_accepted_commands,
    refusals_are_expected,
    real_time_order_is_respected,
    sequential_replay_matches,
    clients_apply_every_change,
    columns_are_permutations,
)


class _OpenRefusals:
    """Track expected refusals until the replay reaches a state that justifies them."""

    def __init__(self, history: History) -> None:
        self.open = [one for one in history.operations if one.status >= 400 and one.code in EXPECTED_REFUSALS]
        answered = sorted((one.completed, one.seqs[0]) for one in history.operations if one.done)
        sent = sorted((one.invoked, one.seqs[0]) for one in history.operations if one.done and not one.is_read)
        self._span = {
            one.key: (_highest_before(answered, one.invoked, history.first_seq), _lowest_after(sent, one.completed))
            for one in self.open
        }

    def drop_justified(self, seq: int, board: Board) -> None:
        """Drop the refusals that the board at `seq` justifies."""
        self.open = [one for one in self.open if not (self._overlaps(one, seq) and _refuses(board, one))]

    def _overlaps(self, operation: Operation, seq: int) -> bool:
        first, last = self._span[operation.key]
        return first <= seq < last


def _highest_before(answered: list[tuple[float, int]], moment: float, first: int) -> int:
    return max((seq for _when, seq in answered[: bisect_left(answered, (moment, 0))]), default=first)


def _lowest_after(sent: list[tuple[float, int]], moment: float) -> float:
    return min((seq for _when, seq in sent[bisect_right(sent, (moment, 0)) :]), default=float("inf"))


def _refuses(board: Board, operation: Operation) -> bool:
    card = operation.command["card"]
    if operation.code == "card_archived":
        return card not in board.cards
    return card in board.cards and board.cards[card][1] != operation.command["version"]


def _compare(reads: list[Operation], view: View) -> Iterator[str]:
    for operation in reads:
        if operation.board != view:
            difference = _difference(operation.board or {}, view)
            yield f"{_describe(operation)} returned another board at {operation.seqs[0]}: {difference}"


def _view_of_rows(history: History) -> View:
    view: View = {column: [] for column in history.first_view}
    for row in sorted(history.rows, key=lambda row: row.rank):
        if not row.archived:
            view.setdefault(row.column, []).append((row.id, (row.title, row.version)))
    return view


def _entries_by_key(history: History) -> dict[str, list[Entry]]:
    logged: dict[str, list[Entry]] = defaultdict(list)
    for entry in history.log:
        if entry.key:
            logged[entry.key].append(entry)
    return logged


def _difference(found: View, expected: View) -> str:
    columns = [column for column in {*found, *expected} if found.get(column) != expected.get(column)]
    return "; ".join(f"column {column} is {found.get(column)}, not {expected.get(column)}" for column in columns[:2])[
        :600
    ]


def _describe(operation: Operation) -> str:
    return f"{operation.client}'s {operation.command.get('type', 'reading')} {operation.key[:8]}".rstrip()


def _duplicates(items: list[_Item]) -> list[_Item]:
    return [item for item, count in Counter(items).items() if count > 1]

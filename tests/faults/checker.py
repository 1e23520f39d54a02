"""Whether a history could have happened on a board that does one thing after the other and loses nothing, in the manner of Jepsen.

Pure functions over what was written down (history.py): each returns sentences, one for each thing that is wrong.

The log gives every change its number, so the order in which things happened need not be searched for, as checkers of registers
must: it is known. The history is linearizable when that order (1) lets nothing happen before it was asked for or after it was
answered, and (2) done one after the other on a board of our own (model.py) gives the answers that were given.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator
from typing import TypeVar

from tests.faults.history import Entry, History, Operation, View
from tests.faults.model import Board, Refused

_Item = TypeVar("_Item", bound=Hashable)

# Refusals that a busy board may bring about by itself; any other is a fault of the program that sent the command, or of the product.
EXPECTED_REFUSALS = frozenset({"stale_version", "card_archived"})


def check(history: History) -> list[str]:
    """Everything that is wrong, empty when nothing is."""
    return [f"{rule.__name__}: {wrong}" for rule in RULES for wrong in rule(history)]


def the_log_has_no_gap(history: History) -> Iterator[str]:
    seqs = [entry.seq for entry in history.log]
    if seqs != list(range(history.first_seq + 1, history.first_seq + 1 + len(seqs))):
        missing = sorted(set(range(history.first_seq + 1, max(seqs, default=0))) - set(seqs))
        yield f"its numbers are not one after the other; missing {missing[:5]}, twice {_twice(seqs)[:5]}"
    if history.last_seq != history.first_seq + len(seqs):
        yield f"the board says {history.last_seq}, its log ends with {history.first_seq + len(seqs)}"


def what_was_acknowledged_is_kept_once(history: History) -> Iterator[str]:
    """Under the number that was answered, however often the command was sent."""
    kept = _by_key(history)
    for operation in history.operations:
        if operation.reads or not operation.done:
            continue
        found = [entry.seq for entry in kept[operation.key]]
        if len(found) != 1 or set(operation.seqs) != set(found):
            yield f"{_said(operation)} was answered with {operation.seqs} and stands in the log at {found}"


def nothing_stands_in_the_log_that_was_not_asked_or_was_refused(history: History) -> Iterator[str]:
    asked = {operation.key: operation for operation in history.operations if not operation.reads}
    for entry in history.log:
        operation = asked.get(entry.key or "")
        if operation is None:
            yield f"{entry.seq} ({entry.type}) was asked by nobody"
        elif operation.status >= 400:
            yield f"{entry.seq} ({entry.type}) was refused with {operation.status} {operation.code}"
    for seq in _twice([entry.key for entry in history.log if entry.key]):
        yield f"{seq} stands in the log twice"


def nobody_was_refused_without_a_reason(history: History) -> Iterator[str]:
    for operation in history.operations:
        if operation.status >= 400 and operation.code not in EXPECTED_REFUSALS:
            yield f"{_said(operation)} was refused with {operation.status} {operation.code}"


def time_goes_forward(history: History) -> Iterator[str]:
    """What was answered before something else was asked comes before it, also for those who only read."""
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
        if seq < known or (seq == known and not operation.reads):
            yield f"{_said(operation)} came to {seq} although {known} had been answered before it was asked"


def one_after_the_other_it_gives_the_same(history: History) -> Iterator[str]:
    """The commands in the order of the log, on a board of our own: each is allowed, and every reading and the end are as found."""
    asked = {operation.key: operation for operation in history.operations if not operation.reads}
    readings = defaultdict(list)
    for operation in history.operations:
        if operation.reads and operation.board is not None:
            readings[operation.seqs[0]].append(operation)
    board = Board(history.first_view)
    refusals = _Refusals(history)
    yield from _compare(readings.pop(history.first_seq, []), board.view)
    refusals.look(history.first_seq, board)
    for entry in sorted(history.log, key=lambda entry: entry.seq):
        if (asking := asked.get(entry.key or "")) is not None:
            try:
                board.carry_out(asking.command, entry.cards[0] if entry.cards else None)
            except (Refused, KeyError) as refused:
                yield f"{entry.seq}: {_said(asking)} was carried out although {refused} forbids it"
        yield from _compare(readings.pop(entry.seq, []), board.view)
        refusals.look(entry.seq, board)
    for seq, found in readings.items():
        yield f"{_said(found[0])} found the board at {seq}, which never was"
    yield from (
        f"{_said(operation)} was refused with {operation.code}; at no moment it could have been"
        for operation in refusals.open
    )
    in_the_end = _view_of_rows(history)
    if in_the_end != board.view:
        yield f"the database ends with another board: {_difference(in_the_end, board.view)}"
    for client, (seq, view) in history.shown.items():
        if seq != history.last_seq:
            yield f"{client} ends at {seq}, the board at {history.last_seq}"
        elif view != board.view:
            yield f"{client} ends with another board: {_difference(view, board.view)}"


def clients_take_in_every_number(history: History) -> Iterator[str]:
    """One after the other from the page they began with; only a page fetched whole may step over some, and never back."""
    for client, taken in history.taken.items():
        seq: int | None = None
        for one in taken:
            if seq is None and not one.page:
                yield f"{client} took in {one.seq} before it had a page"
            elif seq is not None and (one.seq < seq if one.page else one.seq != seq + 1):
                yield f"{client} took in {'a page at ' if one.page else ''}{one.seq} after {seq}"
            seq = one.seq


def each_column_is_a_permutation(history: History) -> Iterator[str]:
    """No two cards at one place, no card at two, and none that came from nowhere or went without being put away."""
    for place in _twice([(row.column, row.rank) for row in history.rows]):
        yield f"two cards stand at {place}"
    for id in _twice([row.id for row in history.rows]):
        yield f"card {id} stands at two places"
    asked = {operation.key: operation for operation in history.operations if not operation.reads}
    expected = {id for cards in history.first_view.values() for id, _card in cards}
    for entry in history.log:
        operation = asked.get(entry.key or "")
        if operation is not None and operation.command["type"] == "add_card":
            expected |= set(entry.cards)
        elif operation is not None and operation.command["type"] == "archive_card":
            expected -= set(entry.cards)
    there = {row.id for row in history.rows if not row.archived}
    if there != expected:
        yield f"cards too few {sorted(expected - there)[:5]}, too many {sorted(there - expected)[:5]}"


RULES: tuple[Callable[[History], Iterator[str]], ...] = (
    the_log_has_no_gap,
    what_was_acknowledged_is_kept_once,
    nothing_stands_in_the_log_that_was_not_asked_or_was_refused,
    nobody_was_refused_without_a_reason,
    time_goes_forward,
    one_after_the_other_it_gives_the_same,
    clients_take_in_every_number,
    each_column_is_a_permutation,
)


class _Refusals:
    """Those that a busy board brings about, each of which must have been right at some moment between its asking and its answer."""

    def __init__(self, history: History) -> None:
        self.open = [one for one in history.operations if one.status >= 400 and one.code in EXPECTED_REFUSALS]
        answered = sorted((one.completed, one.seqs[0]) for one in history.operations if one.done)
        asked = sorted((one.invoked, one.seqs[0]) for one in history.operations if one.done and not one.reads)
        self._span = {
            one.key: (_highest_before(answered, one.invoked, history.first_seq), _lowest_after(asked, one.completed))
            for one in self.open
        }

    def look(self, seq: int, board: Board) -> None:
        """The board is as it was at `seq`: forget those that were rightly refused there."""
        self.open = [one for one in self.open if not (self._concerns(one, seq) and _refuses(board, one))]

    def _concerns(self, operation: Operation, seq: int) -> bool:
        first, last = self._span[operation.key]
        return first <= seq < last


def _highest_before(answered: list[tuple[float, int]], moment: float, first: int) -> int:
    return max((seq for _when, seq in answered[: bisect_left(answered, (moment, 0))]), default=first)


def _lowest_after(asked: list[tuple[float, int]], moment: float) -> float:
    return min((seq for _when, seq in asked[bisect_right(asked, (moment, 0)) :]), default=float("inf"))


def _refuses(board: Board, operation: Operation) -> bool:
    card = operation.command["card"]
    if operation.code == "card_archived":
        return card not in board.cards
    return card in board.cards and board.cards[card][1] != operation.command["version"]


def _compare(readings: list[Operation], view: View) -> Iterator[str]:
    for operation in readings:
        if operation.board != view:
            yield f"{_said(operation)} found another board at {operation.seqs[0]}: {_difference(operation.board or {}, view)}"


def _view_of_rows(history: History) -> View:
    view: View = {column: [] for column in history.first_view}
    for row in sorted(history.rows, key=lambda row: row.rank):
        if not row.archived:
            view.setdefault(row.column, []).append((row.id, (row.title, row.version)))
    return view


def _by_key(history: History) -> dict[str, list[Entry]]:
    kept: dict[str, list[Entry]] = defaultdict(list)
    for entry in history.log:
        if entry.key:
            kept[entry.key].append(entry)
    return kept


def _difference(found: View, expected: View) -> str:
    columns = [column for column in {*found, *expected} if found.get(column) != expected.get(column)]
    return "; ".join(f"column {column} is {found.get(column)}, not {expected.get(column)}" for column in columns[:2])[
        :600
    ]


def _said(operation: Operation) -> str:
    return f"{operation.client}'s {operation.command.get('type', 'reading')} {operation.key[:8]}".rstrip()


def _twice(items: list[_Item]) -> list[_Item]:
    return [item for item, count in Counter(items).items() if count > 1]

"""The checker accepts every possible history and rejects every corrupted one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.faults.checker import check
from tests.faults.history import Applied, Entry, History, Operation, Row
from tests.faults.model import Board, Refused

COLUMNS = (1, 2, 3)
PLENTY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])


class Town:
    """Generate a valid history: each command takes effect between its request and its response."""

    def __init__(self, dice: Random, steps: int) -> None:
        self.dice = dice
        first = {column: [(column * 10 + n, (f"Info {n}", 1)) for n in range(dice.randint(0, 3))] for column in COLUMNS}
        self.board = Board(first)
        self.history = History(first_seq=7, first_view=self.board.view)
        self.seq, self.next_card = 7, 100
        self.versions = dict.fromkeys(self.board.cards, 1)
        for moment in range(steps):
            self._step(moment)
        self._end()

    def _step(self, moment: int) -> None:
        invoked, completed = moment - self.dice.random() * 4, moment + self.dice.random() * 4
        client = self.dice.choice("abc")
        if self.dice.random() < 0.2:
            reading = Operation(client, {}, "", invoked, completed, 200, seqs=[self.seq], board=self.board.view)
            self.history.operations.append(reading)
            return
        operation = Operation(client, self._command(), f"key-{moment}", invoked, completed)
        self.history.operations.append(operation)
        try:
            self.board.apply(operation.command, self.next_card)
        except Refused as refused:
            operation.status, operation.code = 409, str(refused)
            return
        if operation.command["type"] == "add_card":
            card, self.next_card = self.next_card, self.next_card + 1
        else:
            card = operation.command["card"]
        self.versions[card] = self.board.cards.get(card, ("", 0))[1]
        self.seq += 1
        self.history.log.append(Entry(self.seq, operation.key, operation.command["type"], (card,)))
        if self.dice.random() < 0.1:
            operation.completed = float("inf")  # the response was lost and not requested again
        else:
            operation.status, operation.seqs = 200, [self.seq] * self.dice.choice((1, 1, 2))

    def _command(self) -> dict[str, Any]:
        known, dice = list(self.versions), self.dice
        place: dict[str, Any] = dice.choice([{}, {"after": None}, {"after": dice.choice([*known, 999])}])
        if not known or dice.random() < 0.2:
            return {"type": "add_card", "column": dice.choice(COLUMNS), "title": f"Neuve {dice.random()}", **place}
        card = dice.choice(known)
        if dice.random() < 0.6:
            return {"type": "move_card", "card": card, "column": dice.choice(COLUMNS), **place}
        if dice.random() < 0.8:
            version = max(1, self.versions[card] - dice.choice((0, 0, 0, 1)))
            return {"type": "edit_card", "card": card, "version": version, "title": f"Autre {dice.random()}"}
        return {"type": "archive_card", "card": card}

    def _end(self) -> None:
        history, dice = self.history, self.dice
        history.last_seq = self.seq
        placed = [(column, n, card) for column, ids in self.board.columns.items() for n, card in enumerate(ids)]
        history.rows = [Row(id, column, f"a{n:03}", *self.board.cards[id], archived=False) for column, n, id in placed]
        for client in "abc":
            began = dice.randint(7, self.seq)
            history.record_applied(client, began, page=True)
            while began < self.seq:
                is_page = dice.random() < 0.1
                began = dice.randint(began, self.seq) if is_page else began + 1
                history.record_applied(client, began, page=is_page)
            history.final_views[client] = (self.seq, self.board.view)


SEEDS = st.integers(0, 2**32)  # drawing every number with Hypothesis would take longer than checking
TOWNS = st.builds(Town, SEEDS.map(Random), st.integers(10, 40))


@PLENTY
@given(TOWNS)
def test_a_possible_history_is_accepted(town: Town) -> None:
    assert check(town.history) == []


def lose_an_acknowledged_command(history: History, dice: Random) -> None:
    """Lose a commit after its acknowledgement, as if it had not reached the disk."""
    kept = {seq for one in history.operations if not one.is_read for seq in one.seqs}
    lost = dice.choice([entry for entry in history.log if entry.seq in kept])
    history.log = [replace(entry, seq=entry.seq - (entry.seq > lost.seq)) for entry in history.log if entry is not lost]
    history.last_seq -= 1


def execute_a_command_twice(history: History, dice: Random) -> None:
    again = dice.choice(history.log)
    history.last_seq += 1
    history.log.append(replace(again, seq=history.last_seq))


def execute_a_refused_command(history: History, dice: Random) -> None:
    refused = dice.choice([one for one in history.operations if one.status == 409])
    history.last_seq += 1
    history.log.append(Entry(history.last_seq, refused.key, refused.command["type"], (refused.command["card"],)))


def add_an_unrequested_change(history: History, _dice: Random) -> None:
    history.last_seq += 1
    history.log.append(Entry(history.last_seq, "key-of-nobody", "archive_card", (1,)))


def skip_a_number(history: History, dice: Random) -> None:
    at = dice.randrange(len(history.log))
    history.log = [replace(entry, seq=entry.seq + (n >= at)) for n, entry in enumerate(history.log)]


def execute_before_the_request(history: History, dice: Random) -> None:
    """Request a command after all others were answered although it is logged earlier."""
    one = dice.choice(
        [one for one in history.operations if one.done and one.seqs[0] < history.last_seq and not one.is_read]
    )
    one.invoked = max(other.completed for other in history.operations if other.done) + 1
    one.completed = one.invoked + 1
    later = [other for other in history.operations if other.done and other.seqs[0] > one.seqs[0]]
    assume(later)


def return_a_stale_read(history: History, dice: Random) -> None:
    written = dice.choice([one for one in history.operations if one.done and not one.is_read])
    late = max(one.completed for one in history.operations if one.done) + 1
    old = Operation("a", {}, "", late, late + 1, 200, seqs=[history.first_seq], board=history.first_view)
    assert old.seqs[0] < written.seqs[0]
    history.operations.append(old)


def return_an_impossible_board(history: History, dice: Random) -> None:
    reading = dice.choice([one for one in history.operations if one.is_read])
    assert reading.board is not None
    reading.board = {**reading.board, COLUMNS[0]: [*reading.board[COLUMNS[0]], (5000, ("Jamais écrite", 1))]}


def refuse_a_valid_command(history: History, dice: Random) -> None:
    done = [one for one in history.operations if one.done and one.command.get("type") == "edit_card"]
    operation = dice.choice(done)
    seq = operation.seqs[0]
    operation.status, operation.code, operation.seqs = 409, "card_archived", []
    history.log = [replace(entry, key="key-of-nobody") if entry.seq == seq else entry for entry in history.log]


def drop_a_change_at_a_client(history: History, dice: Random) -> None:
    deliveries = [
        (client, n)
        for client, taken in history.applied.items()
        for n, one in enumerate(taken)
        if n and not one.page and n + 1 < len(taken)
    ]
    deliveries = [(client, n) for client, n in deliveries if not history.applied[client][n + 1].page]
    client, n = dice.choice(deliveries)
    del history.applied[client][n]


def deliver_a_change_twice(history: History, dice: Random) -> None:
    client, n = dice.choice(
        [(client, n) for client, taken in history.applied.items() for n, one in enumerate(taken) if not one.page]
    )
    history.applied[client].insert(n, history.applied[client][n])


def reset_a_client_to_an_old_page(history: History, dice: Random) -> None:
    client = dice.choice([client for client, taken in history.applied.items() if taken[-1].seq > 7])
    history.applied[client].append(Applied(7, page=True))


def leave_a_client_behind(history: History, dice: Random) -> None:
    client = dice.choice(list(history.final_views))
    history.final_views[client] = (history.last_seq - 1, history.final_views[client][1])


def show_a_client_another_board(history: History, dice: Random) -> None:
    client = dice.choice(list(history.final_views))
    seq, view = history.final_views[client]
    column, cards = next((column, cards) for column, cards in view.items() if cards)
    id, (title, version) = cards[-1]
    history.final_views[client] = seq, {**view, column: [*cards[:-1], (id, (title + "?", version))]}


def give_two_cards_one_rank(history: History, dice: Random) -> None:
    crowded = [
        row for row in history.rows if any(other.column == row.column and other.id != row.id for other in history.rows)
    ]
    row = dice.choice(crowded)
    beside = next(other for other in history.rows if other.column == row.column and other.id != row.id)
    history.rows[history.rows.index(row)] = replace(row, rank=beside.rank)


def duplicate_a_card(history: History, dice: Random) -> None:
    row = dice.choice(history.rows)
    history.rows.append(replace(row, rank=row.rank + "z"))


def lose_a_card(history: History, dice: Random) -> None:
    history.rows.remove(dice.choice(history.rows))


def revert_an_edit(history: History, dice: Random) -> None:
    row = dice.choice(history.rows)
    history.rows[history.rows.index(row)] = replace(row, title="Un vieux texte")


CORRUPTIONS = [
    lose_an_acknowledged_command,
    execute_a_command_twice,
    execute_a_refused_command,
    add_an_unrequested_change,
    skip_a_number,
    execute_before_the_request,
    return_a_stale_read,
    return_an_impossible_board,
    refuse_a_valid_command,
    drop_a_change_at_a_client,
    deliver_a_change_twice,
    reset_a_client_to_an_old_page,
    leave_a_client_behind,
    show_a_client_another_board,
    give_two_cards_one_rank,
    duplicate_a_card,
    lose_a_card,
    revert_an_edit,
]


@pytest.mark.parametrize("corrupt", CORRUPTIONS, ids=lambda corrupt: corrupt.__name__)
@settings(PLENTY, max_examples=15)
@given(town=TOWNS, dice=SEEDS.map(Random))
def test_an_impossible_history_is_rejected(
    corrupt: Callable[[History, Random], None], town: Town, dice: Random
) -> None:
    try:
        corrupt(town.history, dice)
    except (IndexError, StopIteration):  # this history has no suitable element
        assume(False)
    assert check(town.history)

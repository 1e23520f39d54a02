"""The checker believes every history that a board can have, and none into which something impossible was planted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.faults.checker import check
from tests.faults.history import Entry, History, Operation, Row, Taken
from tests.faults.model import Board, Refused

COLUMNS = (1, 2, 3)
PLENTY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])


class Town:
    """Makes a history as an honest board would: what is asked happens at one moment between its asking and its answer."""

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
            self.board.carry_out(operation.command, self.next_card)
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
            operation.completed = float("inf")  # the answer was lost, and nobody asked again
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
        standing = [(column, n, card) for column, ids in self.board.columns.items() for n, card in enumerate(ids)]
        history.rows = [
            Row(id, column, f"a{n:03}", *self.board.cards[id], archived=False) for column, n, id in standing
        ]
        for client in "abc":
            began = dice.randint(7, self.seq)
            history.take(client, began, page=True)
            while began < self.seq:
                jumps = dice.random() < 0.1
                began = dice.randint(began, self.seq) if jumps else began + 1
                history.take(client, began, page=jumps)
            history.shown[client] = (self.seq, self.board.view)


SEEDS = st.integers(0, 2**32)  # drawing each number on its own would take longer than checking
TOWNS = st.builds(Town, SEEDS.map(Random), st.integers(10, 40))


@PLENTY
@given(TOWNS)
def test_what_can_have_happened_is_believed(town: Town) -> None:
    assert check(town.history) == []


def lose_what_was_acknowledged(history: History, dice: Random) -> None:
    """As if the last commits had never reached the disk: rows and numbers are those of before, and the answers stand."""
    kept = {seq for one in history.operations if not one.reads for seq in one.seqs}
    lost = dice.choice([entry for entry in history.log if entry.seq in kept])
    history.log = [replace(entry, seq=entry.seq - (entry.seq > lost.seq)) for entry in history.log if entry is not lost]
    history.last_seq -= 1


def carry_something_out_twice(history: History, dice: Random) -> None:
    again = dice.choice(history.log)
    history.last_seq += 1
    history.log.append(replace(again, seq=history.last_seq))


def carry_out_what_was_refused(history: History, dice: Random) -> None:
    refused = dice.choice([one for one in history.operations if one.status == 409])
    history.last_seq += 1
    history.log.append(Entry(history.last_seq, refused.key, refused.command["type"], (refused.command["card"],)))


def do_what_nobody_asked(history: History, _dice: Random) -> None:
    history.last_seq += 1
    history.log.append(Entry(history.last_seq, "key-of-nobody", "archive_card", (1,)))


def leave_a_number_out(history: History, dice: Random) -> None:
    at = dice.randrange(len(history.log))
    history.log = [replace(entry, seq=entry.seq + (n >= at)) for n, entry in enumerate(history.log)]


def happen_before_it_was_asked(history: History, dice: Random) -> None:
    """Something that was asked after all the rest had been answered comes first."""
    one = dice.choice(
        [one for one in history.operations if one.done and one.seqs[0] < history.last_seq and not one.reads]
    )
    one.invoked = max(other.completed for other in history.operations if other.done) + 1
    one.completed = one.invoked + 1
    later = [other for other in history.operations if other.done and other.seqs[0] > one.seqs[0]]
    assume(later)


def read_what_was_long_over(history: History, dice: Random) -> None:
    written = dice.choice([one for one in history.operations if one.done and not one.reads])
    late = max(one.completed for one in history.operations if one.done) + 1
    old = Operation("a", {}, "", late, late + 1, 200, seqs=[history.first_seq], board=history.first_view)
    assert old.seqs[0] < written.seqs[0]
    history.operations.append(old)


def find_a_board_that_never_was(history: History, dice: Random) -> None:
    reading = dice.choice([one for one in history.operations if one.reads])
    assert reading.board is not None
    reading.board = {**reading.board, COLUMNS[0]: [*reading.board[COLUMNS[0]], (5000, ("Jamais écrite", 1))]}


def refuse_without_a_reason(history: History, dice: Random) -> None:
    done = [one for one in history.operations if one.done and one.command.get("type") == "edit_card"]
    operation = dice.choice(done)
    seq = operation.seqs[0]
    operation.status, operation.code, operation.seqs = 409, "card_archived", []
    history.log = [replace(entry, key="key-of-nobody") if entry.seq == seq else entry for entry in history.log]


def not_tell_a_client(history: History, dice: Random) -> None:
    told = [
        (client, n)
        for client, taken in history.taken.items()
        for n, one in enumerate(taken)
        if n and not one.page and n + 1 < len(taken)
    ]
    told = [(client, n) for client, n in told if not history.taken[client][n + 1].page]
    client, n = dice.choice(told)
    del history.taken[client][n]


def tell_a_client_twice(history: History, dice: Random) -> None:
    client, n = dice.choice(
        [(client, n) for client, taken in history.taken.items() for n, one in enumerate(taken) if not one.page]
    )
    history.taken[client].insert(n, history.taken[client][n])


def throw_a_client_back(history: History, dice: Random) -> None:
    client = dice.choice([client for client, taken in history.taken.items() if taken[-1].seq > 7])
    history.taken[client].append(Taken(7, page=True))


def leave_a_client_behind(history: History, dice: Random) -> None:
    client = dice.choice(list(history.shown))
    history.shown[client] = (history.last_seq - 1, history.shown[client][1])


def show_a_client_something_else(history: History, dice: Random) -> None:
    client = dice.choice(list(history.shown))
    seq, view = history.shown[client]
    column, cards = next((column, cards) for column, cards in view.items() if cards)
    id, (title, version) = cards[-1]
    history.shown[client] = seq, {**view, column: [*cards[:-1], (id, (title + "?", version))]}


def put_two_cards_at_one_place(history: History, dice: Random) -> None:
    crowded = [
        row for row in history.rows if any(other.column == row.column and other.id != row.id for other in history.rows)
    ]
    row = dice.choice(crowded)
    beside = next(other for other in history.rows if other.column == row.column and other.id != row.id)
    history.rows[history.rows.index(row)] = replace(row, rank=beside.rank)


def put_one_card_at_two_places(history: History, dice: Random) -> None:
    row = dice.choice(history.rows)
    history.rows.append(replace(row, rank=row.rank + "z"))


def lose_a_card(history: History, dice: Random) -> None:
    history.rows.remove(dice.choice(history.rows))


def forget_what_was_written(history: History, dice: Random) -> None:
    row = dice.choice(history.rows)
    history.rows[history.rows.index(row)] = replace(row, title="Un vieux texte")


PLANTED = [
    lose_what_was_acknowledged,
    carry_something_out_twice,
    carry_out_what_was_refused,
    do_what_nobody_asked,
    leave_a_number_out,
    happen_before_it_was_asked,
    read_what_was_long_over,
    find_a_board_that_never_was,
    refuse_without_a_reason,
    not_tell_a_client,
    tell_a_client_twice,
    throw_a_client_back,
    leave_a_client_behind,
    show_a_client_something_else,
    put_two_cards_at_one_place,
    put_one_card_at_two_places,
    lose_a_card,
    forget_what_was_written,
]


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
@settings(PLENTY, max_examples=15)
@given(town=TOWNS, dice=SEEDS.map(Random))
def test_what_cannot_have_happened_is_found(plant: Callable[[History, Random], None], town: Town, dice: Random) -> None:
    try:
        plant(town.history, dice)
    except (IndexError, StopIteration):  # this history has nothing of the kind
        assume(False)
    assert check(town.history)

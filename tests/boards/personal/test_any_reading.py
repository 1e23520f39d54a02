"""Property test: the unread cards of each person follow from the log and their own reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from boards import rights
from boards.card_fields import CONTENT
from boards.database import db, read_session, write_transaction
from boards.directory import create_person
from boards.errors import Invalid, Refusal
from boards.models import Board, Card, Change, Column, Person, Role
from boards.models.personal import personal_transaction
from boards.personal.unread import (
    mark_all,
    mark_column,
    mark_seen,
    progress_of,
    restore_progress,
    set_unread,
    unread_of,
)
from boards.suggestions import CLOSED
from tests.town import Town, found_town

PEOPLE = ("facilitator", "agent", "colleague", "reader")
WHICH = st.integers(0, 9)


@dataclass
class Reader:
    """Model unread cards of one person from the log and their acts, independent of storage."""

    unread: set[int] = field(default_factory=set)
    set_back: set[int] = field(default_factory=set)


class AnyReading(RuleBasedStateMachine):
    town: Town

    def __init__(self) -> None:
        super().__init__()
        self.readers: dict[int, Reader] = {getattr(self.town, who): Reader() for who in PEOPLE}
        self.replayed = 0  # of the log
        self.cards: dict[int, dict[str, Any]] = {}  # as the log tells them
        self.news: dict[int, tuple[int, int | None]] = {}  # card → its latest news, and whose

    # --- what people do to the board ---

    @rule(who=st.sampled_from(PEOPLE), where=WHICH, title=st.text("ab ", max_size=3))
    def add_card(self, who: str, where: int, title: str) -> None:
        self.send(who, type="add_card", column=self.some_column(where), title=title)

    @rule(who=st.sampled_from(PEOPLE), which=WHICH, title=st.text("ab", min_size=1, max_size=2), silent=st.booleans())
    def edit_card(self, who: str, which: int, title: str, silent: bool) -> None:
        card = self.some_card(which)
        self.send(
            who,
            type="edit_card",
            card=card,
            version=self.version(card),
            title=title,
            **({"silent": True} if silent else {}),
        )

    @rule(who=st.sampled_from(PEOPLE), which=WHICH, where=WHICH)
    def move_card(self, who: str, which: int, where: int) -> None:
        self.send(who, type="move_card", card=self.some_card(which), column=self.some_column(where))

    @rule(who=st.sampled_from(PEOPLE), which=WHICH, type=st.sampled_from(["archive_card", "restore_card"]))
    def put_away_or_back(self, who: str, which: int, type: str) -> None:
        self.send(who, type=type, card=self.some_card(which))

    @rule(which=WHICH, status=st.sampled_from(["studied", "accepted", "declined", "done"]))
    def answer(self, which: int, status: str) -> None:
        self.send("facilitator", type="set_status", card=self.some_card(which), status=status, note="Voilà")

    @rule(who=st.sampled_from(PEOPLE), back=st.integers(0, 6))
    def undo(self, who: str, back: int) -> None:
        self.send(who, type="undo_change", seq=max(1, self.town.seq - back))

    @rule(where=WHICH, agents=st.sampled_from([None, "none", "edit"]), readers=st.sampled_from([None, "none"]))
    def set_rights(self, where: int, agents: str | None, readers: str | None) -> None:
        self.send("facilitator", type="set_rights", column=self.some_column(where), agents=agents, readers=readers)

    # --- what they read ---

    @precondition(lambda self: self.cards)
    @rule(who=WHICH, which=WHICH, late=st.booleans())
    def see(self, who: int, which: int, late: bool) -> None:
        """Read a card in its current version, or the one before its latest news."""
        person, card = self.some_reader(who), self.some_card(which)
        if card not in self.visible(person):
            return
        self.act(person, mark_seen, Card, card, self.news[card][0] - late)
        if not late:
            self.readers[person].unread.discard(card)
        self.readers[person].set_back.discard(card)
        self.settle(person)

    @precondition(lambda self: self.cards)
    @rule(who=WHICH, which=WHICH)
    def set_one_back(self, who: int, which: int) -> None:
        person, card = self.some_reader(who), self.some_card(which)
        if card in self.visible(person):
            self.act(person, set_unread, Card, card)
            self.readers[person].set_back.add(card)

    @rule(who=WHICH, where=WHICH)
    def see_column(self, who: int, where: int) -> None:
        person, column = self.some_reader(who), self.some_column(where)
        if not rights.may_read(read_session().get_one(Person, person), read_session().get_one(Column, column)):
            return
        self.act(person, mark_column, Column, column, self.town.seq)
        there = {card for card in self.visible(person) if self.cards[card]["column_id"] == column}
        self.readers[person].unread -= there
        self.readers[person].set_back -= there
        self.settle(person)

    @rule(who=WHICH, behind=st.integers(0, 3))
    def see_all(self, who: int, behind: int) -> None:
        """Read everything from an up-to-date page, or from one behind by a change."""
        person, seq = self.some_reader(who), max(1, self.town.seq - behind)
        self.act(person, mark_all, Board, self.town.board, seq)
        reader = self.readers[person]
        later = {card for card, (signalled, by) in self.news.items() if signalled > seq and by != person}
        reader.unread, reader.set_back = (reader.unread | reader.set_back) & later, set()

    @rule(who=WHICH)
    def see_all_and_take_it_back(self, who: int) -> None:
        person = self.some_reader(who)
        before = progress_of(read_session(), read_session().get_one(Person, person), self.town.fresh_board())
        self.act(person, mark_all, Board, self.town.board, self.town.seq)
        assert self.stored(person) == set()
        self.act(person, restore_progress, Board, self.town.board, before.read_to, before.seen)

    @precondition(lambda self: len(self.readers) < 6)
    @rule()
    def somebody_new(self) -> None:
        with write_transaction() as session:
            self.readers[create_person(session, "Nadia", Role.AGENT, ["ccas"]).id] = Reader()

    # --- what must hold ---

    @invariant()
    def what_is_stored_is_what_the_log_makes_of_it(self) -> None:
        for person, reader in self.readers.items():
            assert self.stored(person) == (reader.unread | reader.set_back) & self.visible(person)

    def stored(self, person: int) -> set[int]:
        board = self.town.fresh_board()
        return unread_of(read_session(), read_session().get_one(Person, person), board).ids

    def visible(self, person: int) -> set[int]:
        somebody = read_session().get_one(Person, person)
        columns = {
            column.id
            for column in read_session().query(Column).filter_by(board_id=self.town.board)
            if rights.may_read(somebody, column)
        }
        return {id for id, card in self.cards.items() if card["archived_at"] is None and card["column_id"] in columns}

    def settle(self, person: int) -> None:
        """Collapse the markers once a person has read everything they may read."""
        reader = self.readers[person]
        if not (reader.unread | reader.set_back) & self.visible(person):
            self.readers[person] = Reader()

    def send(self, who: str, **command: Any) -> None:
        try:
            self.town.perform(getattr(self.town, who), **command)
        except (Refusal, Invalid):
            return
        for change in self.town.log[self.replayed :]:
            for card in self.signalled(change):
                self.news[card] = (change.seq, change.actor_id)
                for person, reader in self.readers.items():
                    (reader.unread.discard if person == change.actor_id else reader.unread.add)(card)
            self.replayed += 1

    def signalled(self, change: Change) -> Iterator[int]:
        """Return the cards for which the recorded change is news."""
        for key, altered in change.record["cards"].items():
            id, before, after = int(key), altered["before"], altered["after"]
            self.cards[id] = {**self.cards.get(id, {}), **after}
            texts = (before or {}).keys() & set(CONTENT)
            if (
                before is None
                or (before.get("archived_at") and after["archived_at"] is None)
                or (change.type == "card_edited" and "confirmed_at" in before)
                or (change.type == "change_undone" and texts and self.cards[id]["archived_at"] is None)
                or (change.type == "status_set" and after["status"] in CLOSED)
            ):
                yield id

    def act(
        self, person: int, mark: Callable[..., Any], model: type[Card | Column | Board], id: int, *arguments: Any
    ) -> None:
        read_session().rollback()
        with personal_transaction(person) as session:
            mark(session, session.get_one(Person, person), session.get_one(model, id), *arguments)
        read_session().rollback()

    def some_reader(self, who: int) -> int:
        return sorted(self.readers)[who % len(self.readers)]

    def some_card(self, which: int) -> int:
        ids = sorted(self.cards)
        return ids[which % len(ids)] if ids else 999

    def some_column(self, which: int) -> int:
        return (self.town.service, self.town.free, self.town.suggestions)[which % 3]

    def version(self, card: int) -> int:
        db.session.rollback()
        row = read_session().get(Card, card, populate_existing=True)
        return int(row.version) if row is not None else 1


def test_unread_cards_follow_from_the_log(app: Flask, password_hash: str, empty_database: Callable[[], None]) -> None:
    class Machine(AnyReading):
        def __init__(self) -> None:
            db.session.rollback()
            empty_database()
            self.town = found_town(password_hash)
            super().__init__()

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=10, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )

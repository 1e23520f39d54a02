"""« J’ai lu »: read receipts per person and version of a rule, and counts among people who may read it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from boards.database import db, now, read_session, write_transaction
from boards.directory import create_person
from boards.errors import Conflict, Forbidden, NotFound
from boards.models import Board, Person, Role, Service
from boards.personal.read_receipts import (
    ReadStatus,
    mark_version_read,
    read_status,
    read_versions,
    readership,
    rules_for,
)
from tests.town import Town


@pytest.fixture
def rules(town: Town) -> list[int]:
    return [add_rule(town, title) for title in ("Un", "Deux", "Trois")]


def add_rule(town: Town, title: str = "Une règle") -> int:
    return town.add_card(title, column=town.guide, actor=town.facilitator)


def mark(person: int, card: int, version: int | None = 1) -> None:
    with write_transaction() as session:
        mark_version_read(session, person, card, version)
    db.session.rollback()


def reads(town: Town, person: int) -> dict[int, int]:
    db.session.rollback()
    return read_versions(read_session(), read_session().get_one(Person, person), board(town))


def board(town: Town) -> Board:
    return read_session().get_one(Board, town.board)


def opened(town: Town, person: int, card: int) -> ReadStatus:
    db.session.rollback()
    found = reading_now(town, person, card)
    assert found
    return found


def reading_now(town: Town, person: int, card: int) -> ReadStatus | None:
    row = town.card(card)
    return read_status(
        read_session(), read_session().get_one(Person, person), board(town), row, town.column(row.column_id)
    )


def next_after(town: Town, person: int, card: int) -> int | None:
    return opened(town, person, card).next


def counts(town: Town) -> dict[str, tuple[int, int]]:
    db.session.rollback()
    return {
        each.card.title: (len(each.readers), each.among)
        for _column, found in readership(read_session(), board(town))
        for each in found
    }


# --- one's own --------------------------------------------------------------------------------------------------------


def test_a_read_receipt_is_private_and_no_change_of_the_board(town: Town, rules: list[int]) -> None:
    seq = town.seq
    mark(town.agent, rules[0])
    assert reads(town, town.agent) == {rules[0]: 1}
    assert reads(town, town.colleague) == {}
    assert town.seq == seq


def test_marking_twice_changes_nothing_and_can_be_undone(town: Town, rules: list[int]) -> None:
    for _time in range(2):
        mark(town.agent, rules[0])
        assert reads(town, town.agent) == {rules[0]: 1}
    for _time in range(2):
        mark(town.agent, rules[0], None)
        assert reads(town, town.agent) == {}


def test_an_edited_rule_asks_again(town: Town, rules: list[int]) -> None:
    mark(town.reader, rules[0])
    town.perform(town.facilitator, type="edit_card", card=rules[0], version=1, title="Un, autrement")
    assert [rule.is_read for rule in of_the_only_column(town, town.reader)] == [False, False, False]
    with pytest.raises(Conflict, match="rule_changed") as refused:
        mark(town.reader, rules[0], 1)
    assert (refused.value.facts["version"], refused.value.facts["title"]) == (2, "Un, autrement")
    mark(town.reader, rules[0], 2)
    assert [rule.is_read for rule in of_the_only_column(town, town.reader)] == [True, False, False]


def test_moving_a_rule_asks_nobody_again(town: Town, rules: list[int]) -> None:
    mark(town.reader, rules[2])
    town.perform(town.facilitator, type="move_card", card=rules[2], column=town.guide, after=None)
    assert [rule.is_read for rule in of_the_only_column(town, town.reader)] == [True, False, False]


def of_the_only_column(town: Town, person: int) -> list[Any]:
    db.session.rollback()
    ((_column, found),) = rules_for(read_session(), read_session().get_one(Person, person), board(town))
    return found


def test_only_rules_in_use_that_one_may_read_are_read(town: Town, rules: list[int]) -> None:
    with pytest.raises(Conflict, match="not_a_rule"):
        mark(town.agent, town.add_card())
    with pytest.raises(NotFound, match="card_not_found"):
        mark(town.agent, 987_654)
    town.perform(town.facilitator, type="archive_card", card=rules[0])
    with pytest.raises(Conflict, match="card_archived"):
        mark(town.agent, rules[0])
    town.perform(town.facilitator, type="set_rights", column=town.guide, agents="none")
    with pytest.raises(NotFound, match="card_not_found"):
        mark(town.agent, rules[1])
    town.perform(town.facilitator, type="archive_column", column=town.guide)
    with pytest.raises(Conflict, match="column_archived"):
        mark(town.reader, rules[1])
    with write_transaction() as session:
        session.get_one(Person, town.reader).disabled_at = now()
    with pytest.raises(NotFound):
        mark(town.reader, rules[1])


def test_the_next_rule_is_the_next_unread_one_and_after_the_last_the_first(town: Town, rules: list[int]) -> None:
    one, two, three = rules
    mark(town.agent, two)
    assert next_after(town, town.agent, one) == three
    assert next_after(town, town.agent, three) == one
    mark(town.agent, one)
    assert next_after(town, town.agent, three) is None  # the open one is nobody's next
    mark(town.agent, three)
    assert next_after(town, town.agent, one) is None


def test_a_column_hidden_since_is_in_nobodys_reads(town: Town, rules: list[int]) -> None:
    mark(town.agent, rules[0])
    town.perform(town.facilitator, type="set_rights", column=town.guide, agents="none")
    assert reads(town, town.agent) == {}
    assert rules_for(read_session(), read_session().get_one(Person, town.agent), board(town)) == []
    assert reading_now(town, town.agent, rules[0]) is None


# --- how many ---------------------------------------------------------------------------------------------------------


def test_those_counted_are_at_work_and_may_read_the_column(town: Town, rules: list[int]) -> None:
    for person in (town.agent, town.colleague, town.reader):
        mark(person, rules[0])
    assert counts(town) == {"Un": (3, 4), "Deux": (0, 4), "Trois": (0, 4)}
    with write_transaction() as session:
        session.get_one(Person, town.colleague).disabled_at = now()
        gone = create_person(session, "Partie", Role.AGENT)
        gone.disabled_at = gone.erased_at = now()
    assert counts(town)["Un"] == (2, 3)
    town.perform(
        town.facilitator,
        type="set_rights",
        column=town.guide,
        agents="none",
        services={str(town.ccas): "read"},
        readers="none",
    )
    assert counts(town)["Un"] == (1, 2)
    with write_transaction() as session:
        session.get_one(Person, town.agent).services = [session.get_one(Service, town.mediatheque)]
    assert counts(town)["Un"] == (0, 1)


def test_readers_of_an_earlier_version_are_not_counted(town: Town, rules: list[int]) -> None:
    mark(town.agent, rules[0])
    town.perform(town.facilitator, type="edit_card", card=rules[0], version=1, body="<p>Autrement.</p>")
    assert counts(town)["Un"] == (0, 4)


def test_counting_asks_the_database_no_more_for_more(town: Town, rules: list[int]) -> None:
    def statements() -> int:
        db.session.rollback()
        db.session.expire_all()
        asked: list[str] = []

        def hear(*anything: Any) -> None:
            asked.append(anything[2])

        event.listen(db.engine, "before_cursor_execute", hear)
        readership(read_session(), board(town))
        event.remove(db.engine, "before_cursor_execute", hear)
        return len(asked)

    few = statements()
    with write_transaction() as session:
        people = [create_person(session, f"Agent {number}", Role.AGENT, ["ccas"]).id for number in range(20)]
    for number in range(5):
        card = add_rule(town, f"Règle {number}")
        for person in people:
            mark(person, card)
    assert statements() == few


def test_only_facilitators_see_the_readers_of_the_open_rule(town: Town, rules: list[int]) -> None:
    mark(town.agent, rules[0])
    told = opened(town, town.facilitator, rules[0]).readership
    assert told
    assert [person.id for person in told.readers] == [town.agent]
    assert opened(town, town.agent, rules[0]) == ReadStatus(
        is_read=True, is_asked=True, next=rules[1], readership=None, by_name=False, services=[]
    )


# --- required ---------------------------------------------------------------------------------------------------------


def test_a_facilitator_requires_the_reading_of_a_rule_and_takes_it_back(town: Town, rules: list[int]) -> None:
    done = town.perform(town.facilitator, type="require_reading", card=rules[0], required=True)
    assert (done.type, town.card(rules[0]).must_read) == ("reading_required", True)
    town.perform(town.facilitator, type="undo_change", seq=town.seq)
    assert not town.card(rules[0]).must_read
    town.perform(town.facilitator, type="undo_change", seq=town.seq)
    assert town.card(rules[0]).must_read
    town.perform(town.facilitator, type="require_reading", card=rules[0], required=False)
    assert not town.card(rules[0]).must_read
    assert town.card(rules[0]).version == 1  # nobody is asked to read it again


def test_nobody_else_requires_it(town: Town, rules: list[int]) -> None:
    town.perform(town.facilitator, type="set_rights", column=town.guide, agents="edit")
    for person in (town.agent, town.reader):
        with pytest.raises(Forbidden, match="may_not_arrange"):
            town.perform(person, type="require_reading", card=rules[0], required=True)
    town.perform(town.facilitator, type="require_reading", card=rules[0], required=True)
    with pytest.raises(Forbidden, match="may_not_arrange"):
        town.perform(town.agent, type="undo_change", seq=town.seq)
    town.perform(town.facilitator, type="set_rights", column=town.guide, readers="none")
    with pytest.raises(NotFound):
        town.perform(town.reader, type="require_reading", card=rules[0], required=True)


def test_only_of_a_card_in_use(town: Town, rules: list[int]) -> None:
    town.perform(town.facilitator, type="archive_card", card=rules[0])
    with pytest.raises(Conflict, match="card_archived"):
        town.perform(town.facilitator, type="require_reading", card=rules[0], required=True)


def test_undoing_a_change_altered_since_is_refused(town: Town, rules: list[int]) -> None:
    seq = town.perform(town.facilitator, type="require_reading", card=rules[0], required=True).seq
    town.perform(town.facilitator, type="require_reading", card=rules[0], required=False)
    with pytest.raises(Conflict, match="changed_since"):
        town.perform(town.facilitator, type="undo_change", seq=seq)

"""Personal column order, while others move, add and archive columns."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from boards.database import db, read_session, write_transaction
from boards.errors import Conflict
from boards.models import Column, Person
from boards.models.personal import Placement, personal_transaction
from boards.personal.column_order import delete_placements, move_column_for_person, pin_column
from boards.queries import snapshot, visible_columns
from tests.town import Town


def order(town: Town, who: int | None = None) -> list[str]:
    """Return the column titles as this person sees them; the agent by default."""
    board = town.fresh_board()
    return [
        column.title
        for column in snapshot(read_session(), board, read_session().get_one(Person, who or town.agent)).columns
    ]


def place(town: Town, column: int, after: int | None) -> None:
    board, person = town.fresh_board(), read_session().get_one(Person, town.agent)
    columns = {each.id: each for each in visible_columns(read_session(), board, person)}
    with write_transaction() as session:
        move_column_for_person(
            session, board, person, columns[column], columns.get(after) if after else None, columns.values()
        )


def pin(town: Town, column: int, pinned: bool = True) -> None:
    with write_transaction() as session:
        pin_column(session, session.get_one(Person, town.agent), session.get_one(Column, column), pinned)


def kept() -> int:
    read_session().rollback()
    return read_session().query(Placement).count()


def test_a_column_moves_for_oneself_alone(town: Town) -> None:
    seq = town.seq
    assert order(town) == ["Service", "Guide", "Suggestions", "Free"]
    place(town, town.free, None)
    assert order(town) == ["Free", "Service", "Guide", "Suggestions"]
    place(town, town.service, town.suggestions)
    assert order(town) == ["Free", "Guide", "Suggestions", "Service"]
    place(town, town.guide, town.guide)
    assert order(town) == ["Free", "Guide", "Suggestions", "Service"]
    assert order(town, town.colleague) == order(town, town.facilitator) == ["Service", "Guide", "Suggestions", "Free"]
    assert town.seq == seq


def test_ones_own_service_comes_first_and_stays_there(town: Town) -> None:
    pin(town, town.suggestions)
    assert order(town) == ["Suggestions", "Service", "Guide", "Free"]
    pin(town, town.free)
    assert order(town) == ["Suggestions", "Free", "Service", "Guide"]
    place(town, town.free, None)
    assert order(town) == ["Free", "Suggestions", "Service", "Guide"]
    town.perform(town.facilitator, type="move_column", column=town.guide, after=None)
    assert order(town) == ["Free", "Suggestions", "Guide", "Service"]
    pin(town, town.suggestions, False)
    assert order(town) == ["Free", "Guide", "Service", "Suggestions"]


def test_neither_leaves_its_group(town: Town) -> None:
    pin(town, town.guide)
    place(town, town.guide, town.free)
    assert order(town) == ["Guide", "Service", "Suggestions", "Free"]
    place(town, town.free, None)
    assert order(town) == ["Guide", "Free", "Service", "Suggestions"]


def test_what_facilitators_do_comes_among_ones_own_order(town: Town) -> None:
    place(town, town.free, town.service)
    new = next(
        iter(town.perform(town.facilitator, type="add_column", title="Neuve", kind="free", after=town.guide).columns)
    )
    assert order(town) == ["Service", "Free", "Guide", "Neuve", "Suggestions"]
    town.perform(town.facilitator, type="archive_column", column=town.free)
    town.perform(town.facilitator, type="move_column", column=new, after=None)
    assert order(town) == ["Neuve", "Service", "Guide", "Suggestions"]
    town.perform(town.facilitator, type="restore_column", column=town.free)
    assert order(town) == ["Neuve", "Service", "Free", "Guide", "Suggestions"]


def test_between_two_of_the_same_rank(town: Town) -> None:
    """A personal rank and a later board rank may be equal; a place between them must still exist."""
    place(town, town.free, town.service)
    town.perform(town.facilitator, type="move_column", column=town.suggestions, after=town.service)
    board = town.fresh_board()
    seen = snapshot(read_session(), board, read_session().get_one(Person, town.agent))
    assert seen.placements[town.free].rank == town.column(town.suggestions).rank
    assert order(town) == ["Service", "Suggestions", "Free", "Guide"]
    place(town, town.guide, town.suggestions)
    assert order(town) == ["Service", "Suggestions", "Guide", "Free"]


def test_back_to_the_boards_order_and_nothing_is_kept_that_says_nothing(town: Town) -> None:
    pin(town, town.free)
    pin(town, town.free, False)
    assert kept() == 0
    place(town, town.free, None)
    pin(town, town.guide)
    with write_transaction() as session:
        delete_placements(session, town.fresh_board(), session.get_one(Person, town.agent))
    assert kept() == 0
    assert order(town) == ["Service", "Guide", "Suggestions", "Free"]


def test_two_tabs_of_one_person_queue_before_they_look(town: Town) -> None:
    """Check the order of the statements, as only another process could race here."""
    said: list[str] = []
    listen = lambda _connection, _cursor, statement, *_rest: said.append(statement)  # noqa: E731 - removed again below
    event.listen(db.engine, "before_cursor_execute", listen)
    with personal_transaction(town.agent) as session:
        pin_column(session, session.get_one(Person, town.agent), session.get_one(Column, town.free), True)
    event.remove(db.engine, "before_cursor_execute", listen)
    first = next(statement for statement in said if not statement.startswith("BEGIN"))
    assert "FROM people" in first
    assert db.engine.dialect.name == "sqlite" or "FOR NO KEY UPDATE" in first


def test_a_column_that_went_away_meanwhile_is_asked_for_again(town: Town) -> None:
    with pytest.raises(Conflict, match="try_again"), personal_transaction(town.agent) as session:
        session.add(Placement(person_id=town.agent, column_id=999_999, pinned=True))
    assert kept() == 0


@pytest.mark.parametrize("hidden", ["guide", "free"])
def test_a_hidden_column_is_no_neighbour(town: Town, hidden: str) -> None:
    town.perform(town.facilitator, type="set_rights", column=getattr(town, hidden), agents="none")
    before = order(town)
    place(town, town.suggestions, None)
    assert order(town) == ["Suggestions", *[title for title in before if title != "Suggestions"]]

from typing import Any

import pytest

from boards.database import db, read_session
from boards.errors import Conflict, Forbidden, Invalid, NotFound
from boards.models import Column
from tests.town import Town


def order(town: Town) -> list[str]:
    db.session.rollback()
    rows = read_session().query(Column).filter_by(board_id=town.board, archived_at=None).order_by(Column.rank)
    return [column.title for column in rows]


def test_facilitators_add_columns_where_they_say(town: Town) -> None:
    town.perform(town.facilitator, type="add_column", title="Sports", kind="service", hue=190, after=town.guide)
    town.perform(town.facilitator, type="add_column", title="Première", kind="free", after=None)
    town.perform(town.facilitator, type="add_column", title="Dernière", kind="free")
    assert order(town) == ["Première", "Service", "Guide", "Sports", "Suggestions", "Free", "Dernière"]


def test_they_move_them(town: Town) -> None:
    town.perform(town.facilitator, type="move_column", column=town.free, after=None)
    town.perform(town.facilitator, type="move_column", column=town.service, after=town.suggestions)
    assert order(town) == ["Free", "Guide", "Suggestions", "Service"]


def test_they_edit_them(town: Town) -> None:
    town.perform(town.facilitator, type="edit_column", column=town.free, title="Travaux", kind="service", hue=40)
    column = town.column(town.free)
    assert (column.title, column.kind, column.hue, column.version) == ("Travaux", "service", 40, 2)


def test_an_edit_of_a_version_that_is_gone_is_refused(town: Town) -> None:
    town.perform(town.facilitator, type="edit_column", column=town.free, version=1, title="Un")
    with pytest.raises(Conflict, match="stale_version"):
        town.perform(town.facilitator, type="edit_column", column=town.free, version=1, title="Deux")
    assert town.column(town.free).title == "Un"


COMMANDS: list[dict[str, Any]] = [
    {"type": "add_column", "title": "x", "kind": "free"},
    {"type": "edit_column", "title": "x"},
    {"type": "move_column", "after": None},
    {"type": "archive_column"},
]


@pytest.mark.parametrize("who", ["agent", "colleague", "reader"])
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command["type"])
def test_nobody_else_may(town: Town, who: str, command: dict[str, Any]) -> None:
    target: dict[str, Any] = {} if command["type"] == "add_column" else {"column": town.free}
    before = order(town)
    with pytest.raises(Forbidden):
        town.perform(getattr(town, who), **command, **target)
    assert order(town) == before


@pytest.mark.parametrize("command", COMMANDS[1:], ids=lambda command: command["type"])
def test_an_archived_column_is_left_alone_and_an_unknown_one_not_found(town: Town, command: dict[str, Any]) -> None:
    town.perform(town.facilitator, type="archive_column", column=town.free)
    with pytest.raises(Conflict, match="column_archived"):
        town.perform(town.facilitator, **command, column=town.free)
    with pytest.raises(NotFound):
        town.perform(town.facilitator, **command, column=2**50)


def test_a_restored_column_stands_where_it_stood(town: Town) -> None:
    before = order(town)
    town.perform(town.facilitator, type="archive_column", column=town.guide)
    assert order(town) == [title for title in before if title != "Guide"]
    town.perform(town.facilitator, type="restore_column", column=town.guide)
    assert order(town) == before


@pytest.mark.parametrize(
    "fields",
    [
        {"title": ""},
        {"kind": "autre"},
        {"kind": None},
        {"hue": 360},
        {"hue": -1},
        {"hue": "bleu"},
        {"title": "x" * 201},
        {"after": 0},
        {"rank": "a"},
    ],
)
def test_wrong_fields_are_refused(town: Town, fields: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        town.perform(town.facilitator, **{"type": "add_column", "title": "x", "kind": "free", **fields})


def test_an_unknown_service_is_not_found(town: Town) -> None:
    with pytest.raises(NotFound, match="service_not_found"):
        town.perform(town.facilitator, type="add_column", title="x", kind="service", service=999)

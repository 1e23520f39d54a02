"""Generated commands are refused without any effect, or executed as described."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st

from boards.database import read_session
from boards.log.change_log import changes_after
from boards.models import Card, Column, Person
from tests.fuzz.commands import any_command
from tests.fuzz.conftest import Effort
from tests.town import PEOPLE, Town
from tests.visitor import Visitor

PAGES = ("", "/archive", "/history", "/news", "/suggestions", "/guide", "/to-check", "/past")
BOARDS = ["accueil"] * 60 + [
    "autre",
    "1",
    "0",
    "9" * 19,
    "9" * 4301,
    "٣",
    "%00",
    "%ed%a0%80",
    "..%2f",
    "accueil%20",
    "ACCUEIL",
    "x" * 81,
]
Step = tuple[str, str, dict[str, Any]]

steps = st.lists(
    st.tuples(st.sampled_from(["facilitator"] * 4 + [*PEOPLE]), st.sampled_from(BOARDS), any_command()),
    min_size=4,
    max_size=8,
)


@pytest.fixture
def people(app: Flask, town: Town) -> dict[str, Visitor]:
    for column in (town.service, town.guide, town.suggestions, town.free):
        town.add_card("Info", column=column, actor=town.facilitator)
    signed_in = {}
    for who, (email, *_rest) in PEOPLE.items():
        signed_in[who] = Visitor(app)
        assert signed_in[who].sign_in(email).status_code == 303
    return signed_in


def test_every_command_is_executed_or_refused_as_described(
    town: Town, people: dict[str, Visitor], effort: Effort
) -> None:
    statuses: Counter[int] = Counter()
    executed: set[str] = set()

    @effort(24)
    @given(sent=steps)
    @example(sent=[("agent", "9" * 4301, {"type": "archive_card", "card": 1})])  # more digits than Python parses
    @example(sent=[("agent", "accueil", {"type": "add_card", "column": 1, "title": "x", "valid_until": 1767225600})])
    def alter(sent: list[Step]) -> None:
        for who, board, command in sent:
            before = town.seq
            # The visitor compares every response with the API description.
            answer = people[who].send(json.dumps(command).encode(), board=board)
            statuses[answer.status_code] += 1
            assert answer.status_code != 500, (who, board, command)
            if answer.status_code != 200 or board not in ("accueil", str(town.board)):
                assert town.seq == before, (who, board, command)
            else:
                assert (answer.get_json()["seq"], town.seq) == (before + 1, before + 1), (who, command)
                executed.add(command["type"])

    alter()
    assert statuses.keys() >= {200, 403, 404, 409, 422}
    assert len(executed) >= 5, "too few commands were executed"
    assert_consistent(town, people)


def assert_consistent(town: Town, people: dict[str, Visitor]) -> None:
    """Check that pages open, ranks are valid, the log has no gap, and clients can catch up."""
    for who, visitor in people.items():
        assert visitor.get("/api/boards/accueil").status_code == 200
        for page in PAGES:
            assert visitor.get(f"/boards/accueil{page}").status_code == 200, (who, page)
        person = read_session().get_one(Person, getattr(town, who))
        assert changes_after(read_session(), town.fresh_board(), max(0, town.seq - 150)).seq == town.seq, person
    assert [change.seq for change in town.log] == list(range(1, town.seq + 1))
    for rows in (read_session().query(Card.column_id, Card.rank), read_session().query(Column.board_id, Column.rank)):
        places = rows.all()
        assert len(set(places)) == len(places)
        assert all(rank.isascii() and rank.isalnum() for _where, rank in places)

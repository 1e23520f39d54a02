from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.live.person import LivePerson
from tests.server import Server


@pytest.fixture
def person(shared_server: Server) -> Iterator[Callable[[str], LivePerson]]:
    """Return a function that connects a person by the first part of their address, until the end of the test."""
    people: list[LivePerson] = []

    def connect(name: str) -> LivePerson:
        people.append(LivePerson(shared_server.url, f"{name}@demo.example").connect())
        return people[-1]

    yield connect
    for one in people:
        one.leave()


@pytest.fixture
def dtan(person: Callable[[str], LivePerson]) -> LivePerson:
    """Connect a facilitator who has joined the board."""
    dtan = person("dtan")
    dtan.join()
    return dtan

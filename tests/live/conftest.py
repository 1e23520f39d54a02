from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.live.person import LivePerson
from tests.server import Server


@pytest.fixture(scope="module")
def shared_server(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests of a module that leave it as they found it, or nearly so."""
    folder = tmp_path_factory.mktemp("shared") / "var"
    shutil.copytree(demo_data, folder)
    server = Server(folder).start()
    yield server
    server.stop()


@pytest.fixture
def person(shared_server: Server) -> Iterator[Callable[[str], LivePerson]]:
    """Somebody with a live connection, by the first part of their address; gone at the end of the test."""
    people: list[LivePerson] = []

    def connect(name: str) -> LivePerson:
        people.append(LivePerson(shared_server.url, f"{name}@demo.example").connect())
        return people[-1]

    yield connect
    for one in people:
        one.leave()

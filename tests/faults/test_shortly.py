"""The faults that need little, once and shortly. The rest, and these for long, by hand: see README.md."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from math import inf
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from app.api import views as api
from boards.database import db
from tests.faults import shuffled
from tests.faults.report import Report
from tests.server import Server
from tests.town import Town
from tests.visitor import Visitor


def test_what_comes_twice_late_and_in_the_wrong_order_does_no_harm(tmp_path: Path) -> None:
    report = Report("shuffled", within=inf)  # how fast is shown by the program alone
    with ThreadPoolExecutor(
        max_workers=1
    ) as elsewhere:  # where browser tests have run before, a loop is running in this thread already
        elsewhere.submit(asyncio.run, shuffled.run(tmp_path, 2, report, Server)).result()
    assert not report.wrong, str(report)


@pytest.mark.sqlite
def test_on_a_full_disk_writing_says_so_and_reading_goes_on(town: Town, visitor: Visitor) -> None:
    visitor.sign_in("dtan@ville.example")
    command: dict[str, Any] = {"type": "add_card", "column": town.free, "title": "Trop grande", "body": "x" * 60_000}
    with no_room_left():
        answer = visitor.command(**command)
        assert (answer.status_code, answer.json and answer.json["code"]) == (503, "database_unavailable")
        assert visitor.get("/api/boards/accueil").status_code == 200
    assert visitor.command(**command).status_code == 200


def test_a_reading_that_the_database_breaks_off_may_be_sent_again(
    town: Town, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.sign_in("dtan@ville.example")

    def broken_off(*_anything: Any) -> None:
        raise OperationalError("SELECT", {}, Exception("server closed the connection unexpectedly"))

    monkeypatch.setattr(api, "snapshot", broken_off)
    assert visitor.get("/api/boards/accueil").status_code == 503


@contextmanager
def no_room_left() -> Iterator[None]:
    """The database may not grow any more."""

    def limit(connection: Any, *_anything: Any) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # SQLite makes that as many as there are

    db.session.rollback()
    event.listen(db.engine, "checkout", limit)
    yield
    event.remove(db.engine, "checkout", limit)
    db.session.remove()
    db.engine.dispose()

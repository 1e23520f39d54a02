"""Short versions of some faults for CI; run the others, and longer, by hand: see README.md."""

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
from tests.faults import reordered_frames
from tests.faults.report import Report
from tests.server import Server
from tests.town import Town
from tests.visitor import Visitor


def test_repeated_late_and_reordered_frames_do_no_harm(tmp_path: Path) -> None:
    report = Report("reordered_frames", within=inf)  # recovery time is measured by the program only
    # In another thread: after browser tests, an event loop is already running in this one.
    with ThreadPoolExecutor(max_workers=1) as executor:
        executor.submit(asyncio.run, reordered_frames.run(tmp_path, 2, report, Server)).result()
    assert not report.failures, str(report)


@pytest.mark.sqlite
def test_on_a_full_disk_writes_fail_with_503_and_reads_work(town: Town, visitor: Visitor) -> None:
    visitor.sign_in("dtan@ville.example")
    command: dict[str, Any] = {"type": "add_card", "column": town.free, "title": "Trop grande", "body": "x" * 60_000}
    with full_database():
        answer = visitor.command(**command)
        assert (answer.status_code, answer.json and answer.json["code"]) == (503, "database_unavailable")
        assert visitor.get("/api/boards/accueil").status_code == 200
    assert visitor.command(**command).status_code == 200


def test_a_read_interrupted_by_the_database_can_be_retried(
    town: Town, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.sign_in("dtan@ville.example")

    def fail(*_anything: Any) -> None:
        raise OperationalError("SELECT", {}, Exception("server closed the connection unexpectedly"))

    monkeypatch.setattr(api, "snapshot", fail)
    assert visitor.get("/api/boards/accueil").status_code == 503


@contextmanager
def full_database() -> Iterator[None]:
    """Prevent the SQLite database from growing."""

    def limit(connection: Any, *_anything: Any) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # SQLite raises this to the current size

    db.session.rollback()
    event.listen(db.engine, "checkout", limit)
    yield
    event.remove(db.engine, "checkout", limit)
    db.session.remove()
    db.engine.dispose()

"""Restart two workers behind nginx in turn while somebody writes: the page reconnects silently."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SeatSomebody
from tests.browser.desk import AGENT
from tests.deploy.nginx import PROGRAM, Nginx
from tests.server import Server, free_port

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="nginx is not installed")

COUNT_DEPARTURES = """
  window.departures = 0;
  const close = WebSocket.prototype.close;
  WebSocket.prototype.close = function (...reason) { window.departures += 1; return close.apply(this, reason); };
"""


@pytest.fixture
def workers(demo_data: Path, tmp_path: Path) -> Iterator[list[Server]]:
    """Run two workers on one SQLite file, without Redis, which this test does not need."""
    shutil.copytree(demo_data, tmp_path / "var")
    shared = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/var/flash-news.sqlite3",
        "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0",
    }
    workers = [
        Server(tmp_path / f"worker-{number}", **shared, SECRET_KEY="k" * 40, PROXY_HOPS="1") for number in range(2)
    ]
    yield workers
    for worker in workers:
        worker.kill()


@pytest.fixture
def front(workers: list[Server], tmp_path: Path) -> Iterator[Server]:
    """Run nginx in front of the workers and return its address as a server."""
    nginx = Nginx(tmp_path, *(worker.port for worker in workers))
    for worker in workers:
        worker.settings["PUBLIC_URL"] = nginx.url
        worker.start()
    nginx.start()
    front = Server(tmp_path / "front")
    front.url = nginx.url
    yield front
    nginx.stop()


def test_a_page_goes_over_and_keeps_what_was_being_written(
    workers: list[Server], front: Server, seat: SeatSomebody
) -> None:
    anna = seat(AGENT, server=front, afresh=True, path=None, ignore_https_errors=True)
    anna.context.add_init_script(COUNT_DEPARTURES)
    anna.open_board()
    anna.expect_live()
    anna.column("CCAS").get_by_role("button", name="Ajouter une info").click()
    anna.page.keyboard.type("Écrite pendant le redémarrage")
    for worker in workers:
        worker.stop()
        worker.start()
    anna.expect_live()
    anna.page.keyboard.press("Enter")
    expect(
        anna.column("CCAS").locator("li.card:not(.pending)", has_text="Écrite pendant le redémarrage")
    ).to_have_count(1)
    assert anna.page.evaluate("() => window.departures") >= 1
    assert anna.page.evaluate("() => performance.getEntriesByType('navigation').length") == 1

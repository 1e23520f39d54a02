"""Worker shutdown: connected clients are told, and so are late arrivals."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
import websocket

from tests.live.person import PATIENCE_SECONDS, LivePerson
from tests.server import Server, free_port


@pytest.fixture
def worker(demo_data: Path, tmp_path: Path) -> Iterator[Server]:
    """Create one of several workers, with time for its clients to reconnect elsewhere."""
    shutil.copytree(demo_data, tmp_path / "var")
    worker = Server(tmp_path / "var", REDIS_URL=f"redis://127.0.0.1:{free_port()}/0").start()
    yield worker
    worker.kill()


def test_clients_arriving_during_shutdown_are_told_too(worker: Server) -> None:
    stays = LivePerson(worker.url, "dtan@demo.example").connect()
    kept_open = HTTPConnection("127.0.0.1", worker.port, timeout=PATIENCE_SECONDS)  # as a proxy keeps some
    kept_open.request("GET", "/healthz")
    kept_open.getresponse().read()
    assert worker.process
    worker.process.terminate()
    stays.wait_until(lambda: stays.events("closing"))
    address = worker.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    arriving = websocket.create_connection(address, cookie=stays.cookies, origin=worker.url, socket=kept_open.sock)
    arriving.send("40")
    while not (said := str(arriving.recv())).startswith("42"):
        assert said
    assert json.loads(said[2:])[0] == "closing"
    arriving.close()
    stays.leave()

"""Two workers behind nginx: load balancing, rolling restart under load, a killed worker."""

from __future__ import annotations

import os
import subprocess
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
import requests

from config import ROOT, Settings
from tests.deploy.nginx import PROGRAM, Nginx
from tests.deploy.page import Page, trusting
from tests.live.person import LivePerson
from tests.server import Server

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="nginx is not installed")


class Site:
    """nginx, its workers, and their Redis."""

    def __init__(self, folder: Path, database_url: str, redis_url: str) -> None:
        shared = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "SECRET_KEY": uuid.uuid4().hex * 2,
            "PROXY_HOPS": "1",
        }
        self.workers = [Server(folder / f"worker-{number}", **shared) for number in range(2)]
        self.nginx = Nginx(folder, *(worker.port for worker in self.workers))
        for worker in self.workers:
            worker.settings["PUBLIC_URL"] = self.nginx.url
        self.folder = folder
        self.prefix = Settings.from_environment(self.workers[0].settings).redis_prefix
        self.redis = redis.Redis.from_url(redis_url)

    def entries(self) -> list[bytes]:
        """Return the presence entries that the workers keep in Redis."""
        keys: Any = self.redis.keys(f"{self.prefix}:seats:*")
        found: Any = self.redis.mget(keys) if keys else []
        return [entry for entry in found if entry is not None]

    def restart_as_documented(self) -> None:
        """Run deploy/flash-news-restart with a fake `systemctl` that restarts our workers."""
        request_pipe, reply_pipe = self.folder / "requests", self.folder / "replies"
        for pipe in (request_pipe, reply_pipe):
            os.mkfifo(pipe)
        systemctl = self.folder / "systemctl"
        units = "\n".join(f"flash-news@{worker.port}.service loaded active running" for worker in self.workers)
        systemctl.write_text(
            f'#!/bin/sh\nif [ "$1" = list-units ]; then echo "{units}"\n'
            f'else echo "$2" > {request_pipe}; read -r _ < {reply_pipe}; fi\n',
            encoding="utf-8",
        )
        systemctl.chmod(0o755)
        systemd = threading.Thread(target=self._play_systemd, args=(request_pipe, reply_pipe))
        systemd.start()
        path = os.pathsep.join((str(self.folder), os.environ["PATH"]))
        subprocess.run([ROOT / "deploy" / "flash-news-restart"], env={"PATH": path}, check=True, timeout=120)
        systemd.join()

    def _play_systemd(self, request_pipe: Path, reply_pipe: Path) -> None:
        for _worker in self.workers:
            unit = request_pipe.read_text(encoding="ascii")
            [worker] = [worker for worker in self.workers if str(worker.port) in unit]
            worker.stop()
            # Reply before the worker is ready, like systemd for a service without readiness notification.
            reply_pipe.write_text("begun\n", encoding="ascii")
            worker.start()


@pytest.fixture(scope="module")
def site(postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    redis_url = os.environ.get("TEST_REDIS_URL")
    if not redis_url:
        pytest.skip("TEST_REDIS_URL is not set")
    site = Site(tmp_path_factory.mktemp("workers"), postgresql_url, redis_url)
    for worker in site.workers:
        worker.start()
    site.nginx.start()
    yield site
    site.nginx.stop()
    for worker in site.workers:
        worker.kill()


def test_clients_are_balanced_and_see_each_others_presence(site: Site) -> None:
    with Page(site.nginx, "dtan") as dtan, Page(site.nginx, "ccas") as ccas, Page(site.nginx, "mediatheque") as library:
        for page in (dtan, ccas, library):
            page.wait_for_presence(3)
        assert all(b'"people"' in entry for entry in site.entries())
        assert len(site.entries()) == 2
        library.socket.disconnect()
        library.wait_until(lambda: library.socket.connected)  # it reconnects, as pages do
        answer = dtan.do(type="add_card", column=dtan.columns()[0]["id"], title="Dite aux deux")
        for page in (ccas, library):
            page.hear_up_to(answer["seq"])


def test_long_polling_is_sticky(site: Site) -> None:
    person = LivePerson(site.nginx.url, "ccas@demo.example", web=trusting(site.nginx))
    person.socket.connect(site.nginx.url, transports=["polling"], wait_timeout=60)
    assert person.socket.transport() == "polling"
    # More requests than could all reach the same worker by chance.
    assert len([person.join()["seq"] for _round in range(8)]) == 8
    person.leave()


def test_sign_in_attempts_are_counted_across_workers(site: Site) -> None:
    web = trusting(site.nginx)
    page = web.get(f"{site.nginx.url}/sign-in", timeout=60).text
    fields = {
        "email": "nobody@demo.example",
        "password": "wrong",
        "csrf_token": page.split('name="csrf-token" content="')[1].split('"')[0],
    }
    answers = [web.post(f"{site.nginx.url}/sign-in", data=fields, timeout=60).status_code for _attempt in range(11)]
    assert answers == [401] * 10 + [429]


def test_a_rolling_restart_loses_no_work(site: Site) -> None:
    processes = [worker.process for worker in site.workers]
    with Page(site.nginx, "dtan") as dtan, Page(site.nginx, "ccas") as ccas, Page(site.nginx, "mediatheque") as library:
        column, is_over = dtan.columns()[0]["id"], threading.Event()
        acknowledged: dict[str, int] = {}
        refused: list[str] = []
        writers = [
            threading.Thread(target=write_live, args=(dtan, column, is_over, acknowledged)),
            threading.Thread(target=write_live, args=(ccas, column, is_over, acknowledged)),
            threading.Thread(target=send_pages, args=(site, column, is_over, acknowledged, refused)),
        ]
        for writer in writers:
            writer.start()
        site.restart_as_documented()
        is_over.set()
        for writer in writers:
            writer.join()
        assert refused == []
        last = dtan.board()["seq"]
        for page in (dtan, ccas, library):
            page.hear_up_to(last)
            assert page.known() == list(range(page.first + 1, last + 1))
            page.wait_for_presence(3)
            assert page.interruptions == 0
    recorded = [change["seq"] for change in library.changes()]
    assert len(acknowledged) == len(set(acknowledged.values()))
    assert set(acknowledged.values()) <= set(recorded)
    assert all(before is not worker.process for before, worker in zip(processes, site.workers, strict=True))


def test_clients_of_a_killed_worker_reconnect_to_the_other(site: Site) -> None:
    with Page(site.nginx, "dtan") as dtan:
        with Page(site.nginx, "ccas") as one, Page(site.nginx, "mediatheque") as two:
            dtan.wait_for_presence(3)
            site.workers[0].kill()
            for page in (dtan, one, two):  # pages of the killed worker reconnect on their own
                page.wait_for_presence(3)
        dtan.wait_for_presence(1)
        site.redis.ping()
    dtan.wait_until(lambda: len(site.entries()) == 1)
    site.workers[0].start()


def write_live(page: Page, column: int, is_over: threading.Event, acknowledged: dict[str, int]) -> None:
    while not is_over.wait(0.05):
        answer = page.do(type="add_card", column=column, title="Écrite pendant le redémarrage")
        acknowledged[answer["key"]] = answer["seq"]


def send_pages(
    site: Site, column: int, is_over: threading.Event, acknowledged: dict[str, int], refused: list[str]
) -> None:
    """Send commands over HTTP once each, like a form; count any missing response as refused."""
    page = LivePerson(site.nginx.url, "dtan@demo.example", web=trusting(site.nginx))
    while not is_over.wait(0.05):
        key = uuid.uuid4().hex
        try:
            answer = page.post(type="add_card", key=key, column=column, title="Envoyée par une page")
            shown = page.web.get(f"{site.nginx.url}/boards/accueil", timeout=60)
        except requests.RequestException as error:
            refused.append(repr(error))
            continue
        refused += [str(each.status_code) for each in (answer, shown) if each.status_code != 200]
        acknowledged[key] = answer.json().get("seq")

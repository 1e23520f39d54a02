"""Start what is measured and what measures, each in a process of its own."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, build_opener

from bench.town import EMAIL, PASSWORD, SLUG, Town, make_town, settings_of
from config import ROOT
from tests.server import Server, ServerFromNothing, free_port

RESULTS = (
    ROOT / "bench" / "results"
)  # on the disk that the product's own data is on: a /tmp in memory would commit for free
FILES = 8192


class Towns:
    """Fill data folders, once per size; give each question a copy."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made: dict[tuple[int, int], Town] = {}

    def copy(self, cards: int, people: int = 0) -> Town:
        """Return a copy of the town with so many cards and people."""
        if (cards, people) not in self._made:
            self._made[cards, people] = make_town(self.folder / f"town-{cards}-{people}", cards, people)
        town = self._made[cards, people]
        copy = tempfile.mkdtemp(dir=self.folder, prefix=f"{cards}-")
        shutil.copytree(town.data_dir, copy, dirs_exist_ok=True)
        return replace(town, data_dir=copy)


@contextmanager
def scratch() -> Iterator[Path]:
    """Yield a folder on the disk that is removed with everything in it."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=RESULTS, prefix="run-") as folder:
        yield Path(folder)


@contextmanager
def served(town: Town) -> Iterator[Server]:
    """Serve this town as `python run.py` does."""
    raise_file_limit()
    server = ServerFromNothing(Path(town.data_dir), **settings_of(Path(town.data_dir)))
    server.start()
    try:
        yield server
    finally:
        server.kill()  # its data is a copy that goes away


@contextmanager
def bare_server(folder: Path | None = None) -> Iterator[str]:
    """Run the floor's server with the answers recorded in `folder`; yield its address."""
    port = free_port()
    arguments = [str(port), *([str(folder)] if folder else [])]
    process = subprocess.Popen([sys.executable, "-m", "bench.bare", *arguments], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def sign_in(url: str) -> dict[str, str]:
    """Sign the facilitator in as a browser does; return the cookies by name."""
    jar = CookieJar()
    browser = build_opener(HTTPCookieProcessor(jar))
    page = browser.open(f"{url}/sign-in").read().decode()
    token = page.split('name="csrf-token" content="')[1].split('"')[0]
    with browser.open(
        f"{url}/sign-in", urlencode({"email": EMAIL, "password": PASSWORD, "csrf_token": token}).encode()
    ) as answer:
        assert urlsplit(answer.url).path == f"/boards/{SLUG}", answer.url
    return {cookie.name: cookie.value or "" for cookie in jar}


def connect(url: str) -> HTTPConnection:
    """Return a connection that is kept alive."""
    return HTTPConnection(urlsplit(url).netloc, timeout=60)


def raise_file_limit() -> None:
    """Allow two thousand sockets here and in child processes."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))

"""(k) Time a backup, a move of the town and a restore, and what writers notice meanwhile.

One person moves cards without pause, alone first (the floor), then while `flask backup` runs in processes of its
own, as the timer starts it. Every backup is checked: its checksum, a complete log, no more than was acknowledged
when it ended. At the end the server is stopped, the last backup restored, and the town must be at its seq.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from bench.figures import Figure, median, percentile
from bench.processes import Towns
from bench.town import EMAIL, SLUG, Town, settings_of
from tests.faults.services import PostgreSQL
from tests.server import Server, ServerFromNothing

SEQ = re.compile(rf"« {SLUG} » : changement n° (\d+)")


def measure(towns: Towns, *, quick: bool) -> list[Figure]:
    """Answer this question."""
    cards, backups = (100, 1) if quick else (5100, 5)
    figures = _on("SQLite", towns.copy(cards, people=1), {}, backups)
    with _postgresql(towns) as url:
        town = towns.copy(cards, people=1)
        moving = _seconds(lambda: _flask(_server(town, {}), "db-copy", url))
        figures.append(Figure("backup", f"SQLite to PostgreSQL, {cards:,} cards", moving, "s"))
        return figures + _on("PostgreSQL", town, {"DATABASE_URL": url}, backups)


def _on(where: str, town: Town, settings: dict[str, str], backups: int) -> list[Figure]:
    server = _server(town, settings).start()
    what = f"{where}, {town.cards:,} cards"
    try:
        with _Mover(server, town) as mover:
            mover.rest_until(200)
            alone = mover.take()
            files = [Path(town.data_dir) / f"backup-{number}.sqlite3" for number in range(backups)]
            taken, answered = [], []
            for file in files:
                taken.append(_seconds(lambda file=file: _flask(server, "backup", str(file))))  # type: ignore[misc]  # mypy minds the default
                answered.append(mover.seq)
            meanwhile = mover.take()
        seqs = [int(SEQ.findall(_flask(server, "restore", "--check", str(file)))[0]) for file in files]
        assert seqs == sorted(seqs)
        assert all(seq <= known for seq, known in zip(seqs, answered, strict=True))
    finally:
        server.stop()
    restoring = _seconds(lambda: _flask(server, "restore", "--yes", str(files[-1])))
    server.start()
    try:
        assert _seq(server, town) == seqs[-1]
    finally:
        server.kill()
    return [
        Figure("backup", f"a backup of {what}", median(taken), "s"),
        Figure("backup", f"a move while it is made, median, {what}", median(meanwhile), "ms", median(alone)),
        Figure(
            "backup",
            f"a move while it is made, p95, {what}",
            percentile(meanwhile, 0.95),
            "ms",
            percentile(alone, 0.95),
        ),
        Figure(
            "backup", f"a move while it is made, longest of {len(meanwhile)}, {what}", max(meanwhile), "ms", max(alone)
        ),
        Figure("backup", f"restoring {what}", restoring, "s"),
    ]


class _Mover:
    """Move cards, one after the other, in a thread."""

    def __init__(self, server: Server, town: Town) -> None:
        self.seq = 0
        self._url, self._moves = f"{server.url}/boards/{SLUG}/commands", town.moves(20_000)
        self._web = requests.Session()
        self._web.headers["Authorization"] = f"Bearer {_token(server)}"
        self._times: list[float] = []
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._move)

    def __enter__(self) -> _Mover:
        self._thread.start()
        return self

    def __exit__(self, *_reason: object) -> None:
        self._done.set()
        self._thread.join()

    def rest_until(self, moves: int) -> None:
        """Wait until so many moves are done."""
        while len(self._times) < moves and self._thread.is_alive():
            time.sleep(0.05)

    def take(self) -> list[float]:
        """Return the answer times since the last call, in milliseconds."""
        times, self._times = self._times, []
        return times

    def _move(self) -> None:
        for number, move in enumerate(self._moves):
            if self._done.is_set():
                return
            began = time.perf_counter()
            answer = self._web.post(self._url, json={**move, "key": f"bench-{number}"}, timeout=60)
            self._times.append((time.perf_counter() - began) * 1000)
            answer.raise_for_status()
            self.seq = answer.json()["seq"]


@contextmanager
def _postgresql(towns: Towns) -> Iterator[str]:
    towns.folder.chmod(0o711)  # it runs as another user, who has to get to their own folder in it
    server = PostgreSQL(towns.folder / "postgresql-of-backup").start()
    try:
        yield server.url
    finally:
        server.stop()


def _server(town: Town, settings: dict[str, str]) -> Server:
    return ServerFromNothing(Path(town.data_dir), **{**settings_of(Path(town.data_dir)), **settings})


def _flask(server: Server, *arguments: str) -> str:
    done = server.flask(*arguments)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout


def _token(server: Server) -> str:
    return _flask(server, "people", "token", EMAIL).strip()


def _seq(server: Server, town: Town) -> int:
    answer = requests.get(
        f"{server.url}/api/boards/{SLUG}", headers={"Authorization": f"Bearer {town.tokens[0]}"}, timeout=60
    )
    return int(answer.json()["seq"])


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began

"""Backup during use and restore, without losing the replaced data."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests

from tests.live.person import LivePerson
from tests.server import Server

DATABASE = "flash-news.sqlite3"


@pytest.fixture
def stopped(demo_data: Path, tmp_path: Path) -> Server:
    """Return the demo town's data without a running server."""
    shutil.copytree(demo_data, tmp_path / "var")
    return Server(tmp_path / "var")


@pytest.fixture
def running(stopped: Server) -> Iterator[Server]:
    stopped.start()
    yield stopped
    stopped.stop()


def test_a_backup_has_a_dated_name_and_is_for_its_owner_only(stopped: Server) -> None:
    done = stopped.flask("backup")
    file = Path(done.stdout.strip())
    assert done.returncode == 0
    assert file.parent == stopped.data_dir / "backups"
    assert file.stat().st_mode & 0o077 == 0
    assert titles(file) == titles(stopped.data_dir / DATABASE)


def test_a_backup_made_while_agents_write_is_one_consistent_state(running: Server, tmp_path: Path) -> None:
    with Writer(running) as writer:
        files = [tmp_path / f"backup-{number}.sqlite3" for number in range(3)]
        for file in files:
            writer.wait_for_more()
            assert running.flask("backup", str(file)).returncode == 0
    seqs = [consistent_seq(file) for file in files]
    assert seqs == sorted(set(seqs)), "each backup is later than the one before"
    assert writer.refused == []


def test_a_backup_never_overwrites_a_file(stopped: Server, tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"beach")
    refused = stopped.flask("backup", str(tmp_path / "holiday.jpg"))
    assert (refused.returncode, "existe déjà" in refused.stderr) == (1, True)
    assert (tmp_path / "holiday.jpg").read_bytes() == b"beach"


def test_a_file_name_may_hold_any_character(stopped: Server, tmp_path: Path) -> None:
    file = tmp_path / "à 100 % ? #1.sqlite3"
    assert stopped.flask("backup", str(file)).returncode == 0
    restored = stopped.flask("restore", "--yes", str(file))
    assert restored.returncode == 0, restored.stderr


def test_restoring_brings_the_town_back_and_keeps_what_it_replaces_beside_it(stopped: Server, tmp_path: Path) -> None:
    stopped.flask("backup", str(tmp_path / "monday.sqlite3"))
    monday = titles(tmp_path / "monday.sqlite3")
    stopped.start()
    add_card(stopped, "Ajoutée mardi")
    stopped.stop()

    restored = stopped.flask("restore", "--yes", str(tmp_path / "monday.sqlite3"))

    assert restored.returncode == 0, restored.stderr
    assert titles(stopped.data_dir / DATABASE) == monday
    [kept] = stopped.data_dir.glob("flash-news_avant-restauration_*.sqlite3")
    assert kept.name in restored.stdout
    assert "Ajoutée mardi" in titles(kept)
    stopped.start()
    add_card(stopped, "Ajoutée mercredi")
    stopped.stop()


def test_commits_of_a_killed_server_are_kept(stopped: Server, tmp_path: Path) -> None:
    stopped.flask("backup", str(tmp_path / "monday.sqlite3"))
    stopped.start()
    add_card(stopped, "Ajoutée mardi")
    stopped.kill()
    assert stopped.flask("restore", "--yes", str(tmp_path / "monday.sqlite3")).returncode == 0
    [kept] = stopped.data_dir.glob("flash-news_avant-restauration_*.sqlite3")
    assert "Ajoutée mardi" in titles(kept)


def test_restoring_into_an_empty_folder(stopped: Server, tmp_path: Path) -> None:
    stopped.flask("backup", str(tmp_path / "monday.sqlite3"))
    elsewhere = Server(tmp_path / "new-machine")
    assert elsewhere.flask("restore", "--yes", str(tmp_path / "monday.sqlite3")).returncode == 0
    assert titles(elsewhere.data_dir / DATABASE) == titles(stopped.data_dir / DATABASE)


def test_a_running_server_is_not_robbed_of_its_database(running: Server, tmp_path: Path) -> None:
    running.flask("backup", str(tmp_path / "monday.sqlite3"))
    add_card(running, "Ajoutée mardi")
    refused = running.flask("restore", "--yes", str(tmp_path / "monday.sqlite3"))
    assert (refused.returncode, "arrêtez-le" in refused.stderr) == (1, True)
    assert nothing_left_behind(running)
    add_card(running, "Ajoutée mercredi")
    assert {"Ajoutée mardi", "Ajoutée mercredi"} <= set(titles(running.data_dir / DATABASE))


@pytest.mark.parametrize("damage", ["not a database", "empty", "cut short", "somebody else's", "a folder"])
def test_an_invalid_backup_is_refused_without_effect(stopped: Server, tmp_path: Path, damage: str) -> None:
    before = titles(stopped.data_dir / DATABASE)
    refused = stopped.flask("restore", "--yes", str(damaged(damage, stopped, tmp_path)))
    assert refused.returncode == 1
    assert "sauvegarde" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert nothing_left_behind(stopped)
    assert titles(stopped.data_dir / DATABASE) == before


def test_restoring_asks_first(stopped: Server, tmp_path: Path) -> None:
    stopped.flask("backup", str(tmp_path / "monday.sqlite3"))
    assert stopped.flask("restore", str(tmp_path / "monday.sqlite3")).returncode == 1
    assert nothing_left_behind(stopped)


def test_a_database_that_does_not_answer_is_said_in_a_sentence(tmp_path: Path) -> None:
    refused = Server(tmp_path, DEMO="0", DATABASE_URL="postgresql://127.0.0.1:1/town").flask("backup")
    assert (refused.returncode, "La sauvegarde a échoué" in refused.stderr, "Traceback" in refused.stderr) == (
        1,
        True,
        False,
    )


def damaged(damage: str, town: Server, folder: Path) -> Path:
    file = folder / "damaged.sqlite3"
    match damage:
        case "not a database":
            file.write_bytes(b"%PDF-1.7 the mayor's speech" * 500)
        case "empty":
            file.touch()
        case "cut short":
            town.flask("backup", str(folder / "whole.sqlite3"))
            whole = (folder / "whole.sqlite3").read_bytes()
            file.write_bytes(whole[: len(whole) // 2])
        case "somebody else's":
            with closing(sqlite3.connect(file)) as connection:
                connection.execute("CREATE TABLE recipes (title TEXT)")
        case "a folder":
            file.mkdir()
    return file


def nothing_left_behind(town: Server) -> bool:
    """Check that no partial copy and no renamed database is left."""
    return not [
        file for file in town.data_dir.glob("*") if file.name.endswith(".part") or "avant-restauration" in file.name
    ]


def titles(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return [title for (title,) in connection.execute("SELECT title FROM cards ORDER BY id")]


def consistent_seq(file: Path) -> int:
    """Check the file and the log of every board, and return the seq of the board that is written to."""
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        for board, seq in connection.execute("SELECT id, seq FROM boards").fetchall():
            assert connection.execute(
                "SELECT count(*), max(seq) FROM changes WHERE board_id = ?", [board]
            ).fetchone() == (seq, seq)
        return int(connection.execute("SELECT max(seq) FROM boards").fetchone()[0])


def add_card(town: Server, title: str) -> None:
    person = LivePerson(town.url, "dtan@demo.example")
    answer = person.post(type="add_card", column=person.board()["columns"][0]["id"], title=title)
    assert answer.status_code == 200, answer.text


class Writer:
    """Thread in which a facilitator adds cards continuously."""

    def __init__(self, town: Server) -> None:
        self.person = LivePerson(town.url, "dtan@demo.example")
        self.column = self.person.board()["columns"][0]["id"]
        self.written = 0
        self.refused: list[requests.Response] = []
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> Writer:
        self._thread.start()
        return self

    def __exit__(self, *_reason: object) -> None:
        self._done.set()
        self._thread.join()

    def wait_for_more(self, cards: int = 10) -> None:
        goal, deadline = self.written + cards, time.monotonic() + 20
        while self.written < goal:
            assert time.monotonic() < deadline, "the writer writes nothing"
            time.sleep(0.01)  # polling another thread's counter

    def _write(self) -> None:
        while not self._done.is_set():
            answer = self.person.post(type="add_card", column=self.column, title=f"Info {self.written}")
            if answer.status_code == 200:
                self.written += 1
            else:
                self.refused.append(answer)

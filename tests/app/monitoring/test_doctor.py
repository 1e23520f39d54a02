"""`flask doctor` finds faults of an installation and reports the remedy in French."""

from __future__ import annotations

import contextvars
import json
import os
import shutil
import socket
import sqlite3
import threading
import time
from collections import namedtuple
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text, update

from app import create_app
from app.jobs.models import Job
from app.monitoring.doctor import databases, external, host, installation
from app.monitoring.doctor.findings import Finding, FindingState
from app.server.migrations import newest_revision
from boards.database import db, now, read_session, write_transaction
from boards.models import Change
from config import Settings
from tests.clock import Clock
from tests.server import free_port
from tests.smtp import PASSWORD, USER, Mailbox, make_certificate, smtp_server
from tests.town import Town

KEY = "k" * 40
Find = Callable[..., list[Finding]]
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def settings(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return settings without any fault."""
    monkeypatch.setenv("SECRET_KEY", KEY)
    monkeypatch.setattr(databases, "LOSSES", {})  # a database for tests may be told to be quick
    tmp_path.chmod(0o700)
    settings: Settings = app.config["SETTINGS"]
    return settings


@pytest.fixture
def find(settings: Settings) -> Find:
    """Return the problems a check finds with some settings changed."""

    def find(check: Callable[[Settings], Iterator[Finding]], **altered: Any) -> list[Finding]:
        read_session().rollback()
        return [
            finding for finding in check(settings.model_copy(update=altered)) if finding.state is not FindingState.WELL
        ]

    return find


def only(findings: list[Finding]) -> Finding:
    [finding] = findings
    assert finding.advice
    return finding


def told_by_doctor(app: Flask) -> str:
    """Run a check with another application, outside the test's context."""
    return contextvars.Context().run(app.test_cli_runner().invoke, args=["doctor"]).stdout


# --- the command


def test_the_command_says_all_and_ends_badly_when_something_is_wrong(
    app: Flask, town: Town, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))
    monkeypatch.setattr("app.monitoring.doctor.host._kernel_says_unsynchronised", lambda: False)
    fine = app.test_cli_runner().invoke(args=["doctor"])
    assert fine.exit_code == 0, fine.output
    assert "✓ Réglages\u00a0: ils conviennent." in fine.stdout
    assert "✓ Base de données" in fine.stdout
    monkeypatch.setenv("SECRET_KEY", "short")
    bad = app.test_cli_runner().invoke(args=["doctor", "--json"])
    assert bad.exit_code == 1
    assert "À corriger\u00a0: 1." in bad.stderr
    [told] = [finding for finding in json.loads(bad.stdout) if finding["state"] == "wrong"]
    assert "SECRET_KEY" in told["told"]
    assert told["advice"]


def test_a_check_that_breaks_silences_no_other(
    app: Flask, town: Town, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.monitoring.doctor.host._room", lambda *_anything: 1 / 0)
    told = app.test_cli_runner().invoke(args=["doctor"]).stdout
    assert "✗ Disque\u00a0: vérification impossible\u00a0: ZeroDivisionError" in told
    assert "Courrier" in told
    assert "Traceback" not in told


def test_wrong_settings_are_said_by_every_command_without_a_trace(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "mysql://town")
    with pytest.raises(Exception, match="Réglages à corriger") as refused:
        create_app()
    assert "DATABASE_URL" in str(refused.value)


# --- settings and versions


@pytest.mark.parametrize(
    ("altered", "word"),
    [
        ({"public_url": "http://flash.ville.example"}, "https"),
        ({"public_url": "https://flash.ville.example", "proxy_hops": 0}, "PROXY_HOPS"),
        ({"host": "0.0.0.0", "proxy_hops": 1}, "HOST"),
        ({"public_url": "https://flash.ville.example", "proxy_hops": 1, "demo": True}, "DEMO"),
    ],
)
def test_settings_that_do_not_go_together_are_found(find: Find, altered: dict[str, Any], word: str) -> None:
    assert word in only(find(installation.settings_fit, **altered)).told
    assert find(installation.settings_fit) == []


@pytest.mark.parametrize(
    ("version", "state"),
    [
        ((3, 40, 1), FindingState.WATCH),
        ((3, 44, 6), None),
        ((3, 45, 0), FindingState.WATCH),
        ((3, 50, 6), FindingState.WATCH),
        ((3, 50, 7), None),
        ((3, 51, 2), FindingState.WATCH),
        ((3, 51, 3), None),
        ((3, 53, 0), None),
    ],
)
def test_a_sqlite_with_the_wal_bug_is_found(
    find: Find, monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], state: FindingState | None
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    found = find(installation.versions, database_url="sqlite:////town")
    assert [finding.state for finding in found] == ([state] if state else [])
    assert find(installation.versions, database_url="postgresql+psycopg:///town") == []
    several = find(installation.versions, database_url="sqlite:////town", redis_url="redis://localhost")
    assert [finding.state for finding in several] == ([FindingState.WRONG] if state else [])


def test_libraries_that_are_not_those_that_were_tested_are_found(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))
    monkeypatch.setattr("app.monitoring.doctor.installation.version", lambda _name: "0.0.1")
    assert "make setup" in only(find(installation.versions)).advice


# --- the machine


def test_a_clock_that_went_back_is_found(find: Find, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.monitoring.doctor.host._kernel_says_unsynchronised", lambda: False)
    town.add_card("Piscine")
    assert find(host.clock) == []
    with write_transaction() as session:
        session.execute(update(Change).values(at=now() + timedelta(days=1)))
    assert "timedatectl" in only(find(host.clock)).advice


def test_a_clock_that_nobody_sets_is_found(find: Find, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.monitoring.doctor.host._kernel_says_unsynchronised", lambda: True)
    assert only(find(host.clock)).state is FindingState.WATCH


@pytest.mark.parametrize(
    ("free", "state"), [(10 * 2**30, None), (2**29, FindingState.WATCH), (2**20, FindingState.WRONG)]
)
def test_a_disk_that_fills_up_is_found(
    find: Find, town: Town, monkeypatch: pytest.MonkeyPatch, free: int, state: FindingState | None
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(2**40, 0, free))
    assert [finding.state for finding in find(host.disk)] == ([state] if state else [])


def test_a_folder_that_takes_nothing_or_is_open_to_others_is_found(find: Find, town: Town, tmp_path: Path) -> None:
    assert "impossible d’écrire" in only(find(host.disk, data_dir=tmp_path / "nowhere")).told
    tmp_path.chmod(0o755)
    assert "chmod 700" in only(find(host.disk)).advice


def test_a_sqlite_file_on_a_disk_of_the_network_is_found(
    find: Find, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.monitoring.doctor.host._file_system", lambda _folder: "nfs4")
    assert "nfs4" in only(find(host.disk, database_url="sqlite:////town")).told


def test_backups_that_do_not_come_any_more_are_found(find: Find, tmp_path: Path) -> None:
    assert "aucune" in only(find(host.backups)).told
    file = tmp_path / "backups" / "flash-news_2026-11-20_03h15m00.sqlite3"
    file.parent.mkdir()
    file.touch()
    assert find(host.backups) == []
    os.utime(file, (time.time() - 3 * 86_400,) * 2)
    assert "3 jours" in only(find(host.backups)).told


# --- where things are kept


def test_a_schema_of_another_version_is_found(find: Find, town: Town) -> None:
    assert find(databases.database) == []
    for revision, word in (("0001", "Redémarrez"), ("9999", "version du logiciel")):
        with write_transaction() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
        assert word in only(find(databases.database)).advice
    with write_transaction() as session:
        session.execute(text("DELETE FROM alembic_version"))
    assert "pas encore de tables" in only(find(databases.database)).told
    assert find(external.check_jobs) == []
    with write_transaction() as session:  # for the tests that come after this one, where they share a database
        session.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": newest_revision()})


@pytest.mark.postgresql
def test_a_postgresql_that_may_lose_something_is_found(
    find: Find, settings: Settings, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "LOSSES", {"enable_seqscan": "rien du tout"})
    assert find(databases.database) == []
    read_session().execute(text("SET SESSION enable_seqscan = off"))
    found = [finding for finding in databases.database(settings) if finding.state is FindingState.WRONG]
    read_session().execute(text("SET SESSION enable_seqscan = on"))
    assert "enable_seqscan = on" in only(found).advice


def test_a_database_that_is_away_is_said_once(settings: Settings) -> None:
    away = create_app(settings.model_copy(update={"database_url": "postgresql+psycopg://town:secret@127.0.0.1:1/town"}))
    told = told_by_doctor(away)
    assert told.count("✗") == 1
    assert "✗ Base de données\u00a0: elle ne répond pas" in told
    assert "secret" not in told
    with away.app_context():
        db.engine.dispose()


def test_a_damaged_sqlite_file_is_found(settings: Settings, founded: tuple[Path, Town], tmp_path: Path) -> None:
    file = tmp_path / "damaged.sqlite3"
    shutil.copy(founded[0], file)
    with sqlite3.connect(file) as connection:
        [(page,)] = connection.execute(
            "SELECT rootpage FROM sqlite_master "
            "WHERE name = 'ix_changes_board_id' OR name LIKE '%changes%' AND type = 'index' LIMIT 1"
        )
        [(size,)] = connection.execute("PRAGMA page_size")
    with file.open("r+b") as bytes_of_it:
        bytes_of_it.seek((page - 1) * size)
        bytes_of_it.write(b"\xff" * size)
    broken = create_app(settings.model_copy(update={"database_url": f"sqlite:///{file}"}))
    told = told_by_doctor(broken)
    assert "✗ Base de données\u00a0: le fichier est abîmé" in told
    with broken.app_context():
        db.engine.dispose()


def test_a_redis_that_is_away_is_found(find: Find) -> None:
    assert find(databases.redis_store) == []
    assert (
        "systemctl start redis-server"
        in only(find(databases.redis_store, redis_url=f"redis://127.0.0.1:{free_port()}/0")).advice
    )


# --- mail, service, jobs


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_mail_that_would_not_leave_is_found(find: Find, tmp_path: Path) -> None:
    with smtp_server() as mailbox:
        assert find(external.check_mail, smtp=mailbox.settings()) == []
        assert "SMTP_SECURITY" in only(find(external.check_mail, smtp=mailbox.settings("starttls"))).advice
        assert mailbox.is_empty()
    assert "pare-feu" in only(find(external.check_mail, smtp=mailbox.settings())).advice
    with smtp_server(make_certificate(tmp_path / "smtp.pem")) as mailbox:
        assert "certificat" in only(find(external.check_mail, smtp=mailbox.settings("starttls"))).told
    with smtp_server(asks_for_password=True) as mailbox:
        assert find(external.check_mail, smtp=mailbox.settings(user=USER, password=PASSWORD)) == []
        assert (
            "SMTP_PASSWORD"
            in only(find(external.check_mail, smtp=mailbox.settings(user=USER, password="another"))).advice
        )
    assert find(external.check_mail) == []


def test_a_sender_that_the_mail_server_refuses_is_found(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(_mailbox: Mailbox, *_anything: Any) -> str:
        return "550 not from here"

    monkeypatch.setattr(Mailbox, "handle_MAIL", refuse, raising=False)
    with smtp_server() as mailbox:
        assert "MAIL_FROM" in only(find(external.check_mail, smtp=mailbox.settings())).advice


def test_a_service_that_is_not_there_is_found(find: Find) -> None:
    assert "systemctl start" in only(find(external.check_workers, port=free_port())).advice


def test_a_port_where_something_else_answers_is_found(find: Find) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.listen()

        def answer() -> None:
            connection, _address = other.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.0 404 Not Found\r\n\r\n<h1>It works")

        threading.Thread(target=answer, daemon=True).start()
        assert "ce n’est pas Flash News" in only(find(external.check_workers, port=other.getsockname()[1])).told


def test_jobs_that_fail_or_that_nobody_does_are_found(find: Find, town: Town, clock: Clock) -> None:
    with write_transaction() as session:
        session.add(Job(name="expire_cards", due_at=clock() - timedelta(minutes=1)))
    assert find(external.check_jobs) == []
    clock.advance(timedelta(minutes=10))
    assert "redémarrez" in only(find(external.check_jobs)).advice
    with write_transaction() as session:
        session.execute(update(Job).values(failures=3, outcome="ValueError"))
    assert "flask jobs run expire_cards" in only(find(external.check_jobs)).advice

"""Backups are one consistent snapshot in a format that either database restores."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import create_engine, text

from app import create_app
from app.backup import database_copy
from app.backup.verification import contents_of
from app.server.migrations import bring_up_to_date
from boards.clock import today
from boards.database import db, read_session, write_to_database, write_transaction
from boards.models import Person, Photo
from boards.search.engine import search
from config import Settings
from tests.every_table import all_rows, fill_every_table
from tests.town import Town, found_town
from tests.upgrade.towns import load_into_sqlite

pytestmark = pytest.mark.sqlite  # both databases are met here, whichever the others run on
FACE = b"RIFF\x00\xff\x00WEBP"


@pytest.fixture
def on_postgresql(empty_postgresql_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Create a town's application on PostgreSQL, without other connections."""
    settings = {"DATABASE_URL": empty_postgresql_url, "DATA_DIR": str(tmp_path / "postgresql"), "SECRET_KEY": "k" * 40}
    app = create_app(Settings.from_environment(settings))
    bring_up_to_date(app)
    with app.app_context():
        db.engine.dispose()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def lived_in(on_postgresql: Flask, password_hash: str) -> Town:
    town = found_town(password_hash)
    with write_transaction() as session:
        session.add(Photo(person_id=town.agent, webp=FACE))
    return town


def run(app: Flask, *arguments: str) -> Result:
    db.session.remove()
    db.engine.dispose()
    return app.test_cli_runner().invoke(args=list(arguments))


def backup_of(app: Flask, file: Path) -> Path:
    done = run(app, "backup", str(file))
    assert (done.exit_code, done.stdout.strip()) == (0, str(file)), done.stderr
    return file


def test_a_town_on_postgresql_comes_back_to_the_exact_seq_with_its_photos(
    on_postgresql: Flask, lived_in: Town, tmp_path: Path
) -> None:
    monday, seq = backup_of(on_postgresql, tmp_path / "monday.sqlite3"), lived_in.seq
    before = all_rows(db.engine)
    lived_in.add_card("Ajoutée mardi")
    with write_transaction() as session:
        session.get_one(Photo, lived_in.agent).webp = b"another"

    restored = run(on_postgresql, "restore", "--yes", str(monday))

    assert restored.exit_code == 0, restored.stderr
    assert f"Tableau « accueil » : changement n° {seq}" in restored.stdout
    assert all_rows(db.engine) == before
    assert lived_in.add_card("Ajoutée mercredi") in found("ajoutée", lived_in), "numbers and search go on from there"
    [kept] = (tmp_path / "postgresql").glob("flash-news_avant-restauration_*.sqlite3")
    assert kept.name in restored.stdout
    assert {board.slug: board.seq for board in contents_of(kept).boards}["accueil"] == seq + 1


def test_changes_made_during_a_backup_are_not_in_it(
    on_postgresql: Flask, lived_in: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Boards are copied before cards: without a snapshot a copied card could be missing from the log."""
    seq, fill = lived_in.seq, database_copy._fill

    def fill_while_agents_write(source: Any, target: Any, table: Any) -> None:
        fill(source, target, table)
        lived_in.add_card(f"Pendant la copie de {table.name}")

    monkeypatch.setattr(database_copy, "_fill", fill_while_agents_write)
    contents = contents_of(backup_of(on_postgresql, tmp_path / "monday.sqlite3"))
    assert (contents.boards[0].slug, contents.boards[0].seq, contents.boards[0].cards) == ("accueil", seq, 0)
    assert contents.flaws == []


def test_a_town_at_work_is_not_replaced(on_postgresql: Flask, lived_in: Town, tmp_path: Path) -> None:
    monday = backup_of(on_postgresql, tmp_path / "monday.sqlite3")
    card = lived_in.add_card("Ajoutée mardi")
    server = create_engine(on_postgresql.config["SETTINGS"].database_url)
    with server.connect() as connection:
        connection.execute(text("SELECT 1"))
        refused = run(on_postgresql, "restore", "--yes", str(monday))
    server.dispose()
    assert (refused.exit_code, "arrêtez-le" in refused.stderr) == (1, True)
    assert lived_in.card(card).title == "Ajoutée mardi"


def test_a_restoring_that_breaks_off_leaves_the_town_as_it_was(
    on_postgresql: Flask, lived_in: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monday = backup_of(on_postgresql, tmp_path / "monday.sqlite3")
    card = lived_in.add_card("Ajoutée mardi")

    def break_off(_source: object, target: Any, *_others: object) -> None:
        if target.dialect.name == "postgresql":
            raise database_copy.CannotCopy("panne de courant")

    monkeypatch.setattr(database_copy, "_copy_counters", break_off)
    refused = run(on_postgresql, "restore", "--yes", str(monday))
    assert (refused.exit_code, "la base est telle qu’avant" in refused.stderr) == (1, True)
    assert lived_in.card(card).title == "Ajoutée mardi"


def test_each_database_restores_the_backups_of_the_other(app: Flask, on_postgresql: Flask, tmp_path: Path) -> None:
    url = app.config["SETTINGS"].database_url
    with write_to_database(url) as connection:
        connection.execute(text("PRAGMA defer_foreign_keys=ON"))
        fill_every_table(connection)
        connection.execute(text("UPDATE boards SET seq = 0"))  # so that the log, which has other numbers, is no flaw
        connection.execute(text("DELETE FROM changes"))
    with app.app_context():
        rows = all_rows(db.engine)
        from_sqlite = backup_of(app, tmp_path / "from-sqlite.sqlite3")
    with on_postgresql.app_context():
        assert run(on_postgresql, "restore", "--yes", str(from_sqlite)).exit_code == 0
        assert all_rows(db.engine) == rows
        from_postgresql = backup_of(on_postgresql, tmp_path / "from-postgresql.sqlite3")
    with app.app_context():
        restored = run(app, "restore", "--yes", str(from_postgresql))
        assert (restored.exit_code, "depuis PostgreSQL" in restored.stdout) == (0, True), restored.stderr
        assert all_rows(db.engine) == rows
        bring_up_to_date(app)  # as the next start does
        with db.engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM card_terms")) == len(rows["cards"])


def test_a_backup_of_the_first_release_is_good_for_a_town_on_postgresql(on_postgresql: Flask, tmp_path: Path) -> None:
    load_into_sqlite("0.1.0", tmp_path / "old.sqlite3")
    restored = run(on_postgresql, "restore", "--yes", str(tmp_path / "old.sqlite3"))
    assert (restored.exit_code, "le prochain démarrage le mettra à jour" in restored.stdout) == (0, True), (
        restored.stderr
    )
    assert "Sans sceau" in restored.stdout
    bring_up_to_date(on_postgresql)
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM cards WHERE title = 'Chaudière réparée'")) == 1


@pytest.fixture
def monday(app: Flask, town: Town, tmp_path: Path) -> Path:
    town.add_card("Piscine fermée")
    return backup_of(app, tmp_path / "monday.sqlite3")


def test_checking_says_what_it_holds_and_touches_nothing(app: Flask, town: Town, monday: Path) -> None:
    card, seq, bytes_before = town.add_card("Ajoutée mardi"), town.seq, monday.read_bytes()
    checked = run(app, "restore", "--check", str(monday))
    assert checked.exit_code == 0, checked.stderr
    told = checked.stdout.splitlines()
    assert told[0] == str(monday)
    assert told[1].endswith("depuis SQLite.")
    assert f"Tableau « accueil » : changement n° {seq - 1}, 1 info." in told
    assert told[-1] == "Cette sauvegarde est intacte."
    assert (town.card(card).title, monday.read_bytes()) == ("Ajoutée mardi", bytes_before)


def test_one_letter_that_the_disk_altered_is_seen(app: Flask, town: Town, monday: Path) -> None:
    """SQLite's own check does not notice it."""
    file = monday.read_bytes()
    monday.write_bytes(file.replace("Piscine fermée".encode(), "Piscine formée".encode()))
    with closing(sqlite3.connect(monday)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    for arguments in (["--check"], ["--yes"], ["--check", "--force"]):
        refused = run(app, "restore", *arguments, str(monday))
        assert (refused.exit_code, "n’est plus celui qui a été sauvegardé" in refused.stderr) == (1, True)
    assert town.titles(town.service) == ["Piscine fermée"]
    assert run(app, "restore", "--yes", "--force", str(monday)).exit_code == 0
    assert town.titles(town.service) == ["Piscine formée"]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("DELETE FROM changes WHERE seq = 2", "tableau « accueil » : des changements manquent"),
        ("DELETE FROM services", "table columns : des lignes renvoient"),
        ("DROP TABLE card_terms", "n’est plus celui qui a été sauvegardé"),
        ("UPDATE alembic_version SET version_num = '9999'", "version plus récente"),
        ("DROP TABLE people", "pas une sauvegarde lisible"),
        ("UPDATE backup_seal SET value = 'hier' WHERE what = 'made_at'", "pas une sauvegarde lisible"),
    ],
)
def test_so_is_what_is_missing_or_cannot_be_read(app: Flask, town: Town, monday: Path, damage: str, said: str) -> None:
    with closing(sqlite3.connect(monday)) as connection, connection:
        connection.execute(damage)
    refused = run(app, "restore", "--check", str(monday))
    assert (refused.exit_code, said in refused.stderr) == (1, True), refused.stderr


def test_a_restored_town_carries_no_seal_and_is_sealed_anew(
    app: Flask, town: Town, monday: Path, tmp_path: Path
) -> None:
    assert run(app, "restore", "--yes", str(monday)).exit_code == 0
    with db.engine.connect() as connection:
        assert not connection.dialect.has_table(connection, "backup_seal")
    shutil.copyfile(monday, tmp_path / "by-hand.sqlite3")
    by_hand = create_app(
        Settings.from_environment(
            {"DATA_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path / 'by-hand.sqlite3'}"}
        )
    )
    with by_hand.app_context():
        assert contents_of(backup_of(by_hand, tmp_path / "tuesday.sqlite3")).flaws == []


def found(words: str, town: Town) -> list[int]:
    reader = read_session().get_one(Person, town.reader)
    return [each.card.id for each in search(read_session(), reader, words, today()).cards]

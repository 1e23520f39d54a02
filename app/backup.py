"""Backup and restore of a SQLite town, with SQLite's own online backup (https://www.sqlite.org/backup.html)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from config import Settings


class CannotBackUp(Exception):
    """The message says why, in French."""


def back_up(settings: Settings, file: Path | None = None) -> Path:
    """Copy the whole database as it is at one instant; writers go on meanwhile. Returns the file written."""
    source = _database_file(settings)
    stamp = datetime.now(settings.timezone).strftime("%Y-%m-%d_%Hh%Mm%S")
    target = file or settings.data_dir / "backups" / f"flash-news_{stamp}.sqlite3"
    if target.exists():
        raise CannotBackUp(f"{target} existe déjà : rien n’a été écrit.")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    try:
        with closing(_open_to_read(source)) as current, closing(sqlite3.connect(part)) as copy:
            current.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
        _check(part)
        part.rename(target)
    except (sqlite3.Error, OSError) as error:
        raise CannotBackUp(f"La sauvegarde a échoué : {error}") from error
    finally:
        part.unlink(missing_ok=True)
    target.chmod(0o600)
    return target


def restore(settings: Settings, file: Path) -> str:
    """Put a checked backup in the database's place; the replaced database stays beside it under a dated name."""
    target = _database_file(settings, must_exist=False)
    _check(file)
    part = target.with_name(target.name + ".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    stamp = datetime.now(settings.timezone).strftime("%Y-%m-%d_%Hh%Mm%S")
    kept = target.with_name(f"{target.stem}_avant-restauration_{stamp}{target.suffix}")
    try:
        part.write_bytes(file.read_bytes())
        if target.exists():
            _fold_log_in(target)
            target.rename(kept)
        for leftover in ("-wal", "-shm"):
            target.with_name(target.name + leftover).unlink(missing_ok=True)
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)
    return f"{file} restauré." + (f" L’ancienne base reste dans {kept.name}." if kept.exists() else "")


def _database_file(settings: Settings, *, must_exist: bool = True) -> Path:
    url = make_url(settings.database_url)
    if not url.drivername.startswith("sqlite") or not url.database:
        raise CannotBackUp("Cette base est sous PostgreSQL : utilisez pg_dump et pg_restore (docs/deployment.md).")
    path = Path(url.database)
    if must_exist and not path.exists():
        raise CannotBackUp(f"Aucune base dans {path}.")
    return path


def _open_to_read(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)


def _check(file: Path) -> None:
    try:
        with closing(_open_to_read(file)) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            ours = connection.execute("SELECT name FROM sqlite_master WHERE name = 'changes'").fetchone()
    except sqlite3.Error as error:
        raise CannotBackUp(f"{file} n’est pas une sauvegarde lisible : {error}") from error
    if not (sound and ours):
        raise CannotBackUp(f"{file} n’est pas une sauvegarde intacte de Flash News.")


def _fold_log_in(target: Path) -> None:
    """Bring what is still in the write-ahead log into the file. Fails while a server holds the database."""
    try:
        with closing(sqlite3.connect(target, timeout=1)) as connection:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise CannotBackUp("Le serveur tourne encore : arrêtez-le avant de restaurer.") from error

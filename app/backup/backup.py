"""Back up and restore a town, in one kind of file for both databases.

A backup is a SQLite database with the whole town at one instant and a checksum. From SQLite it is made by the online
backup (https://www.sqlite.org/backup.html), from PostgreSQL by copying one snapshot row by row.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, NullPool, create_engine, make_url
from sqlalchemy.exc import DBAPIError

from app.backup.checksums import delete_checksum, write_checksum
from app.backup.database_copy import CannotCopy, clear, copy_town
from app.backup.exclusive_access import ensure_exclusive, ensure_exclusive_file
from app.backup.verification import CannotBackUp, contents_of, open_to_read
from boards.database import db, repeatable_read, write_to_database, write_transaction
from config import Settings


def back_up(settings: Settings, file: Path | None = None) -> Path:
    """Save the town as it is at one instant, while writers go on; return the file written."""
    target = file or settings.data_dir / "backups" / f"flash-news_{_stamp(settings)}.sqlite3"
    if target.exists():
        raise CannotBackUp(f"{target} existe déjà : rien n’a été écrit.")
    town = database_file(settings)
    if town is not None and not town.exists():
        raise CannotBackUp(f"Aucune base dans {town}.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _partial_file(target) as part:
            if town is None:
                _copy_postgresql(part)
            else:
                _copy_sqlite(town, part)
            _seal(part, "postgresql" if town is None else "sqlite")
            if contents_of(part).flaws:
                raise CannotBackUp("La sauvegarde a échoué : relue, elle n’est pas intacte.")
            _put_in_place(part, target)
    except (sqlite3.Error, DBAPIError, OSError, CannotCopy) as error:
        raise CannotBackUp(f"La sauvegarde a échoué : {_reason(error)}") from error
    return target


def restore_backup(settings: Settings, file: Path) -> Path | None:
    """Replace the town by a backup, all of it or nothing.

    Returns the file that keeps what was replaced, if there was something. The next start migrates a backup of an
    earlier version. Raises CannotBackUp while other processes use the database.
    """
    town = database_file(settings)
    kept = (
        settings.data_dir / f"flash-news_avant-restauration_{_stamp(settings)}.sqlite3"
        if town is None
        else _beside(town, settings)
    )
    try:
        return _restore_postgresql(settings, file, kept) if town is None else _restore_sqlite(file, town, kept)
    except (sqlite3.Error, DBAPIError, OSError, CannotCopy) as error:
        raise CannotBackUp(f"La restauration a échoué, la base est telle qu’avant : {_reason(error)}") from error


def database_file(settings: Settings) -> Path | None:
    """Return the file of a town on SQLite; None on PostgreSQL."""
    url = make_url(settings.database_url)
    return Path(url.database) if url.drivername.startswith("sqlite") and url.database else None


def _copy_sqlite(town: Path, part: Path) -> None:
    with closing(open_to_read(town)) as current, closing(sqlite3.connect(part)) as copy:
        current.backup(copy)


def _copy_postgresql(part: Path) -> None:
    with repeatable_read(db.engine) as town, write_to_database(f"sqlite:///{part}") as copy:
        copy_town(town, copy, searchable=False)


def _seal(part: Path, database: str) -> None:
    with closing(sqlite3.connect(part)) as connection:
        write_checksum(connection, database)
        connection.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it


def _restore_sqlite(file: Path, town: Path, kept: Path) -> Path | None:
    town.parent.mkdir(parents=True, exist_ok=True)
    with _partial_file(town) as part:
        shutil.copyfile(file, part)
        with closing(sqlite3.connect(part)) as connection:
            delete_checksum(connection)
        replaces = town.exists()
        if replaces:
            ensure_exclusive_file(town)  # which also empties its write-ahead log
            shutil.copyfile(town, kept)
            kept.chmod(0o600)
            _fsync(kept)
        for leftover in ("-wal", "-shm"):
            town.with_name(town.name + leftover).unlink(missing_ok=True)
        _put_in_place(part, town)
    return kept if replaces else None


def _restore_postgresql(settings: Settings, file: Path, kept: Path) -> Path | None:
    db.engine.dispose()  # or our own pool would count as another process
    with repeatable_read(db.engine) as town:
        ensure_exclusive(town)
        replaces = holds_a_town(town)
    if replaces:
        back_up(settings, kept)
    saved = create_engine("sqlite://", creator=lambda: open_to_read(file), poolclass=NullPool)
    with saved.connect() as source, write_transaction() as session:
        ensure_exclusive(session.connection())
        clear(session.connection())
        copy_town(source, session.connection())
    return kept if replaces else None


def holds_a_town(connection: Connection) -> bool:
    """Return whether this database has the town's tables."""
    return connection.dialect.has_table(connection, "changes")


@contextmanager
def _partial_file(target: Path) -> Iterator[Path]:
    """Yield a file beside the target to write to, readable by its owner only; remove it at the end."""
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    try:
        yield part
    finally:
        for name in (part.name, f"{part.name}-wal", f"{part.name}-shm", f"{part.name}-journal"):
            part.with_name(name).unlink(missing_ok=True)


def _put_in_place(part: Path, target: Path) -> None:
    """Rename the file to its target in one step that survives a power cut."""
    _fsync(part)
    part.replace(target)
    _fsync(target.parent)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _beside(town: Path, settings: Settings) -> Path:
    return town.with_name(f"{town.stem}_avant-restauration_{_stamp(settings)}{town.suffix}")


def _stamp(settings: Settings) -> str:
    return datetime.now(settings.timezone).strftime("%Y-%m-%d_%Hh%Mm%S")


def _reason(error: Exception) -> str:
    """Return the error's first line: what follows may quote what the database holds."""
    return str(error.orig if isinstance(error, DBAPIError) else error).split("\n", 1)[0]

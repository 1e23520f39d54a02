"""Refuse to restore or move the database while other processes use it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, text

from app.backup.verification import CannotBackUp

# PostgreSQL hides the kind of other roles' connections; its own housekeeping has no role.
_OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid != pg_backend_pid() AND usesysid IS NOT NULL
    AND coalesce(backend_type, 'client backend') = 'client backend'
"""


def ensure_exclusive(town: Connection) -> None:
    """Raise CannotBackUp while others are connected to this PostgreSQL database."""
    others = town.scalar(text(_OTHERS))
    if others:
        raise CannotBackUp(
            f"Le serveur tourne encore (connexions à la base : {others}) : arrêtez-le d’abord, tous "
            "ses processus compris."
        )


def ensure_exclusive_file(town: Path) -> None:
    """Raise CannotBackUp while a server has this file open.

    Writes the rest of the write-ahead log into the file.
    """
    try:
        with closing(sqlite3.connect(town, timeout=1)) as connection:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise CannotBackUp("Le serveur tourne encore : arrêtez-le d’abord.") from error

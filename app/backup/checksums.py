"""What a backup is known to be whole by: a sum of every row in it, kept in the file itself.

SQLite's own check sees to pages and indexes; a letter that a failing disk turned into another it cannot see. A sum, so that the order in
which rows are read does not matter.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from app.backup.database_copy import SEAL

_SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE ? || '%' AND tbl_name != ?"
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name != ? AND sql NOT LIKE 'CREATE VIRTUAL %'"


@dataclass(frozen=True)
class Checksum:
    made_at: datetime
    database: str  # where it was taken from: sqlite, postgresql
    whole: bool  # whether everything still is as it was then


def write_checksum(connection: sqlite3.Connection, database: str) -> None:
    sums = _sums(connection)
    sealed = {"made_at": datetime.now(UTC).isoformat(), "database": database, **sums}
    delete_checksum(connection)
    connection.execute(f"CREATE TABLE {SEAL} (what TEXT PRIMARY KEY, value TEXT NOT NULL)")
    with connection:
        connection.executemany(f"INSERT INTO {SEAL} VALUES (?, ?)", sealed.items())  # noqa: S608 - a name of our own


def read_checksum(connection: sqlite3.Connection) -> Checksum | None:
    """None for backups that were made before there were seals."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [SEAL]).fetchone():
        return None
    sealed = dict(connection.execute(f"SELECT what, value FROM {SEAL}"))  # noqa: S608 - a name of our own
    made_at, database = datetime.fromisoformat(sealed.pop("made_at")), sealed.pop("database")
    return Checksum(made_at, database, sealed == _sums(connection))


def delete_checksum(connection: sqlite3.Connection) -> None:
    connection.execute(f"DROP TABLE IF EXISTS {SEAL}")


def _sums(connection: sqlite3.Connection) -> dict[str, str]:
    tables = [name for (name,) in connection.execute(_TABLES, [SEAL])]
    sums = {f"table {name}": _sum(connection, f'SELECT * FROM "{name}"') for name in tables}  # noqa: S608 - names of tables
    return {**sums, "schema": _sum(connection, _SCHEMA, "sqlite_autoindex", SEAL)}


def _sum(connection: sqlite3.Connection, query: str, *values: str) -> str:
    """How many rows there are, and the sum of their digests. Texts are taken as bytes: one that is no longer text has to be seen, not to be read."""
    count = total = 0
    cursor = connection.cursor()
    connection.text_factory, before = bytes, connection.text_factory
    try:
        for row in cursor.execute(query, values):
            count += 1
            total += int.from_bytes(sha256(repr(row).encode()).digest(), "big")
    finally:
        connection.text_factory = before
    return f"{count} {total % 2**256:064x}"

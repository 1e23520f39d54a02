"""Keep a checksum of every row in a backup, in the file itself.

SQLite's own check covers pages and indexes; it cannot see a letter that a failing disk turned into another. Digests are
added up, so that the order of the rows does not matter.
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
    """Describe a backup's checksum and whether it still fits."""

    made_at: datetime
    database: str  # where it was taken from: sqlite, postgresql
    whole: bool  # whether everything still is as it was then


def write_checksum(connection: sqlite3.Connection, database: str) -> None:
    """Write the checksum of what the file holds now."""
    sums = _sums(connection)
    sealed = {"made_at": datetime.now(UTC).isoformat(), "database": database, **sums}
    delete_checksum(connection)
    connection.execute(f"CREATE TABLE {SEAL} (what TEXT PRIMARY KEY, value TEXT NOT NULL)")
    with connection:
        connection.executemany(f"INSERT INTO {SEAL} VALUES (?, ?)", sealed.items())  # noqa: S608 - a name of our own


def read_checksum(connection: sqlite3.Connection) -> Checksum | None:
    """Read and compare the checksum; None for backups made before there were checksums."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [SEAL]).fetchone():
        return None
    sealed = dict(connection.execute(f"SELECT what, value FROM {SEAL}"))  # noqa: S608 - a name of our own
    made_at, database = datetime.fromisoformat(sealed.pop("made_at")), sealed.pop("database")
    return Checksum(made_at, database, sealed == _sums(connection))


def delete_checksum(connection: sqlite3.Connection) -> None:
    """Remove the checksum."""
    connection.execute(f"DROP TABLE IF EXISTS {SEAL}")


def _sums(connection: sqlite3.Connection) -> dict[str, str]:
    tables = [name for (name,) in connection.execute(_TABLES, [SEAL])]
    sums = {f"table {name}": _sum(connection, f'SELECT * FROM "{name}"') for name in tables}  # noqa: S608 - names of tables
    return {**sums, "schema": _sum(connection, _SCHEMA, "sqlite_autoindex", SEAL)}


def _sum(connection: sqlite3.Connection, query: str, *values: str) -> str:
    """Return the number of rows and the sum of their digests.

    Texts are read as bytes: one that is no longer valid text must be noticed, not decoded.
    """
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

"""Verify a backup: before a restore, and for `flask restore --check`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from app.backup.checksums import Checksum, read_checksum
from app.server.migrations import is_known


class CannotBackUp(Exception):
    """Refuse to back up or restore; the message says why, in French."""


@dataclass(frozen=True)
class SavedBoard:
    """Count what a backup holds of one board."""

    slug: str
    seq: int
    cards: int


@dataclass(frozen=True)
class Contents:
    """Describe a backup of Flash News, whole or not."""

    revision: str
    seal: Checksum | None
    boards: list[SavedBoard]
    people: int
    photos: int
    flaws: list[str] = field(default_factory=list)


def contents_of(file: Path) -> Contents:
    """Read a backup from its first row to its last.

    Raises CannotBackUp when the file is no backup, or one that this version cannot read.
    """
    try:
        with closing(open_to_read(file)) as connection:
            if connection.execute(
                "SELECT count(*) FROM sqlite_master WHERE name IN ('changes', 'alembic_version')"
            ).fetchone() != (2,):
                raise CannotBackUp(f"{file} n’est pas une sauvegarde de Flash News.")
            return _contents(connection, file)
    except (sqlite3.Error, ValueError, KeyError) as error:  # the last two: a seal that is no longer one
        raise CannotBackUp(f"{file} n’est pas une sauvegarde lisible : {error}") from error


def open_to_read(file: Path) -> sqlite3.Connection:
    """Open a SQLite file read-only."""
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)


def _contents(connection: sqlite3.Connection, file: Path) -> Contents:
    [sound] = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if sound != "ok":
        raise CannotBackUp(f"{file} n’est pas une sauvegarde intacte : {sound}")
    (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
    if not is_known(revision):
        raise CannotBackUp(f"{file} vient d’une version plus récente que celle-ci : mettez d’abord Flash News à jour.")
    seal = read_checksum(connection)
    return Contents(
        revision=revision,
        seal=seal,
        boards=[SavedBoard(*row) for row in connection.execute(_BOARDS)],
        people=_count(connection, "people"),
        photos=_count(connection, "photos")
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'photos'").fetchone()
        else 0,
        flaws=list(_flaws(connection, seal)),
    )


_BOARDS = "SELECT slug, seq, (SELECT count(*) FROM cards WHERE board_id = boards.id) FROM boards ORDER BY id"
# Each number from 1 to the board's own, once: that is what « one exact seq » means.
_INCOMPLETE = """
    SELECT slug FROM boards WHERE
        (SELECT count(*) FROM changes WHERE board_id = boards.id) != seq
        OR (SELECT coalesce(max(changes.seq), 0) FROM changes WHERE board_id = boards.id) != boards.seq
"""


def _flaws(connection: sqlite3.Connection, seal: Checksum | None) -> list[str]:
    flaws = (
        []
        if seal is None or seal.whole
        else ["le contenu n’est plus celui qui a été sauvegardé (support abîmé, ou fichier modifié)."]
    )
    dangling = {table for table, *_ in connection.execute("PRAGMA foreign_key_check")}
    flaws += [f"table {table} : des lignes renvoient à ce qui n’existe pas." for table in sorted(dangling)]
    return flaws + [
        f"tableau « {slug} » : des changements manquent au journal." for (slug,) in connection.execute(_INCOMPLETE)
    ]


def _count(connection: sqlite3.Connection, table: str) -> int:
    (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - one of ours
    return int(count)

"""Store the databases of a release: `python -m tests.upgrade.store RELEASE FOLDER`.

FOLDER is a checkout of that release. TEST_POSTGRESQL_URL names a database of the PostgreSQL server; pg_dump must be
installed. The dumps are compressed SQL in tests/upgrade/towns.
"""

from __future__ import annotations

import lzma
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine, make_url, text

TOWNS = Path(__file__).parent / "towns"
CREATE_TOWN = Path(__file__).with_name("create_town.py")


def main(release: str, folder: Path) -> None:
    with TemporaryDirectory() as data:
        file = Path(data) / "flash-news.sqlite3"
        token = _create_town(release, folder, f"sqlite:///{file}", data)
        _store(f"{release}.sqlite", token, "\n".join(_dump_sqlite(file)))
    with TemporaryDirectory() as data:
        url = _empty_postgresql()
        token = _create_town(release, folder, url, data)
        _store(f"{release}.postgresql", token, _dump_postgresql(url))


def _create_town(release: str, folder: Path, url: str, data: str) -> str:
    environment = {**os.environ, "DATABASE_URL": url, "DATA_DIR": data, "DEMO": "1", "LOG_LEVEL": "WARNING"}
    command = [sys.executable, str(CREATE_TOWN), release]
    return subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=True
    ).stdout.strip()


def _store(name: str, token: str, sql: str) -> None:
    file = TOWNS / f"{name}.sql.xz"
    file.write_bytes(lzma.compress(f"-- {token}\n{sql}".encode(), preset=9 | lzma.PRESET_EXTREME))
    print(file, file.stat().st_size)  # noqa: T201 - a program for the terminal


def _dump_sqlite(file: Path) -> Iterator[str]:
    """Dump like `.dump`, which Python does not support for virtual tables, row by row."""
    with closing(sqlite3.connect(file)) as connection:
        objects = connection.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
        ).fetchall()
        virtual = [name for kind, name, _, sql in objects if kind == "table" and sql.startswith("CREATE VIRTUAL")]
        shadows = tuple(f"{name}_" for name in virtual)
        for kind, name, _, sql in objects:
            if not name.startswith("sqlite_") and not (shadows and name.startswith(shadows)):
                yield f"{sql};"
                if kind == "table":
                    yield from _rows(connection, name, with_rowid=name in virtual)
        if any(name == "sqlite_sequence" for _, name, _, _ in objects):
            yield "DELETE FROM sqlite_sequence;"
            yield from _rows(connection, "sqlite_sequence")


def _rows(connection: sqlite3.Connection, table: str, *, with_rowid: bool = False) -> Iterator[str]:
    names = [name for _, name, *_ in connection.execute(f'PRAGMA table_info("{table}")')]
    names = ["rowid", *names] if with_rowid else names
    quoted = ", ".join(f'"{name}"' for name in names)
    values = " || ', ' || ".join(f'quote("{name}")' for name in names)
    for (row,) in connection.execute(f'SELECT {values} FROM "{table}"'):
        yield f'INSERT INTO "{table}" ({quoted}) VALUES ({row});'


def _dump_postgresql(url: str) -> str:
    parsed = make_url(url)
    command = ["pg_dump", "--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=100", "--schema=public"]
    address = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    dump = subprocess.run([*command, address], stdout=subprocess.PIPE, text=True, check=True).stdout
    # Remove psql meta-commands and the schema, which already exists.
    return "\n".join(
        line
        for line in dump.split("\n")
        if line != "CREATE SCHEMA public;" and not line.startswith(("\\restrict ", "\\unrestrict "))
    )


def _empty_postgresql() -> str:
    url = make_url(os.environ["TEST_POSTGRESQL_URL"]).set(drivername="postgresql+psycopg")
    name = f"{url.database}_upgrade"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}"'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

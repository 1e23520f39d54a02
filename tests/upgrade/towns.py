"""Load the stored databases of former releases."""

from __future__ import annotations

import lzma
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
from sqlalchemy import make_url

TOWNS = Path(__file__).parent / "towns"
RELEASES = sorted({re.split(r"\.(?=sqlite|postgresql)", file.name)[0] for file in TOWNS.glob("*.sql.xz")})


def load_into_sqlite(release: str, file: Path) -> str:
    """Load a release's database; return an API token of its facilitator."""
    token, sql = _stored(f"{release}.sqlite")
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(f"BEGIN; {sql} COMMIT;")
    return token


def load_into_postgresql(release: str, url: str) -> str:
    """Load it into a database without tables; return an API token of its facilitator."""
    token, sql = _stored(f"{release}.postgresql")
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        connection.execute(sql.encode())
    return token


def _stored(name: str) -> tuple[str, str]:
    text = lzma.decompress((TOWNS / f"{name}.sql.xz").read_bytes()).decode()
    first, sql = text.split("\n", 1)
    return first.removeprefix("-- "), sql

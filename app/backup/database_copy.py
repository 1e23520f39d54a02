"""Copy a town from one database into another, of either kind, and compare every row.

Tables are read as they are in the source, not as the models describe them: an earlier schema is copied as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    DateTime,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    event,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.types import JSON

from app.server.migrations import is_known, newest_revision, revision_of, upgrade_to
from boards.database import Base, Moment, RecordJSON
from boards.search.index import rebuild

SEAL = "backup_seal"  # the table of checksums, in backups only
_REVISION = "alembic_version"
_SEARCH = ("card_terms", "search_words", "search_variants")  # specific to each database, rebuilt from the cards
_BATCH = 1000


class CannotCopy(Exception):
    """Refuse to copy; the message says why, in French."""


def copy_town(source: Connection, target: Connection, *, searchable: bool = True) -> dict[str, int]:
    """Fill a database without tables from the source; return each table's number of rows.

    Without `searchable`, or from an earlier schema, the next start builds the search index: it takes longer than
    the rest.

    Raises CannotCopy when a row does not fit or differs afterwards; then roll the target's transaction back.
    """
    revision = revision_of(source)
    if revision is None or not is_known(revision):
        raise CannotCopy("Ce n’est pas une base de Flash News, ou bien d’une version plus récente que celle-ci.")
    upgrade_to(revision, target)
    tables = tables_of(source)
    for table in tables:
        _fill(source, target, table)
    _copy_counters(source, target, tables)
    copied = {table.name: _verify(source, target, table) for table in tables}
    if searchable and revision == newest_revision():
        rebuild(Session(target, info={"writes": True}))
    return copied


def tables_of(connection: Connection) -> list[Table]:
    """Return the town's tables, referenced ones first, with types that mean the same on both databases."""
    metadata = MetaData()
    event.listen(metadata, "column_reflect", _use_a_common_type)
    metadata.reflect(connection, only=lambda name, _: not (name.startswith(_SEARCH) or name in (_REVISION, SEAL)))
    return metadata.sorted_tables


def clear(target: Connection) -> None:
    """Drop the tables of Flash News with all they hold; others stay."""
    names = [name for name in inspect(target).get_table_names() if _is_ours(name)]
    if target.dialect.name == "postgresql":
        if names:
            target.execute(text("DROP TABLE " + ", ".join(map(_quoted, names))))
        return
    # SQLite looks up who refers to what it drops; the shadows of a virtual table go with it.
    for name in [*(table.name for table in reversed(tables_of(target)) if table.name in names), *names]:
        target.execute(text(f"DROP TABLE IF EXISTS {_quoted(name)}"))


def what_stands_in(connection: Connection) -> list[str]:
    """Return the tables that keep a database from being empty: those with rows, and foreign ones."""
    names = inspect(connection).get_table_names()
    return [
        name
        for name in names
        if not _is_ours(name) or (name != _REVISION and not name.startswith(_SEARCH) and _has_rows(connection, name))
    ]


def _is_ours(name: str) -> bool:
    return name in Base.metadata.tables or name.startswith(_SEARCH) or name in (_REVISION, SEAL)


def _has_rows(connection: Connection, name: str) -> bool:
    return connection.execute(text(f"SELECT 1 FROM {_quoted(name)} LIMIT 1")).first() is not None  # noqa: S608 - a table's own name


def _use_a_common_type(_inspector: Any, _table: str, column: dict[str, Any]) -> None:
    common = column["type"].as_generic()
    if isinstance(common, DateTime):
        common = Moment()
    elif isinstance(common, JSON):
        common = RecordJSON()
    elif isinstance(common, Integer):
        common = BigInteger()  # SQLite's always are
    elif isinstance(common, String):
        common = Text() if common.length is None else String(common.length)
    column["type"] = common


def _fill(source: Connection, target: Connection, table: Table) -> None:
    later = [column for column in table.columns if any(key.column.table is table for key in column.foreign_keys)]
    for rows in source.execute(select(table).execution_options(yield_per=_BATCH)).partitions():
        told = [dict(row._mapping) for row in rows]
        try:
            target.execute(table.insert(), [row | dict.fromkeys(column.name for column in later) for row in told])
        except DBAPIError as error:
            raise CannotCopy(_misfit(table, told) or f"{table.name} : {str(error.orig).splitlines()[0]}") from error
    for column in later:  # rows of a table that refer to each other: once all of them are there
        _fill_in(source, target, table, column)


def _fill_in(source: Connection, target: Connection, table: Table, column: Column[Any]) -> None:
    key = next(iter(table.primary_key))
    referring = select(key, column).where(column.is_not(None)).execution_options(yield_per=_BATCH)
    update = table.update().where(key == bindparam("of")).values({column: bindparam("to")})
    for rows in source.execute(referring).partitions():
        target.execute(update, [{"of": of, "to": to} for of, to in rows])


def _misfit(table: Table, rows: Iterable[dict[str, Any]]) -> str | None:
    """Describe what SQLite accepts and PostgreSQL does not: texts too long, and null characters."""
    for row in rows:
        for column in table.columns:
            value, limit = row[column.name], getattr(column.type, "length", None)
            if isinstance(value, str) and limit and len(value) > limit:
                return f"{_place(table, row)}, {column.name} : {len(value)} caractères, {limit} au plus."
            if isinstance(value, str | dict | list) and _holds_nul(value):
                return f"{_place(table, row)}, {column.name} : un caractère nul, que PostgreSQL refuse."
    return None


def _holds_nul(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds_nul(part) for pair in value.items() for part in pair)
    return any(map(_holds_nul, value)) if isinstance(value, list) else isinstance(value, str) and "\0" in value


def _verify(source: Connection, target: Connection, table: Table) -> int:
    """Compare the two tables row by row; return the number of rows."""
    count = 0
    for here, there in zip_longest(_rows(source, table), _rows(target, table)):
        if here != there:
            row = dict(zip(table.columns.keys(), here or there or (), strict=True))
            raise CannotCopy(f"{_place(table, row)} : la copie n’est pas identique.")
        count += 1
    return count


def _rows(connection: Connection, table: Table) -> Iterator[tuple[Any, ...]]:
    """Yield every row in the order of its key, the same on both databases: texts byte by byte."""
    order = [
        key.collate("C") if _is_text(key) and connection.dialect.name == "postgresql" else key
        for key in table.primary_key
    ]
    for row in connection.execute(select(table).order_by(*order).execution_options(yield_per=_BATCH)):
        yield tuple(row)


def _is_text(column: Column[Any]) -> bool:
    return isinstance(column.type, String)


def _place(table: Table, row: dict[str, Any]) -> str:
    return f"{table.name} {', '.join(str(row[key.name]) for key in table.primary_key)}"


def _copy_counters(source: Connection, target: Connection, tables: Iterable[Table]) -> None:
    """Continue each table's ids after the last that was given out, even if its row is gone."""
    for table in tables:
        if "id" in table.columns:
            last = max(_last_id(source, table), target.scalar(select(func.max(table.c.id))) or 0)
            _set_counter(target, table, last)


def _last_id(connection: Connection, table: Table) -> int:
    if connection.dialect.name == "postgresql":
        sequence = _sequence(connection, table)
        if sequence is None:
            return 0
        last, is_called = connection.execute(text(f"SELECT last_value, is_called FROM {sequence}")).one()  # noqa: S608 - PostgreSQL's own name
        return int(last) if is_called else 0
    if not _has_counter(connection, table):
        return 0
    return connection.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name}) or 0


def _set_counter(connection: Connection, table: Table, last: int) -> None:
    if connection.dialect.name == "postgresql":
        if last and (sequence := _sequence(connection, table)) is not None:
            connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})
    elif _has_counter(connection, table):
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
        connection.execute(
            text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), {"name": table.name, "last": last}
        )


def _sequence(connection: Connection, table: Table) -> str | None:
    name: str | None = connection.scalar(
        text("SELECT pg_get_serial_sequence(:table, 'id')"), {"table": _quoted(table.name)}
    )
    return name


def _has_counter(connection: Connection, table: Table) -> bool:
    """Return whether SQLite keeps this table's last id; of other tables it takes the highest present."""
    sql = connection.scalar(
        text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name"), {"name": table.name}
    )
    return "AUTOINCREMENT" in (sql or "")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'

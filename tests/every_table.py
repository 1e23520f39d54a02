"""Fill every table, including those of later migrations, with test rows.

One row has a value in every column, the other only in required columns.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Date, Engine, Integer, LargeBinary, String, Table, Time, select

import app  # noqa: F401 - registers every table
from boards.database import Base, Moment, RecordJSON

Rows = dict[str, list[tuple[Any, ...]]]
DERIVED_TABLES = {"search_words", "search_variants"}  # rebuilt from the cards


def fill_every_table(connection: Connection) -> None:
    """Insert two rows per table: one with all values, one with only the required ones."""
    for table in Base.metadata.sorted_tables:
        if table.name not in DERIVED_TABLES:
            connection.execute(table.insert(), [_row(table, 1), _row(table, 2)])


def all_rows(engine: Engine) -> Rows:
    """Return the rows of every table, in an order that does not depend on the database."""
    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
            if table.name not in DERIVED_TABLES
        }


def _row(table: Table, number: int) -> dict[str, Any]:
    return {column.name: _value(table, column, number) for column in table.columns}


def _value(table: Table, column: Column[Any], number: int) -> Any:
    if column.foreign_keys:
        return None if column.nullable and number == 2 else _foreign_key(table, column, number)
    if column.nullable and number == 2:
        return None
    if column.primary_key and isinstance(column.type, Integer):
        return number
    match column.type:
        case Moment():
            return datetime(2026, 3, 29, 1, 30, 0, 123_456, tzinfo=UTC) + timedelta(days=number)
        case Integer():
            return 2**40 + number
        case Boolean():
            return number == 1
        case Date():
            return date(2024, 2, 28) + timedelta(days=number)
        case Time():
            return time(23, 59, number)
        case LargeBinary():
            return bytes(range(256)) * number
        case RecordJSON():
            return (
                [1, 2]
                if column.name.endswith(("_ids", "_services"))
                else {"é": [number, 2.5, None, {"vrai": True}], "10": "’\u202f😀"}
            )
        case String():
            return f"{number} L’été\u202f: 😀 \\ ' \" % \t"[: column.type.length or 100]
    raise NotImplementedError(f"{table.name}.{column.name}: {column.type!r}")


def _foreign_key(table: Table, column: Column[Any], number: int) -> int:
    """Refer to the other row; within a table forwards, which is the harder case for copying."""
    return number + 1 if any(key.column.table is table for key in column.foreign_keys) else number

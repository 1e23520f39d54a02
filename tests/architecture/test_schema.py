"""The models and the migrations describe the same schema."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Table, create_engine, text

import app.accounts.models
import app.jobs.models  # noqa: F401 - and what is due
import boards.labels
import boards.models.personal
import boards.models.suggestion
import boards.search.models  # noqa: F401 - and what searching keeps
from boards.database import Base


def test_migrations_match_the_models_on_sqlite(template: Path) -> None:
    """References are read from SQLite itself, as SQLAlchemy misses parts of those added with a column."""
    url = f"sqlite:///{template}"
    assert [found for found in differences(url) if not is_reference(found)] == []
    assert references(url) == said_by_models()


def test_migrations_match_the_models_on_postgresql(postgresql_url: str) -> None:
    assert differences(postgresql_url) == []


@pytest.mark.parametrize("table", Base.metadata.sorted_tables, ids=str)
def test_every_constraint_and_index_has_a_name(table: Table) -> None:
    """A constraint without a name cannot be altered by a later migration."""
    assert all(constraint.name for constraint in table.constraints)
    assert all(index.name for index in table.indexes)


def differences(url: str) -> list[object]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found: list[object] = compare_metadata(
            MigrationContext.configure(connection, opts={"include_name": _is_no_search_index}), Base.metadata
        )
    engine.dispose()
    return found


def references(url: str) -> set[tuple[str | None, ...]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found: set[tuple[str | None, ...]] = {
            (table.name, row["from"], row["table"], row["to"], row["on_delete"])
            for table in Base.metadata.sorted_tables
            for row in connection.execute(text(f"PRAGMA foreign_key_list({table.name})")).mappings()
        }
    engine.dispose()
    return found


def said_by_models() -> set[tuple[str | None, ...]]:
    return {
        (table.name, key.parent.name, key.column.table.name, key.column.name, key.ondelete)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
    }


def _is_no_search_index(name: str | None, kind: str, _parents: object) -> bool:
    """Exclude the search index, whose table type depends on the database."""
    return kind != "table" or not (name or "").startswith("card_terms")


def is_reference(found: object) -> bool:
    return isinstance(found, tuple) and found[0] in ("add_fk", "remove_fk")

"""The models and the migrations describe one and the same schema."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Table, create_engine

import app.accounts.models  # noqa: F401 - tells the metadata about accounts
from boards.database import Base


def test_migrations_make_what_the_models_say_on_sqlite(template: Path) -> None:
    assert differences(f"sqlite:///{template}") == []


def test_migrations_make_what_the_models_say_on_postgresql(postgresql_url: str) -> None:
    assert differences(postgresql_url) == []


@pytest.mark.parametrize("table", Base.metadata.sorted_tables, ids=str)
def test_every_constraint_and_index_has_a_name(table: Table) -> None:
    """A constraint without a name cannot be altered by a later migration."""
    assert all(constraint.name for constraint in table.constraints)
    assert all(index.name for index in table.indexes)


def differences(url: str) -> list[object]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found: list[object] = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    engine.dispose()
    return found

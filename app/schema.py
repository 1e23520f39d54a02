"""The database's schema, and the index of what was written before there was one: brought up to date at start, once however many processes start."""

from __future__ import annotations

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from boards.database import db, reading, write_transaction
from boards.search.index import is_missing, rebuild

_ADVISORY_LOCK = 70_110_461  # any number, the same in every worker


def bring_up_to_date(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        newest = ScriptDirectory(f"{app.root_path}/migrations").get_current_head()
        current = MigrationContext.configure(connection).get_current_revision() == newest
        connection.rollback()
        if current and not _index_missing():
            return
        postgresql = db.engine.dialect.name == "postgresql"
        if postgresql:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
            connection.commit()
        try:
            if not current:
                upgrade()
            _fill_index()
        finally:
            if postgresql:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ADVISORY_LOCK})
                connection.commit()


def _index_missing() -> bool:
    missing = is_missing(reading())
    reading().rollback()
    return missing


def _fill_index() -> None:
    """Whoever comes second, having waited, finds it filled. A migration that alters what is indexed empties the index, and this fills it again."""
    if _index_missing():
        with write_transaction() as session:
            rebuild(session)

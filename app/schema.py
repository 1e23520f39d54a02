"""The database's schema: brought up to date at start, once however many processes start."""

from __future__ import annotations

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from boards.database import db

_ADVISORY_LOCK = 70_110_461  # any number, the same in every worker


def bring_up_to_date(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        newest = ScriptDirectory(f"{app.root_path}/migrations").get_current_head()
        if MigrationContext.configure(connection).get_current_revision() == newest:
            return
        connection.rollback()
        postgresql = db.engine.dialect.name == "postgresql"
        if postgresql:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
            connection.commit()
        try:
            upgrade()
        finally:
            if postgresql:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ADVISORY_LOCK})
                connection.commit()

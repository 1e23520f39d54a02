"""The database's schema, and the index of what was written before there was one: brought up to date at start, once however many processes start."""

from __future__ import annotations

from alembic import command
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from sqlalchemy import Connection, text

from boards.database import reading, write_transaction
from boards.search.index import is_missing, rebuild
from config import ROOT

_ADVISORY_LOCK = 70_110_461  # any number, the same in every worker


def bring_up_to_date(app: Flask) -> None:
    """All of it in one transaction: what is killed halfway has altered nothing, and the next start begins anew."""
    with app.app_context():
        if _is_up_to_date():
            return
        with write_transaction() as session:
            connection = session.connection()
            if connection.dialect.name == "postgresql":
                session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            # Whoever comes second, having waited, finds nothing left to do.
            upgrade_to(newest_revision(), connection)
            # A migration that alters what is indexed empties the index, and this fills it again.
            if is_missing(session):
                rebuild(session)


def upgrade_to(revision: str, connection: Connection) -> None:
    """Bring the schema behind this connection to a revision, in its transaction."""
    config = current_app.extensions["migrate"].migrate.get_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def newest_revision() -> str:
    """The revision that this version of the program works with."""
    newest = _scripts().get_current_head()
    if newest is None:
        raise RuntimeError("there are no migrations")
    return newest


def revision_of(connection: Connection) -> str | None:
    """The revision of the schema behind this connection; None where there is none."""
    return MigrationContext.configure(connection).get_current_revision()


def is_known(revision: str) -> bool:
    """Whether this version of the program knows the revision: one of a later version it does not."""
    return revision in {script.revision for script in _scripts().walk_revisions()}


def _is_up_to_date() -> bool:
    session = reading()
    try:
        return revision_of(session.connection()) == newest_revision() and not is_missing(session)
    finally:
        session.rollback()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(ROOT / "migrations"))

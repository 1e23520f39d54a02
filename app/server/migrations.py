"""Bring the database's schema and search index up to date at start, once however many processes start."""

from __future__ import annotations

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Connection, inspect, text

from boards.database import read_session, write_transaction
from boards.search.index import is_missing, rebuild
from config import ROOT

MIGRATIONS = ROOT / "migrations"
_ADVISORY_LOCK = 70_110_461  # any number, the same in every worker


def bring_up_to_date(app: Flask) -> None:
    """Migrate and index in one transaction: killed halfway, it has changed nothing."""
    with app.app_context():
        if _is_up_to_date():
            return
        with write_transaction() as session:
            connection = session.connection()
            if connection.dialect.name == "postgresql":
                session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            upgrade_to(newest_revision(), connection)  # a process that waited for the lock finds nothing left to do
            # A migration that changes what is indexed empties the index, and this fills it again.
            if is_missing(session):
                rebuild(session)


def upgrade_to(revision: str, connection: Connection) -> None:
    """Upgrade the schema behind this connection to a revision, in its transaction."""
    config = Config(MIGRATIONS / "alembic.ini")
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def newest_revision() -> str:
    """Return the revision that this version of the program works with."""
    return _revisions()[0]


def revision_of(connection: Connection) -> str | None:
    """Return the revision of the schema behind this connection; None where there is none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def is_known(revision: str) -> bool:
    """Return False for a revision of a later version of the program."""
    return revision in _revisions()


@cache
def _revisions() -> tuple[str, ...]:
    return tuple(script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def _is_up_to_date() -> bool:
    session = read_session()
    try:
        return revision_of(session.connection()) == newest_revision() and not is_missing(session)
    finally:
        session.rollback()

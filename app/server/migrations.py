"""The database's schema, and the index of what was written before there was one: brought up to date at start, once however many processes start."""

from __future__ import annotations

import re
from functools import cache

from flask import Flask
from sqlalchemy import Connection, inspect, text

from boards.database import read_session, write_transaction
from boards.search.index import is_missing, rebuild
from config import ROOT

MIGRATIONS = ROOT / "migrations"
_REVISION = re.compile(r'^revision = "(\w+)"$', re.MULTILINE)
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
    from alembic import command  # with all that it needs, some 9 MB: hardly any start has something to bring up to date
    from alembic.config import Config

    config = Config(MIGRATIONS / "alembic.ini")
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def newest_revision() -> str:
    """The revision that this version of the program works with."""
    return revisions()[-1]


def revision_of(connection: Connection) -> str | None:
    """The revision of the schema behind this connection; None where there is none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def is_known(revision: str) -> bool:
    """Whether this version of the program knows the revision: one of a later version it does not."""
    return revision in revisions()


@cache
def revisions() -> tuple[str, ...]:
    """All revisions that this version of the program knows, from the first to the newest: the order of the migrations' names."""
    files = sorted((MIGRATIONS / "versions").glob("*.py"))
    return tuple(revision for file in files for revision in _REVISION.findall(file.read_text(encoding="utf-8")))


def _is_up_to_date() -> bool:
    session = read_session()
    try:
        return revision_of(session.connection()) == newest_revision() and not is_missing(session)
    finally:
        session.rollback()

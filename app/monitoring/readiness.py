"""Decide whether this process should receive requests: its database answers with a known schema.

A process that shuts down no longer listens.
"""

from __future__ import annotations

from functools import cache

from flask import current_app
from redis import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.server.migrations import is_known, newest_revision
from app.web.redis_client import client_of
from boards.database import read_session, restart_read
from config import Settings

_redis_client = cache(client_of)


def readiness() -> dict[str, str]:
    """Return {status, database, schema, redis}; ready when `status` is "ready".

    Redis decides nothing: without it each worker still serves, and boards follow the database's log.
    """
    settings: Settings = current_app.config["SETTINGS"]
    answer = _database()
    status = "ready" if set(answer.values()) <= {"ok", "newer"} else "not ready"
    return {"status": status, **answer, "redis": _redis(settings.redis_url)}


def schema_of_database() -> str | None:
    """Return the database's revision. Raises SQLAlchemyError without tables."""
    revision: str | None = read_session().scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _database() -> dict[str, str]:
    try:
        restart_read()  # an earlier read may have failed
        read_session().execute(text("SELECT seq FROM boards LIMIT 1"))
        revision = schema_of_database()
    except SQLAlchemyError:
        restart_read()  # the transaction failed
        return {"database": "away", "schema": "unknown"}
    if revision == newest_revision():
        return {"database": "ok", "schema": "ok"}
    # While a new release comes worker by worker, those of the former one go on with a schema that they do not know yet.
    return {"database": "ok", "schema": "behind" if revision is None or is_known(revision) else "newer"}


def _redis(url: str | None) -> str:
    if url is None:
        return "none"
    try:
        _redis_client(url).ping()
    except RedisError:
        return "away"
    return "ok"

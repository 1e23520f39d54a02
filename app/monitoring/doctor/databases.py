"""Check the database, its schema and Redis."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import redis
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.monitoring.doctor.findings import Finding, watch, well, wrong
from app.monitoring.readiness import schema_of_database
from app.server.migrations import is_known, newest_revision
from app.web.redis_client import client_of
from boards.database import db, read_session, restart_read
from config import Settings

DATABASE, REDIS = "Base de données", "Redis"
# What PostgreSQL must not be told to do without, and what happens otherwise.
LOSSES = {
    "fsync": "une panne de courant peut abîmer la base",
    "full_page_writes": "une panne de courant peut abîmer la base",
    "synchronous_commit": "une panne perd les dernières modifications",
}
_WAL_LARGE = 64 * 2**20


def database(settings: Settings) -> Iterator[Finding]:
    """Check that the database answers, its schema and its settings."""
    began = time.perf_counter()
    try:
        read_session().execute(text("SELECT 1"))
    except DBAPIError as error:
        restart_read()  # the transaction failed
        yield wrong(
            DATABASE,
            f"elle ne répond pas : {first_line(error.orig)}",
            "Démarrez PostgreSQL, ou corrigez DATABASE_URL, DATA_DIR et les droits du dossier.",
        )
        return
    milliseconds = (time.perf_counter() - began) * 1000
    name = make_url(settings.database_url).render_as_string(hide_password=True)
    yield well(DATABASE, f"{name} répond en {milliseconds:.0f} ms.")
    yield from _schema()
    yield from _sqlite() if db.engine.dialect.name == "sqlite" else _postgresql()


def has_tables() -> bool:
    """Return whether the database answers and holds a town's tables."""
    try:
        return schema_of_database() is not None
    except SQLAlchemyError:
        restart_read()  # the transaction failed
        return False


def first_line(error: object) -> str:
    """Return the first line of a library's error; the rest are hints for programmers."""
    return next(iter(str(error).strip().splitlines()), "sans un mot")[:200]


def _schema() -> Iterator[Finding]:
    newest = newest_revision()
    if not has_tables():
        yield wrong(DATABASE, "elle n’a pas encore de tables.", "Démarrez le service : il les crée.")
        return
    revision = schema_of_database()
    if revision == newest:
        yield well(DATABASE, f"schéma {revision}, celui de ce logiciel.")
    elif revision is not None and is_known(revision):
        yield wrong(
            DATABASE,
            f"schéma {revision}, alors que ce logiciel attend {newest}.",
            "Redémarrez le service : il la met à jour.",
        )
    else:
        yield wrong(
            DATABASE,
            f"schéma {revision}, plus récent que ce logiciel ({newest}).",
            "Remettez la version du logiciel qui l’a mise à jour, ou restaurez une sauvegarde d’avant.",
        )


def _sqlite() -> Iterator[Finding]:
    [answer] = read_session().scalars(text("PRAGMA quick_check(1)")).all()
    if answer != "ok":
        yield wrong(
            DATABASE,
            "le fichier est abîmé.",
            "Arrêtez le service, gardez ce fichier de côté, puis flask restore avec la dernière sauvegarde.",
        )
    mode, synchronous = (
        read_session().scalar(text("PRAGMA journal_mode")),
        read_session().scalar(text("PRAGMA synchronous")),
    )
    if mode != "wal" or synchronous != 2:
        yield wrong(
            DATABASE,
            f"journal {mode}, synchronous {synchronous} au lieu de wal et 2.",
            "Le système de fichiers ne convient pas : mettez DATA_DIR sur un disque local.",
        )
    journal_bytes = _wal_bytes()
    if journal_bytes > _WAL_LARGE:
        yield watch(
            DATABASE,
            f"son journal (-wal) tient {journal_bytes // 2**20} Mo.",
            "Un lecteur ne se termine pas : cherchez un outil resté ouvert sur la base, puis redémarrez le service.",
        )


def _wal_bytes() -> int:
    file = Path(f"{db.engine.url.database}-wal")
    return file.stat().st_size if file.exists() else 0


def _postgresql() -> Iterator[Finding]:
    yield well(DATABASE, f"PostgreSQL {_setting('server_version')}.")
    if (encoding := _setting("server_encoding")) != "UTF8":
        yield wrong(
            DATABASE,
            f"encodage {encoding}.",
            "Recréez-la en UTF8 (docs/deployment.md), puis flask db-copy ou flask restore.",
        )
    for name, loss in LOSSES.items():
        if _setting(name) == "off":
            yield wrong(DATABASE, f"{name} est coupé : {loss}.", f"Remettez {name} = on dans postgresql.conf.")
    used = int(
        read_session().scalar(text("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")) or 0
    )
    most = int(_setting("max_connections"))
    if used > 0.8 * most:
        yield watch(
            DATABASE,
            f"{used} connexions sur {most}.",
            "Augmentez max_connections : chaque processus en prend jusqu’à 40.",
        )


def _setting(name: str) -> str:
    return str(read_session().scalar(text("SELECT current_setting(:name)"), {"name": name}))


def redis_store(settings: Settings) -> Iterator[Finding]:
    """Check that Redis accepts us and keeps what it is given."""
    if settings.redis_url is None:
        yield well(REDIS, "aucun (REDIS_URL) : un seul processus sert.")
        return
    client = client_of(settings.redis_url)
    try:
        told = client.info("server")
        client.set(f"{settings.redis_prefix}:doctor", "1", ex=5)
        heard = client.publish(f"{settings.redis_prefix}:bus", "{}")
        policy = client.info("memory").get("maxmemory_policy", "noeviction")
    except redis.AuthenticationError:
        yield wrong(
            REDIS,
            "il refuse notre nom ou notre mot de passe.",
            "Corrigez REDIS_URL : redis://nom:motdepasse@hôte:6379/0",
        )
    except redis.ResponseError as error:
        yield wrong(
            REDIS,
            f"il refuse d’écrire : {error}.",
            "Donnez-nous un Redis où écrire (ni réplique en lecture seule, ni mémoire pleine).",
        )
    except redis.RedisError:
        yield wrong(
            REDIS,
            "il ne répond pas.",
            "Démarrez-le (systemctl start redis-server) et vérifiez REDIS_URL ; entre-temps chaque "
            "processus ne montre que ses présents.",
        )
    else:
        yield well(REDIS, f"Redis {told['redis_version']} répond ; processus à l’écoute : {heard}.")
        if str(policy).startswith("allkeys"):
            yield watch(
                REDIS,
                f"maxmemory-policy {policy} : présences et limites peuvent être oubliées.",
                "Mettez maxmemory-policy noeviction ou volatile-ttl.",
            )


def workers_present(settings: Settings) -> int:
    """Return how many workers have an entry in Redis; 0 without Redis."""
    if settings.redis_url is None:
        return 0
    client = client_of(settings.redis_url)
    try:
        names: Any = client.smembers(f"{settings.redis_prefix}:workers")
        return int(client.exists(*(f"{settings.redis_prefix}:seats:{name.decode()}" for name in names))) if names else 0
    except redis.RedisError:
        return 0

"""Check the machine's clock and disk, and the age of backups."""

from __future__ import annotations

import ctypes
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import redis
from sqlalchemy import func, make_url, select, text

from app.monitoring.doctor.databases import has_tables
from app.monitoring.doctor.findings import Finding, watch, well, wrong
from app.web.redis_client import client_of
from boards.database import db, now, read_session
from boards.models import Change
from config import Settings

CLOCK, DISK, BACKUPS = "Horloge", "Disque", "Sauvegardes"
_APART_SECONDS = 2.0
_FREE_LEAST, _FREE_WISHED = 200 * 2**20, 2**30
_BACKUP_AGE = timedelta(days=2)
_UNSYNCHRONISED = 5  # TIME_ERROR of adjtimex(2)
_OVER_A_NETWORK = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "fuse.sshfs",
    "fuse.glusterfs",
    "ceph",
    "glusterfs",
    "afs",
}
_SET_CLOCK = "Mettez l’horloge à l’heure et gardez-la ainsi : timedatectl set-ntp true"


def clock(settings: Settings) -> Iterator[Finding]:
    """Check the clock against the database, Redis and the last change."""
    found = list(_clocks_apart(settings))
    last = read_session().scalar(select(func.max(Change.at))) if has_tables() else None
    if last is not None and last > now() + timedelta(seconds=_APART_SECONDS):
        when = last.astimezone(settings.timezone)
        found.append(
            wrong(
                CLOCK,
                f"la dernière modification est datée du {when:%d/%m/%Y à %H h %M}, dans l’avenir : "
                "l’horloge a reculé, ou avançait.",
                _SET_CLOCK,
            )
        )
    if _kernel_says_unsynchronised():
        found.append(
            watch(CLOCK, "aucun serveur de temps ne la règle : elle s’éloignera peu à peu de l’heure.", _SET_CLOCK)
        )
    yield from found or [
        well(CLOCK, f"{now().astimezone(settings.timezone):%H h %M min %S s} ({settings.timezone.key}).")
    ]


def _clocks_apart(settings: Settings) -> Iterator[Finding]:
    others = {}
    if db.engine.dialect.name == "postgresql" and has_tables():
        others["PostgreSQL"] = (
            float(read_session().scalar(text("SELECT extract(epoch FROM clock_timestamp())")) or 0) - time.time()
        )
    if settings.redis_url:
        try:
            seconds, microseconds = client_of(settings.redis_url).time()
            others["Redis"] = seconds + microseconds / 1e6 - time.time()
        except redis.RedisError:
            pass  # the check of Redis says so
    for name, seconds_ahead in others.items():
        if abs(seconds_ahead) > _APART_SECONDS:
            yield wrong(
                CLOCK,
                f"celle de {name} diffère de {abs(seconds_ahead):.0f} s de la nôtre.",
                f"{_SET_CLOCK} (sur les deux machines)",
            )


def _kernel_says_unsynchronised() -> bool:
    """Ask the kernel whether any program keeps the clock; False where it cannot tell."""
    try:
        return (
            int(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))) == _UNSYNCHRONISED
        )  # all zeros: it only asks
    except (AttributeError, OSError):
        return False


def disk(settings: Settings) -> Iterator[Finding]:
    """Check room, permissions and the kind of file system."""
    folder = settings.data_dir
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\0" * 4096)
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        yield wrong(
            DISK,
            f"impossible d’écrire dans {folder} : {error.strerror}.",
            "Donnez ce dossier au compte du service, ou faites de la place.",
        )
        return
    yield _room(settings, shutil.disk_usage(folder).free)
    inodes = os.statvfs(folder)
    if inodes.f_files and inodes.f_favail < 1000:
        yield wrong(
            DISK,
            f"il ne reste que {inodes.f_favail} fichiers à créer sur ce système de fichiers.",
            "Supprimez des fichiers inutiles (df -i).",
        )
    if folder.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield watch(DISK, f"{folder} est ouvert à d’autres comptes de la machine.", f"chmod 700 {folder}")
    if settings.database_url.startswith("sqlite") and (kind := _file_system(folder)) in _OVER_A_NETWORK:
        yield wrong(
            DISK,
            f"la base SQLite est sur un disque du réseau ({kind}) : elle peut s’y abîmer.",
            "Mettez DATA_DIR sur un disque local, ou passez à PostgreSQL.",
        )


def _room(settings: Settings, free: int) -> Finding:
    told = f"{_size(free)} libres dans {settings.data_dir}."
    if free < _FREE_LEAST:
        return wrong(DISK, told, "Faites de la place tout de suite : disque plein, plus rien ne s’enregistre.")
    if free < max(_FREE_WISHED, 3 * _database_bytes(settings)):
        return watch(DISK, told, "Prévoyez de la place : chaque sauvegarde prend celle de la base.")
    return well(DISK, told)


def _database_bytes(settings: Settings) -> int:
    file = make_url(settings.database_url).database or ""
    if not settings.database_url.startswith("sqlite"):
        if not has_tables():
            return 0
        return int(read_session().scalar(text("SELECT pg_database_size(current_database())")) or 0)
    return sum(path.stat().st_size for path in (Path(file), Path(file + "-wal")) if path.exists())


def _file_system(folder: Path) -> str:
    """Return the kind of file system, such as ext4; "" where the system does not tell."""
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    except OSError:
        return ""
    above = [(where, kind) for where, kind in mounts if folder.resolve().is_relative_to(where)]
    return max(above, key=lambda mount: len(mount[0]), default=("", ""))[1]


def backups(settings: Settings) -> Iterator[Finding]:
    """Check the age of the last backup."""
    files = [file.stat().st_mtime for file in (settings.data_dir / "backups").glob("flash-news_*") if file.is_file()]
    advice = (
        "Lancez flask backup, et la minuterie de deploy/ (docs/deployment.md) ; "
        "copiez les sauvegardes sur une autre machine."
    )
    if not files:
        yield watch(BACKUPS, f"aucune dans {settings.data_dir / 'backups'}.", advice)
    elif (age := timedelta(seconds=time.time() - max(files))) > _BACKUP_AGE:
        yield watch(BACKUPS, f"la dernière date de {age.days} jours.", advice)
    else:
        yield well(BACKUPS, f"la dernière date de {int(age.total_seconds() // 3600)} h ; {len(files)} gardées.")


def _size(count: int) -> str:
    return f"{count / 2**30:.1f} Go".replace(".", ",") if count >= 2**30 else f"{count / 2**20:.0f} Mo"

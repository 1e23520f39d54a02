"""Check the settings, and the versions of what runs here."""

from __future__ import annotations

import platform
import re
import sqlite3
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from app.monitoring.doctor.findings import Finding, watch, well, wrong
from app.web.assets import NotBuilt, require_built
from config import ROOT, Settings, SettingsError

SETTINGS, VERSIONS = "Réglages", "Versions"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s\\;]+)", re.MULTILINE)


def settings_fit(settings: Settings) -> Iterator[Finding]:
    """Check the settings for serving."""
    problems = list(_problems(settings))
    yield from problems or [well(SETTINGS, "ils conviennent.")]


def _problems(settings: Settings) -> Iterator[Finding]:
    try:
        Settings.from_environment(serving=True)
    except SettingsError as error:
        for problem in str(error).splitlines():
            yield wrong(SETTINGS, problem, "Corrigez ce réglage (docs/settings.md), puis redémarrez le service.")
    if settings.public_url and not settings.https:
        yield watch(
            SETTINGS,
            "PUBLIC_URL n’est pas en https : mots de passe et sessions circulent en clair.",
            "Mettez HTTPS en place (docs/deployment.md).",
        )
    if settings.https and not settings.proxy_hops:
        yield wrong(
            SETTINGS,
            "PUBLIC_URL est en https mais PROXY_HOPS vaut 0 : tous les visiteurs semblent venir du serveur mandataire.",
            "Mettez PROXY_HOPS=1 derrière nginx : sinon les limites de tentatives frappent tout le monde à la fois.",
        )
    if settings.proxy_hops and settings.host not in ("127.0.0.1", "::1", "localhost"):
        yield watch(
            SETTINGS,
            f"HOST={settings.host} avec PROXY_HOPS={settings.proxy_hops} : qui atteint ce port sans "
            "nginx peut se donner une autre adresse.",
            "Écoutez sur une adresse locale (HOST=127.0.0.1), ou fermez le port aux autres machines.",
        )
    if settings.demo and settings.public_url:
        yield watch(
            SETTINGS,
            "DEMO=1 : tout le monde connaît le mot de passe des comptes.",
            "Retirez DEMO pour servir une vraie ville.",
        )


def versions(settings: Settings) -> Iterator[Finding]:
    """Check Python, SQLite, packages and the built front end."""
    yield well(VERSIONS, f"Flash News {_own_version()}, Python {platform.python_version()}.")
    if settings.database_url.startswith("sqlite"):
        yield _sqlite(sqlite3.sqlite_version_info, several_workers=settings.redis_url is not None)
    yield from _packages()
    try:
        require_built()
    except NotBuilt:
        yield wrong(VERSIONS, "les pages n’ont pas été construites.", "Lancez : make build")


def _sqlite(found: tuple[int, ...], *, several_workers: bool) -> Finding:
    """Check for the WAL-reset bug (https://www.sqlite.org/wal.html#walresetbug).

    It was fixed in 3.51.3, and in 3.44.6 and 3.50.7 of older lines.
    """
    name = "SQLite " + ".".join(map(str, found))
    if found >= (3, 51, 3) or (3, 50, 7) <= found < (3, 51) or (3, 44, 6) <= found < (3, 45):
        return well(VERSIONS, f"{name}.")
    told = (
        f"{name} : une faute rare du journal WAL peut abîmer la base quand deux processus y écrivent "
        "au même instant (corrigée en 3.51.3)."
    )
    if several_workers:
        return wrong(
            VERSIONS,
            told,
            "REDIS_URL annonce plusieurs processus : passez à PostgreSQL (flask db-copy), ou à SQLite 3.51.3.",
        )
    return watch(
        VERSIONS,
        told,
        "Ne faites tourner qu’un processus, gardez les sauvegardes deux fois par jour ; passez à "
        "SQLite 3.51.3 dès que votre système l’offre.",
    )


def _packages() -> Iterator[Finding]:
    """Compare the installed packages with the tested ones: an upgrade may lack its `make setup`."""
    pinned = _PINNED.findall((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    others = [
        f"{name} {found or 'absent'} au lieu de {wanted}"
        for name, wanted in pinned
        if (found := _installed(name)) != wanted
    ]
    if others:
        more = f" et {len(others) - 5} autres" if len(others) > 5 else ""
        yield wrong(
            VERSIONS,
            f"des bibliothèques ne sont pas celles prévues : {', '.join(others[:5])}{more}.",
            "Lancez : make setup",
        )


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _own_version() -> str:
    found = re.search(r'^version = "([^"]+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else "inconnue"

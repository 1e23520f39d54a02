"""Define `flask backup` and `flask restore`."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from app.backup import backup as backups
from app.backup.verification import CannotBackUp, Contents, contents_of
from app.cli.errors import Refused, report_refusals
from app.server.migrations import newest_revision
from config import Settings


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@with_appcontext
@report_refusals
def backup(file: Path | None) -> None:
    """Save the whole town, in one exact state, while everything goes on (default: a dated file in DATA_DIR/backups)."""
    silence_migration_log()
    try:
        click.echo(backups.back_up(current_app.config["SETTINGS"], file))
    except CannotBackUp as error:
        raise Refused(str(error)) from error


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@click.option("--check", is_flag=True, help="Say what the backup holds and whether it is whole; touch nothing.")
@click.option("--force", is_flag=True, help="Restore even a backup that is no longer whole, as far as it can be read.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_appcontext
@report_refusals
def restore(file: Path, check: bool, force: bool, yes: bool) -> None:
    """Put a backup, of either database, in the place of the town.

    Stop the server first; what was there is kept in a file.
    """
    silence_migration_log()
    settings: Settings = current_app.config["SETTINGS"]
    try:
        contents = contents_of(file)
        click.echo("\n".join((str(file), *_described(contents, settings))))
        _require_intact(contents, force=force and not check)
        if check:
            return
        if not yes:
            click.confirm("Remplacer la base actuelle par cette sauvegarde ?", abort=True)
        replaced = backups.restore_backup(settings, file)
    except CannotBackUp as error:
        raise Refused(str(error)) from error
    click.echo("Restauré." + (f" L’ancienne base reste dans {replaced.name}." if replaced else ""))


def silence_migration_log() -> None:
    """Silence Alembic's log, which would read as if the town's own database were migrated."""
    logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)


def _described(contents: Contents, settings: Settings) -> Iterator[str]:
    checksum = contents.seal
    if checksum is None:
        yield "Sans sceau (faite par une version antérieure) : seule la structure du fichier peut être vérifiée."
    else:
        made_at = checksum.made_at.astimezone(settings.timezone)
        origin = "PostgreSQL" if checksum.database == "postgresql" else "SQLite"
        yield f"Faite le {made_at:%d/%m/%Y à %H:%M:%S}, depuis {origin}."
    for board in contents.boards:
        yield f"Tableau « {board.slug} » : changement n° {board.seq}, {_count(board.cards, 'info')}."
    yield f"{_count(contents.people, 'personne')}, {_count(contents.photos, 'photo')}."
    if contents.revision != newest_revision():
        yield f"Schéma {contents.revision} : le prochain démarrage le mettra à jour ({newest_revision()})."


def _require_intact(contents: Contents, *, force: bool) -> None:
    if not contents.flaws:
        click.echo("Cette sauvegarde est intacte.")
        return
    for flaw in contents.flaws:
        click.echo(f"Défaut : {flaw}", err=True)
    if not force:
        raise Refused(
            "Cette sauvegarde n’est pas intacte. Prenez-en une autre ; "
            "à défaut, --force restaure ce qui peut en être lu."
        )


def _count(number: int, what: str) -> str:
    return f"{number} {what}s" if number > 1 else f"{number} {what}"

"""`flask backup` and `flask restore`."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from app import backup as backups
from app.cli.refusals import Refused


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@with_appcontext
def backup(file: Path | None) -> None:
    """Copy the database, in one exact state, while everything goes on (default: a dated file in DATA_DIR/backups)."""
    try:
        click.echo(backups.back_up(current_app.config["SETTINGS"], file))
    except backups.CannotBackUp as error:
        raise Refused(str(error)) from error


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_appcontext
def restore(file: Path, yes: bool) -> None:
    """Put a backup in the place of the database. Stop the server first; what was there is kept beside it."""
    if not yes:
        click.confirm("Remplacer la base actuelle par cette sauvegarde ?", abort=True)
    try:
        click.echo(backups.restore(current_app.config["SETTINGS"], file))
    except backups.CannotBackUp as error:
        raise Refused(str(error)) from error

"""Define `flask db-copy`."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from app.backup.backup import database_file
from app.backup.database_copy import CannotCopy, clear, copy_town, what_stands_in
from app.backup.exclusive_access import ensure_exclusive, ensure_exclusive_file
from app.backup.verification import CannotBackUp
from app.cli.backup import silence_migration_log
from app.cli.errors import Refused, report_refusals
from boards.database import db, repeatable_read, write_to_database
from config import Settings, SettingsError


@click.command("db-copy")
@click.argument("url")
@click.option(
    "--while-running", is_flag=True, help="Copy what one instant shows though the server runs: to try, not to move."
)
@with_appcontext
@report_refusals
def db_copy(url: str, while_running: bool) -> None:
    """Copy the whole town into the empty database at URL (as DATABASE_URL says it), and compare.

    The two are compared row by row. Nothing of the source is altered.
    """
    silence_migration_log()
    target = _checked(url)
    try:
        if not while_running:
            _ensure_exclusive()
        copied = _copy(target)
    except (CannotCopy, CannotBackUp) as error:
        raise Refused(str(error)) from error
    except DBAPIError as error:
        raise Refused(f"La base ne répond pas : {str(error.orig).splitlines()[0]}") from error
    click.echo(
        f"{sum(copied.values())} lignes dans {len(copied)} tables, "
        "relues et comparées une à une : la copie est identique."
    )
    click.echo(
        f"Pour la servir : DATABASE_URL={make_url(target).render_as_string(hide_password=True)}, puis redémarrez."
    )


def _checked(url: str) -> str:
    try:
        return Settings.from_environment({"DATABASE_URL": url}).database_url
    except SettingsError as error:
        raise Refused(str(error)) from error


def _ensure_exclusive() -> None:
    """Refuse to copy while other processes may write to the source."""
    town = database_file(current_app.config["SETTINGS"])
    if town is None:
        with repeatable_read(db.engine) as connection:
            ensure_exclusive(connection)
    elif town.exists():
        ensure_exclusive_file(town)


def _copy(url: str) -> dict[str, int]:
    with repeatable_read(db.engine) as source, write_to_database(url) as target:
        if filled := what_stands_in(target):
            some = ", ".join(filled[:5]) + ("…" if len(filled) > 5 else "")
            raise CannotCopy(f"La base d’arrivée n’est pas vide ({some}) : rien n’y a été écrit. Donnez-en une vide.")
        clear(target)
        return copy_town(source, target)

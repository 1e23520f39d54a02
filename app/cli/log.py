"""Define `flask log …`."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import force_locale

from app.admin.audit_queries import AuditFilters, entries, table
from app.audit import log as audit_log
from app.cli.errors import Refused
from app.web.csv_export import csv_text
from boards.database import read_session

log = AppGroup("log", help="The administrative log: export, purge.")


@log.command("export")
@click.argument("file", type=click.Path(path_type=Path))
def export(file: Path) -> None:
    """Write the whole log to FILE as CSV, newest first; - writes to standard output."""
    with force_locale("fr"):
        text = csv_text(table(read_session().scalars(entries(read_session(), AuditFilters()))))
    if str(file) == "-":
        click.echo(text, nl=False)
    else:
        try:
            with file.open("x", encoding="utf-8", newline="") as written:
                written.write(text)
        except OSError as error:
            raise Refused(f"« {file} » ne peut pas être écrit : {error.strerror}.") from error
    audit_log.record_alone("log_exported")


@log.command("purge")
def purge() -> None:
    """Erase the entries older than twelve months; the server does so by itself every day."""
    click.echo(f"{audit_log.forget_old_entries()} entrées effacées.")

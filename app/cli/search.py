"""Define `flask search …`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.cli.errors import report_refusals
from boards.database import write_transaction
from boards.search.index import rebuild

search_commands = AppGroup("search", help="Search: make its index anew.")


@search_commands.command("rebuild")
@report_refusals
def rebuild_index() -> None:
    """Make the index of all cards anew.

    It keeps itself in step: this is for a database that was altered past the program.
    """
    with write_transaction() as session:
        count = rebuild(session)
    click.echo(f"{count} infos indexées." if count > 1 else f"{count} info indexée.")

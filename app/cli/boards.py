"""`flask board …`: boards on the command line."""

from __future__ import annotations

import re

import click
from flask.cli import AppGroup

from app.cli.refusals import Refused, says_refusals
from app.trello import command as trello
from boards.administration import create_board
from boards.database import reading, write_transaction
from boards.reading import all_boards
from boards.text import clean_title

# Not digits alone: /boards/12 means the board with that number.
_SLUG = re.compile(r"(?=.{1,80}\Z)(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*")

board = AppGroup("board", help="Boards: list, create, import.")
board.add_command(trello.import_trello)


@board.command("list")
def list_boards() -> None:
    """List boards: slug, seq, title."""
    for row in all_boards(reading()):
        click.echo(f"{row.slug}\t{row.seq}\t{row.title}")


@board.command("create")
@click.argument("slug")
@click.argument("title")
@says_refusals
def add_board(slug: str, title: str) -> None:
    """Create an empty board; SLUG is its address: small letters, digits, hyphens."""
    if not _SLUG.fullmatch(slug):
        raise Refused(
            "L’adresse d’un tableau s’écrit en lettres minuscules, chiffres et traits d’union, et contient une lettre (80 au plus)."
        )
    with write_transaction() as session:
        create_board(session, slug, clean_title(title))
    click.echo(f"{slug} : tableau créé.")

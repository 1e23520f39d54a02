"""Define `flask board …`."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from app.accounts.models import Account
from app.admin.board_service import archive_board, begin_board, create_empty_board, restore_board
from app.admin.board_template_file import UnusableTemplate, read_template, shipped_template
from app.cli.errors import Refused, report_refusals
from app.cli.options import first_facilitator
from app.trello import cli as trello
from boards import rights
from boards.board_templates import TEMPLATE_MAX_BYTES, Template
from boards.database import read_session, write_transaction
from boards.models import Board, Person
from boards.queries import all_boards, find_board
from boards.text.sanitize import clean_title

# Not digits alone: /boards/12 means the board with that id.
_SLUG = re.compile(r"(?=.{1,80}\Z)(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*")
SHIPPED_TEMPLATE_NAME = "ville"

board = AppGroup("board", help="Boards: list, create, archive, restore, import.")
board.add_command(trello.import_trello)
_as = click.option("--as", "email", metavar="EMAIL", help="The facilitator who does it. Default: the first one.")


@board.command("list")
def list_boards() -> None:
    """List boards: slug, seq, title, and whether it is archived."""
    for row in all_boards(read_session()):
        click.echo("\t".join((row.slug, str(row.seq), row.title, "archivé" if row.archived_at else "en service")))


@board.command("create")
@click.argument("slug")
@click.argument("title")
@click.option(
    "--template",
    metavar="FILE",
    help=f"Begin with this template: a file that was exported, or « {SHIPPED_TEMPLATE_NAME} », the one that ships.",
)
@_as
@report_refusals
def add_board(slug: str, title: str, template: str | None, email: str | None) -> None:
    """Create a board, empty or from a template; SLUG is its address: small letters, digits, hyphens."""
    if not _SLUG.fullmatch(slug):
        raise Refused(
            "L’adresse d’un tableau s’écrit en lettres minuscules, chiffres et traits d’union, "
            "et contient une lettre (80 au plus)."
        )
    if template is None:
        actor = _facilitator(email) if email is not None else first_facilitator()
        with write_transaction() as session:
            create_empty_board(session, slug, clean_title(title), actor)
    else:
        chosen, actor = _template(template), _facilitator(email)
        _slug, provided = begin_board(clean_title(title), actor, chosen, slug=slug)
        for service in provided.made:
            click.echo(f"{service.name} : service créé.")
        for service in provided.restored:
            click.echo(f"{service.name} : service restauré.")
    click.echo(f"{slug} : tableau créé.")


@board.command("archive")
@click.argument("slug")
@_as
@report_refusals
def archive(slug: str, email: str | None) -> None:
    """Put a board away: only facilitators see it, and nothing on it changes until it is restored."""
    _alter(slug, email, archive_board, "tableau archivé")


@board.command("restore")
@click.argument("slug")
@_as
@report_refusals
def restore(slug: str, email: str | None) -> None:
    """Bring an archived board back with all that is on it."""
    _alter(slug, email, restore_board, "tableau restauré")


def _alter(slug: str, email: str | None, act: Callable[[Board, Person], None], done: str) -> None:
    actor = _facilitator(email)
    act(find_board(read_session(), actor, slug), actor)
    click.echo(f"{slug} : {done}.")


def _facilitator(email: str | None) -> Person:
    """Return the facilitator with this address, or the first."""
    person: Person | None
    if email is not None:
        account = read_session().scalar(select(Account).where(Account.email == email.strip().lower()))
        person = account.person if account else None
    else:
        person = first_facilitator()
    if person is None or not rights.may_arrange(person):
        raise Refused(
            "Il faut le compte d’un animateur en activité."
            if email
            else "Aucun animateur n’a de compte : créez-en un d’abord."
        )
    return person


def _template(name: str) -> Template:
    if name == SHIPPED_TEMPLATE_NAME:
        return shipped_template()
    try:
        with Path(name).open("rb") as file:
            return read_template(file.read(TEMPLATE_MAX_BYTES + 1))
    except OSError as error:
        raise Refused(f"« {name} » ne peut pas être lu : {error.strerror}.") from error
    except UnusableTemplate as unusable:
        raise Refused(str(unusable)) from unusable

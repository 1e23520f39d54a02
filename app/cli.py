"""The command line: `flask people …`, `flask board …`, `flask backup`, `flask restore`."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import IO, Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from flask_babel import force_locale

from app import backup as backups
from app.accounts import people as accounts
from app.problems import field_message, problem_for
from app.trello import command as trello
from boards.administration import create_board
from boards.database import reading, write_transaction
from boards.errors import Refusal
from boards.models import Role
from boards.reading import all_boards
from boards.text import UnfitText, clean_title

# Not digits alone: /boards/12 means the board with that number.
_SLUG = re.compile(r"(?=.{1,80}\Z)(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*")

people = AppGroup("people", help="Accounts: add, list, disable, set a password, give an API token.")
board = AppGroup("board", help="Boards: list, create, import.")


def init_app(app: Flask) -> None:
    board.add_command(trello.import_trello)
    for command in (people, board, backup, restore):
        app.cli.add_command(command)


class Refused(click.ClickException):
    """One sentence on standard error, and exit status 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, file=file or sys.stderr)


def says_refusals(function: Callable[..., Any]) -> Callable[..., Any]:
    """A refusal becomes one sentence on standard error and exit status 1, never a stack trace."""

    @wraps(function)
    def run(*arguments: Any, **options: Any) -> Any:
        try:
            return function(*arguments, **options)
        except accounts.BadInput as error:
            raise Refused(str(error)) from error
        except UnfitText as error:
            with force_locale("fr"):
                raise Refused(field_message(error.code, {"limit": error.limit})) from error
        except Refusal as refusal:
            with force_locale("fr"):
                raise Refused(problem_for(refusal)["detail"]) from refusal

    return run


@people.command("add")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.AGENT.value, show_default=True)
@click.option("--service", "services", multiple=True, help="Slug of a service; may be repeated.")
@click.password_option(help="Asked for when left out.")
@says_refusals
def add_person(email: str, name: str, role: str, services: tuple[str, ...], password: str) -> None:
    """Add a person who signs in with EMAIL and a password."""
    account = accounts.add_account(email, name, Role(role), list(services), password)
    click.echo(f"{account.email} : compte créé ({role}).")


@people.command("list")
def list_people() -> None:
    """List accounts: address, role, state, name, services."""
    for account in accounts.all_accounts(reading()):
        person = account.person
        state = "désactivé" if person.disabled_at else "actif"
        click.echo("\t".join((account.email, person.role, state, person.name, ", ".join(service.slug for service in person.services))))


@people.command("disable")
@click.argument("email")
@says_refusals
def disable_person(email: str) -> None:
    """Close an account: its sign-ins and open pages end within seconds."""
    accounts.disable(email)
    click.echo(f"{email} : compte désactivé.")


@people.command("enable")
@click.argument("email")
@says_refusals
def enable_person(email: str) -> None:
    """Open a disabled account again."""
    accounts.enable(email)
    click.echo(f"{email} : compte réactivé.")


@people.command("set-password")
@click.argument("email")
@click.password_option(help="Asked for when left out.")
@says_refusals
def set_password(email: str, password: str) -> None:
    """Give an account a new password and sign its browsers out."""
    accounts.set_password(email, password)
    click.echo(f"{email} : mot de passe changé.")


@people.command("token")
@click.argument("email")
@click.option("--name", default="ligne de commande", show_default=True, help="What the token is for.")
@says_refusals
def create_token(email: str, name: str) -> None:
    """Print a new API token that acts as this person. It is shown only once."""
    click.echo(accounts.create_token(email, name))


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

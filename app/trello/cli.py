"""Import a Trello export: `flask board import-trello`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.admin.board_service import create_empty_board
from app.trello.destination import NoTarget, Target, earlier_comments, find_target, origins_of
from app.trello.export import Export, parse_export
from app.trello.export_file import UnusableExport, read_bytes
from app.trello.formatting import number
from app.trello.mapping import Mapped, map_export
from app.trello.previous_import import HISTORY_LIMIT
from app.trello.report import report_on_board, report_on_file
from app.web.problems import problem_for
from boards.commands.import_columns import ImportColumns, Known
from boards.commands.import_data import Tally
from boards.database import now, read_session
from boards.errors import Refusal
from boards.models import Person, Role
from boards.perform import perform, perform_setup

LARGE_FILE_BYTES = 5_000_000


class NoImporter(ValueError):
    """No person can carry out the import; the message says why, in French."""


def report_errors(function: Callable[..., None]) -> Callable[..., None]:
    """Print what prevents the import as one sentence on standard error, and exit with status 1."""

    @wraps(function)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            function(*arguments, **options)
        except (UnusableExport, NoTarget, NoImporter) as error:
            _give_up(str(error))
        except Refusal as refusal:
            with force_locale("fr"):
                _give_up(f"{problem_for(refusal)['detail']} Rien n’a été importé.")
        except (OperationalError, ProgrammingError) as error:
            _give_up(
                "La base de données n’est pas prête\u00a0: démarrez Flash News une première fois, "
                f"puis recommencez. ({error.orig})"
            )

    return run


def _give_up(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(1)


@click.command("import-trello")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--board",
    "slug",
    metavar="SLUG",
    help="Board to import into; created if there is none. Default: made from the export's name.",
)
@click.option("--dry-run", is_flag=True, help="Print the same report, write nothing.")
@click.option("--as", "email", metavar="EMAIL", help="The facilitator who imports. Default: the first one.")
@with_appcontext
@report_errors
def import_trello(file: Path, slug: str | None, dry_run: bool, email: str | None) -> None:
    """Import FILE, a board exported from Trello as JSON.

    Importing a later export of the same board brings it up to date: nothing is doubled, and what people
    changed here since is left alone. Attached files stay in Trello; nothing is fetched.
    """
    export = _read(file)
    zone: ZoneInfo = current_app.config["SETTINGS"].timezone
    importer = _importer(email, needed=not dry_run)
    mapped, target = _prepare(export, zone, slug)
    click.echo(report_on_file(mapped))
    if dry_run:
        _print_preview(mapped, target)
    elif importer is not None:
        _carry_out(mapped, target, importer)


def _read(file: Path) -> Export:
    data = read_bytes(file)
    if len(data) > LARGE_FILE_BYTES:
        click.echo(f"Lecture de {number(len(data) // 1_000_000)} Mo…", err=True)
    return parse_export(data)


def _prepare(export: Export, zone: ZoneInfo, slug: str | None) -> tuple[Mapped, Target]:
    mapped = map_export(export, zone, now(), progress=_Progress())
    target = find_target(read_session(), slug, mapped.title, origins_of(mapped.columns))
    if target.board is not None and len(export.board.actions) >= HISTORY_LIMIT:
        mapped = map_export(
            export, zone, now(), earlier=earlier_comments(read_session(), target.board), progress=_Progress()
        )
    return mapped, target


def _importer(email: str | None, needed: bool) -> Person | None:
    """Return the facilitator of this address, or the first one. Raises NoImporter."""
    if email is not None:
        account = read_session().scalar(select(Account).where(Account.email == email.strip().lower()))
        if account is None:
            raise NoImporter(f"Aucun compte n’a l’adresse {email}.")
        if account.person.role != Role.FACILITATOR or account.person.disabled_at is not None:
            raise NoImporter(
                f"{email} n’est pas le compte d’un animateur en activité\u00a0: seul un animateur "
                "peut importer un tableau."
            )
        return account.person
    facilitators = (
        select(Person).where(Person.role == Role.FACILITATOR, Person.disabled_at.is_(None)).order_by(Person.id)
    )
    person = read_session().scalar(facilitators.limit(1))
    if person is None and needed:
        raise NoImporter(
            "Aucun animateur n’a de compte\u00a0: créez-en un d’abord (flask people add ADRESSE "
            "--name NOM --role facilitator)."
        )
    return person


def _print_preview(mapped: Mapped, target: Target) -> None:
    tally = _preview(mapped, target)
    where = "serait complété" if target.board else "serait créé"
    click.echo(f"\nEssai à blanc\u00a0: rien n’a été enregistré. Le tableau «\u202f{target.slug}\u202f» {where}.")
    click.echo(report_on_board(tally))


def _carry_out(mapped: Mapped, target: Target, importer: Person) -> None:
    tally = _preview(mapped, target)
    done = "créé" if target.board is None else "mis à jour" if _change_count(tally) else "déjà à jour"
    if _change_count(tally) or target.board is None:
        if len(mapped.columns) and sum(len(column.cards) for column in mapped.columns) > 1000:
            click.echo("Enregistrement…", err=True)
        tally = _import(mapped, target, importer.id)
    click.echo(
        f"\nTableau «\u202f{target.board.title if target.board else mapped.title}\u202f» "
        f"{done}\u00a0: /boards/{target.slug}"
    )
    click.echo(report_on_board(tally))


def _import(mapped: Mapped, target: Target, importer_id: int) -> Tally:
    """Import in one transaction; a board created for it is rolled back on failure."""
    tally = Tally()
    command = ImportColumns(columns=mapped.columns, tally=tally)

    def found(session: Session) -> tuple[int, int, ImportColumns]:
        board = create_empty_board(session, target.slug, mapped.title, session.get_one(Person, importer_id))
        return importer_id, board.id, command

    if target.board is None:
        perform_setup(found)
    else:
        perform(importer_id, target.board.id, command)
    return tally


def _preview(mapped: Mapped, target: Target) -> Tally:
    tally = Tally()
    known = Known.on_board(read_session(), target.board.id) if target.board else Known({}, {}, set(), set())
    known.count(mapped.columns, tally)
    return tally


def _change_count(tally: Tally) -> int:
    return tally.columns_added + tally.columns_updated + tally.cards_added + tally.cards_updated + tally.cards_retired


class _Progress:
    """Print a line on standard error each second."""

    def __init__(self) -> None:
        self.printed_at = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self.printed_at >= 1:
            self.printed_at = time.monotonic()
            click.echo(f"{number(done)} cartes sur {number(total)}…", err=True)

"""Define `flask people import`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from app.admin.people_csv import CSV_MAX_BYTES, decode_csv, parse_people_csv
from app.admin.people_import import make_plan, perform_import
from app.admin.people_plan import LineVerdict, Outdated, Plan
from app.cli.errors import Refused, report_refusals
from boards.database import read_session, write_transaction

_WORDS = {
    LineVerdict.CREATED: "créé",
    LineVerdict.CHANGED: "modifié",
    LineVerdict.UNCHANGED: "inchangé",
    LineVerdict.REFUSED: "refusé",
}


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Print what would happen, write nothing.")
@click.option("--create-services", is_flag=True, help="Create the services that the file names and the town has not.")
@with_appcontext
@report_refusals
def import_people(file: Path, dry_run: bool, create_services: bool) -> None:
    """Import FILE, a CSV with the columns name, e-mail, services and role (or nom, e-mail, services, rôle).

    Prints what becomes of each line. If one is refused, nothing is imported.
    """
    people = parse_people_csv(decode_csv(_read(file)))
    plan = make_plan(read_session(), people, create_services=create_services)
    _print(plan)
    if dry_run:
        return
    if plan.refused:
        raise Refused("Rien n’a été importé : corrigez les lignes refusées.")
    try:
        with write_transaction() as session:
            perform_import(session, people, plan.digest, None, create_services=create_services)
    except Outdated as outdated:
        raise Refused("Rien n’a été importé : des comptes ont changé au même instant. Recommencez.") from outdated


def _read(file: Path) -> bytes:
    try:
        with sys.stdin.buffer if str(file) == "-" else file.open("rb") as opened:
            return opened.read(CSV_MAX_BYTES + 1)
    except OSError as error:
        raise Refused(f"« {file} » ne peut pas être lu : {error.strerror}.") from error


def _print(plan: Plan) -> None:
    for name in plan.new_services.values():
        click.echo(f"service\tcréé\t{name}")
    for line in plan.lines:
        click.echo("\t".join((str(line.number), _WORDS[line.verdict], line.email, line.name, " · ".join(line.words))))
    click.echo(", ".join(f"{plan.totals[verdict]} {words}" for verdict, words in _WORDS.items()))

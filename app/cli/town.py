"""Define `flask init`."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from app.accounts.validators import BadInput, clean_name, normal_email
from app.cli.errors import Refused, report_refusals
from app.cli.options import password_option
from app.server.migrations import bring_up_to_date
from app.setup.service import create_town, password_problems, services_in
from app.town.town import is_set_up
from boards.text.sanitize import clean_title


@click.command("init")
@click.option("--town", prompt="Nom de la ville", help="The town's name.")
@click.option("--email", prompt="Adresse du premier animateur", help="How the first facilitator signs in.")
@click.option("--name", prompt="Son nom", help="The first facilitator's name.")
@click.option("--service", "services", multiple=True, help="A service, which gets a column; may be repeated.")
@click.option(
    "--template/--no-template",
    default=True,
    help="Begin with the board « Accueil d’une ville », or with no more than those columns.",
)
@password_option
@with_appcontext
@report_refusals
def init(town: str, email: str, name: str, services: tuple[str, ...], template: bool, password: str) -> None:
    """Set a town up: its name, its first facilitator, and a board « Accueil »."""
    if current_app.config["SETTINGS"].demo:
        raise Refused("DEMO=1 : la ville de démonstration se crée d’elle-même au démarrage.")
    bring_up_to_date(current_app._get_current_object())  # type: ignore[attr-defined]  # Flask's documented way to the object itself
    if is_set_up():
        raise Refused("Cette base a déjà ses habitants : rien n’a été modifié.")
    town, email, name = clean_title(town), normal_email(email), clean_name(name)
    if problems := password_problems(password, town, name, email):
        raise BadInput(" ".join(problems))
    create_town(town, name, email, password, services_in("\n".join(services)), with_template=template)
    click.echo(f"{town} : en service. {email} peut se connecter.")

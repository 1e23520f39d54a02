"""Define `flask people …`, also for when nobody can sign in."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.accounts import service as account_service
from app.accounts.admin_actions import change_account, erase_person
from app.accounts.models import Purpose, TokenScope
from app.accounts.one_time_links import create_one_time_link
from app.accounts.validators import BadInput, clean_name, normal_email
from app.admin.invitation_service import add_invited
from app.cli.errors import report_refusals
from app.cli.options import password_option
from boards.database import read_session, write_transaction
from boards.models import Role

people = AppGroup(
    "people", help="Accounts: add, invite, import, list, change, disable, erase, set a password, give an API token."
)
ROLE = click.Choice([role.value for role in Role])


@people.command("add")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", type=ROLE, default=Role.AGENT.value, show_default=True)
@click.option("--service", "services", multiple=True, help="Slug of a service; may be repeated.")
@password_option
@report_refusals
def add_person(email: str, name: str, role: str, services: tuple[str, ...], password: str) -> None:
    """Add a person who signs in with EMAIL and a password."""
    account = account_service.add_account(email, name, Role(role), list(services), password)
    click.echo(f"{account.email} : compte créé ({role}).")


@people.command("invite")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", type=ROLE, default=Role.AGENT.value, show_default=True)
@click.option("--service", "services", multiple=True, help="Slug of a service; may be repeated.")
@report_refusals
def invite(email: str, name: str, role: str, services: tuple[str, ...]) -> None:
    """Add a person without a password and print the link, good once, by which they come in."""
    email, name = normal_email(email), clean_name(name)
    with write_transaction() as session:
        try:
            account = add_invited(session, email, name, Role(role), list(services), None)
        except ValueError as error:
            raise BadInput(f"Le service « {error} » n’existe pas.") from error
        link = create_one_time_link(session, account, Purpose.INVITATION)
    click.echo(link)


@people.command("list")
def list_people() -> None:
    """List accounts: address, role, state, name, services."""
    for account in account_service.all_accounts(read_session()):
        person = account.person
        state = "désactivé" if person.disabled_at else "actif"
        click.echo(
            "\t".join(
                (account.email, person.role, state, person.name, ", ".join(service.slug for service in person.services))
            )
        )


@people.command("set-role")
@click.argument("email")
@click.argument("role", type=ROLE)
@report_refusals
def set_role(email: str, role: str) -> None:
    """Make somebody an agent, a facilitator or a reader."""
    with write_transaction() as session:
        change_account(session, account_service.find_by_address(session, email), None, role=Role(role))
    click.echo(f"{email} : {role}.")


@people.command("set-services")
@click.argument("email")
@click.argument("services", nargs=-1, metavar="[SLUG]...")
@report_refusals
def set_services(email: str, services: tuple[str, ...]) -> None:
    """Let somebody belong to these services and no others; without any, to none."""
    with write_transaction() as session:
        change_account(
            session, account_service.find_by_address(session, email), None, services=list(dict.fromkeys(services))
        )
    click.echo(f"{email} : {', '.join(services) or 'aucun service'}.")


@people.command("disable")
@click.argument("email")
@report_refusals
def disable_person(email: str) -> None:
    """Close an account: its sign-ins and open pages end within seconds."""
    account_service.disable_by_email(email)
    click.echo(f"{email} : compte désactivé.")


@people.command("enable")
@click.argument("email")
@report_refusals
def enable_person(email: str) -> None:
    """Open a disabled account again."""
    account_service.enable_by_email(email)
    click.echo(f"{email} : compte réactivé.")


@people.command("erase")
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask.")
@report_refusals
def erase(email: str, yes: bool) -> None:
    """Forget a person, as the RGPD asks: name, address and account go for good, their cards stay without a name."""
    if not yes:
        click.confirm(f"Effacer définitivement {email} ?", abort=True)
    with write_transaction() as session:
        erase_person(session, account_service.find_by_address(session, email), None)
    click.echo(f"{email} : personne effacée.")


@people.command("set-password")
@click.argument("email")
@password_option
@report_refusals
def set_password(email: str, password: str) -> None:
    """Give an account a new password and sign its browsers out."""
    account_service.set_account_password(email, password)
    click.echo(f"{email} : mot de passe changé.")


@people.command("token")
@click.argument("email")
@click.option("--name", default="ligne de commande", show_default=True, help="What the token is for.")
@click.option(
    "--scope",
    type=click.Choice([scope.value for scope in TokenScope]),
    default=TokenScope.WRITE.value,
    show_default=True,
    help="What it may do.",
)
@report_refusals
def create_token(email: str, name: str, scope: str) -> None:
    """Print a new API token that acts as this person. It is shown only once."""
    click.echo(account_service.create_api_token(email, name, TokenScope(scope)))

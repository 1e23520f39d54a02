"""Define `flask services …`."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy import select

from app.accounts.directory import services_by_name
from app.admin.service_admin import add_service, archive_service, change_service, merge_services
from app.cli.errors import Refused, report_refusals
from app.cli.options import first_facilitator
from boards.database import read_session
from boards.directory import agents_by_service
from boards.errors import NotFound
from boards.models import Person, Service
from boards.text.sanitize import clean_title

services = AppGroup("services", help="Services: list, add, rename, archive, merge.")


@services.command("list")
def list_services() -> None:
    """List services: slug, state, agents, name."""
    agents = agents_by_service(read_session())
    for service in services_by_name(read_session()):
        state = "archivé" if service.archived_at else "actif"
        click.echo(f"{service.slug}\t{state}\t{agents.get(service.id, 0)}\t{service.name}")


@services.command("add")
@click.argument("name")
@click.option("--hue", type=click.IntRange(0, 359), default=250, show_default=True, help="Its colour, in degrees.")
@report_refusals
def add(name: str, hue: int) -> None:
    """Add a service; its slug is made from its name, and printed."""
    service = add_service(clean_title(name), None, hue=hue)
    click.echo(service.slug)


@services.command("rename")
@click.argument("slug")
@click.argument("name")
@report_refusals
def rename(slug: str, name: str) -> None:
    """Give a service another name; its slug stays."""
    change_service(_service(slug).id, None, name=clean_title(name))
    click.echo(f"{slug} : {name}")


@services.command("archive")
@click.argument("slug")
@report_refusals
def archive(slug: str) -> None:
    """Archive a service: its agents have no right by it any more."""
    archive_service(_service(slug).id, None)
    click.echo(f"{slug} : service archivé.")


@services.command("merge")
@click.argument("slug")
@click.argument("into")
@click.option("--yes", is_flag=True, help="Do not ask.")
@report_refusals
def merge(slug: str, into: str, yes: bool) -> None:
    """Merge a service INTO another: its agents, columns and rights move there, and it disappears."""
    merged, target = _service(slug), _service(into)
    if merged.id == target.id:
        raise Refused("Un service ne fusionne pas avec lui-même.")
    if not yes:
        click.confirm(f"« {merged.name} » va disparaître dans « {target.name} ». Continuer ?", abort=True)
    merge_services(read_session(), merged.id, target.id, _facilitator())
    click.echo(f"{slug} → {into}")


def _service(slug: str) -> Service:
    service = read_session().scalar(select(Service).where(Service.slug == slug))
    if service is None:
        raise NotFound("service_not_found")
    return service


def _facilitator() -> Person:
    """Return the first facilitator, the author of board changes made here."""
    person = first_facilitator()
    if person is None:
        raise Refused("Aucun animateur actif : créez-en un avec  flask people add.")
    return person

"""Define common options of commands, and their default actor."""

from __future__ import annotations

import click
from sqlalchemy import select

from boards.database import read_session
from boards.models import Person, Role

password_option = click.password_option(
    prompt="Mot de passe", confirmation_prompt="Le même, pour confirmer", help="Asked for when left out."
)


def first_facilitator() -> Person | None:
    """Return the first active facilitator, the author of changes made by commands."""
    active = select(Person).where(Person.role == Role.FACILITATOR, Person.disabled_at.is_(None))
    return read_session().scalar(active.order_by(Person.id).limit(1))

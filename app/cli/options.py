"""Define common options of commands."""

from __future__ import annotations

import click

password_option = click.password_option(
    prompt="Mot de passe", confirmation_prompt="Le même, pour confirmer", help="Asked for when left out."
)

"""Questions of the command line, in the language of the people who answer them."""

from __future__ import annotations

import click

password_option = click.password_option(
    prompt="Mot de passe", confirmation_prompt="Le même, pour confirmer", help="Asked for when left out."
)

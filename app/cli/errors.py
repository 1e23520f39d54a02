"""Report refusals as one French sentence on standard error and exit status 1."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import IO, Any

import click
from flask_babel import force_locale

from app.accounts.validators import BadInput
from app.admin.people_csv import UnusableFile
from app.web.problems import field_message, problem_for
from boards.errors import Refusal
from boards.text.sanitize import UnfitText
from config import Settings, SettingsError


class Refused(click.ClickException):
    """A refusal: one sentence on standard error, exit status 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence."""
        click.echo(self.message, file=file or sys.stderr)


def settings_or_refuse() -> Settings:
    """Read the settings; report what is wrong with them."""
    try:
        return Settings.from_environment()
    except SettingsError as error:
        raise Refused(f"Réglages à corriger (docs/settings.md) :\n{error}") from error


def report_refusals(function: Callable[..., Any]) -> Callable[..., Any]:
    """Turn exceptions of a command into Refused."""

    @wraps(function)
    def run(*arguments: Any, **options: Any) -> Any:
        with force_locale("fr"):
            try:
                return function(*arguments, **options)
            except (BadInput, UnusableFile) as error:
                raise Refused(str(error)) from error
            except UnfitText as error:
                raise Refused(field_message(error.code, {"limit": error.limit})) from error
            except Refusal as refusal:
                raise Refused(problem_for(refusal)["detail"]) from refusal

    return run

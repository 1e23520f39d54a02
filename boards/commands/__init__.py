"""Load every command of this package, and parse the JSON of clients as one of them."""

from __future__ import annotations

from functools import reduce
from importlib import import_module
from operator import or_
from pkgutil import iter_modules
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from boards.commands.base import COMMAND_TYPES, Command, invalid

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

COMMANDS = dict(sorted(COMMAND_TYPES.items()))
AnyCommand: Any = Annotated[reduce(or_, COMMANDS.values()), Field(discriminator="type")]
_adapter: TypeAdapter[Command] = TypeAdapter(AnyCommand)


def parse_command(data: Any) -> Command:
    """Validate a JSON value as a command. Raises Invalid, naming each wrong field."""
    try:
        return _adapter.validate_python(data)
    except ValidationError as error:
        # A discriminated union puts the command's name first in the path; clients know fields by their own name.
        raise invalid(error, named_from=1) from error


__all__ = ["COMMANDS", "AnyCommand", "Command", "parse_command"]

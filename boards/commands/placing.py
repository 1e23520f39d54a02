"""Choose the ranks of cards that a command places."""

from __future__ import annotations

from boards.commands.base import Command
from boards.models import Column
from boards.ordering import ranks_for_cards
from boards.scope import Scope


def ranks_asked(command: Command, after: int | None, scope: Scope, column: Column, count: int = 1) -> list[str]:
    """Return `count` ranks: at the column's end if `after` was not sent, at its top if null, else behind that card."""
    at_top = command.is_set("after") and after is None
    return ranks_for_cards(scope.session, column, after, count, at_top=at_top)

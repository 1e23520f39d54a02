"""When a card is shown and until when it holds: the days somebody gives, and the card that waits for its own or stands on the board."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from boards.clock import day_of
from boards.errors import FieldError, Invalid
from boards.models import Card
from boards.scope import Scope

_BEGINS_WITH_A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def written_out(code: str) -> BeforeValidator:
    """That a day or a moment begins with its year, month and day: pydantic also takes a number of seconds for one, as a text too."""

    def checked(value: Any) -> Any:
        if value is not None and not (isinstance(value, str) and _BEGINS_WITH_A_DAY.match(value)):
            raise PydanticCustomError(code, "not written out")
        return value

    return BeforeValidator(checked)


_FIRST, _LAST = date(2000, 1, 1), date(2199, 12, 31)
Day = Annotated[
    date,
    written_out("date_parsing"),
    Field(strict=False, ge=_FIRST, le=_LAST),
    WithJsonSchema({"type": "string", "format": "date", "description": f"From {_FIRST} to {_LAST}."}),
]


def require_future_day(scope: Scope, valid_until: date | None) -> None:
    """That a last day somebody gives has not passed. Raises Invalid."""
    if valid_until is not None and valid_until < day_of(scope.now):
        raise Invalid([FieldError("valid_until", "day_past", {})])


def schedule(scope: Scope, card: Card, day: date | None, *, blame: str = "visible_from") -> None:
    """Let the card wait in the archive for this day; from today on, and without one, it stands on the board.

    Raises Invalid, naming the field `blame`, when the card would end before it is shown.
    """
    if day is None or day <= day_of(scope.now):
        if card.is_scheduled:
            publish(scope, card)
        return
    if card.valid_until is not None and card.valid_until < day:
        raise Invalid([FieldError(blame, "ends_before_it_is_shown", {})])
    card.visible_from = day
    card.unpublished = True
    card.archived_at = card.archived_at or scope.now
    scope.touch(card)


def publish(scope: Scope, card: Card) -> None:
    """Put the card on the board, where it is news. An end that has passed goes, or the card would leave again at once."""
    if card.is_scheduled:  # what was written to be shown from this day on holds from this day on
        card.visible_from = None
        card.confirmed_at = scope.now
        card.confirmed_by_id = card.author_id if scope.by_clock else scope.actor.id
    card.archived_at = None
    card.unpublished = False
    if card.valid_until is not None and card.valid_until < day_of(scope.now):
        card.valid_until = None
        card.version += 1
    scope.signal(card)
    if scope.by_clock:
        card.signalled_by_id = card.author_id  # whoever wrote it knows it


def archive(scope: Scope, card: Card) -> None:
    """Into the archive, where it no longer waits for its day; one that never had it remains unpublished."""
    card.archived_at = scope.now
    card.visible_from = None
    scope.touch(card)


def confirm(scope: Scope, card: Card) -> None:
    """The actor says that what the card says holds."""
    card.confirmed_at = scope.now
    card.confirmed_by_id = scope.actor.id
    scope.touch(card)

"""Flash an urgent card on every open board, and end the flash."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from boards import flashes
from boards.clock import day_of, start_of
from boards.commands.base import Command
from boards.errors import Conflict, FieldError, Invalid
from boards.field_types import Id, written_out
from boards.models import Card
from boards.scope import Scope

Until = Annotated[AwareDatetime, Field(strict=False)]


class FlashCard(Command):
    """Flash the card as news until a moment: by default today’s end, at most its last day’s."""

    event_type: ClassVar = "card_flashed"
    type: Literal["flash_card"]
    card: Id
    on: bool
    until: Annotated[Until | None, written_out("datetime_type")] = None

    @field_validator("until")
    @classmethod
    def _fits(cls, until: datetime | None, given: ValidationInfo) -> datetime | None:
        if until is not None and given.data.get("on") is False:
            raise PydanticCustomError("put_out_now", "what is put out ends now")
        return until

    @property
    def recorded_type(self) -> str:
        return self.event_type if self.on else "flash_put_out"

    def apply(self, scope: Scope) -> None:
        card, _column = scope.card_to_edit(self.card)
        if self.on:
            self._light(scope, card)
        elif card.flash_until is None or card.flash_until <= scope.now:
            raise Conflict("not_flashing")
        else:
            card.flashed_at = card.flash_until = None
            scope.touch(card)

    def _light(self, scope: Scope, card: Card) -> None:
        today = day_of(scope.now)
        if card.valid_until is not None and card.valid_until < today:
            raise Conflict("card_expired")
        until = self.until or start_of(today + timedelta(days=1))
        if until <= scope.now:
            raise Invalid([FieldError("until", "moment_past", {})])
        if until - scope.now > flashes.MAX_FLASH_DURATION:
            raise Invalid([FieldError("until", "flash_too_long", {"days": flashes.MAX_FLASH_DURATION.days})])
        flashes.ensure_flash_slot(scope.session, scope.actor, card)
        if card.valid_until is not None:
            until = min(until, start_of(card.valid_until + timedelta(days=1)))
        card.flashed_at = scope.now
        card.flash_until = until
        scope.signal(card)

"""Require that a card be read, by everybody or by some services’ agents."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from boards.commands.base import Command
from boards.field_types import Id
from boards.models import Card, Column, Kind
from boards.scope import Scope

READING_MAX_SERVICES = 200


def _named_once(services: list[int], given: ValidationInfo) -> list[int]:
    if len(services) > READING_MAX_SERVICES:
        raise PydanticCustomError("too_many_items", "too many services", {"limit": READING_MAX_SERVICES})
    if services and given.data.get("required") is False:
        raise PydanticCustomError("nobody_asked", "who asks nobody asks no service")
    return sorted(set(services))


class RequireReading(Command):
    """Require reading; each call starts a new request. `services`: whose agents, none for all."""

    event_type: ClassVar = "reading_required"
    type: Literal["require_reading"]
    card: Id
    required: bool
    services: Annotated[list[Id], AfterValidator(_named_once)] = Field(
        default_factory=list, json_schema_extra={"maxItems": READING_MAX_SERVICES}
    )

    def apply(self, scope: Scope) -> None:
        card, column = scope.any_card(self.card)
        require_asker(scope, card, column)
        scope.card_in_use(card.id)
        for service in self.services:
            scope.service_to_ask(service)
        card.must_read = self.required
        card.must_read_services = self.services
        card.must_read_at = scope.now if self.required else None
        scope.touch(card)


def require_asker(scope: Scope, card: Card, column: Column) -> None:
    """Raise Forbidden unless the actor may require reading.

    Rules need a facilitator, other cards somebody who may edit them.
    """
    if column.kind == Kind.GUIDE:
        scope.require_arranger()
    else:
        scope.require_place(card, column)

"""Move or archive several selected cards in one change."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from boards.commands.base import Command
from boards.commands.placing import ranks_asked
from boards.field_types import Id
from boards.scope import Scope

SELECTED_AT_MOST = 200


def _several(ids: list[int]) -> list[int]:
    if not ids:
        raise PydanticCustomError("none_selected", "none selected")
    if len(ids) > SELECTED_AT_MOST:
        raise PydanticCustomError("too_many_selected", "too many selected", {"limit": SELECTED_AT_MOST})
    if len(set(ids)) < len(ids):
        raise PydanticCustomError("selected_twice", "selected twice")
    return ids


Ids = Annotated[
    list[Id],
    AfterValidator(_several),
    Field(json_schema_extra={"minItems": 1, "maxItems": SELECTED_AT_MOST, "uniqueItems": True}),
]


class MoveCards(Command):
    """Move cards together, in the order given; `after` as for one card."""

    event_type: ClassVar = "cards_moved"
    type: Literal["move_cards"]
    cards: Ids
    column: Id
    after: Id | None = None

    def apply(self, scope: Scope) -> None:
        cards = scope.cards_to_edit(self.cards)
        target = scope.column(self.column)
        scope.require_places(cards, target)
        ranks = ranks_asked(self, self.after, scope, target, len(cards))
        for card, rank in zip(cards, ranks, strict=True):
            card.column_id, card.rank = target.id, rank
        scope.touch(*cards)


class ArchiveCards(Command):
    """Archive cards together."""

    """Archive cards together."""

    event_type: ClassVar = "cards_archived"
    type: Literal["archive_cards"]
    cards: Ids

    def apply(self, scope: Scope) -> None:
        cards = scope.cards_to_edit(self.cards)
        for card in cards:
            card.archived_at = scope.now
        scope.touch(*cards)

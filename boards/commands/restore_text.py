"""Restore an earlier text of a card."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from boards.card_fields import RESTORED
from boards.clock import day_of
from boards.commands.base import Command
from boards.commands.validity import confirm_card, mark_edited, require_version
from boards.errors import Conflict, NotFound
from boards.field_types import Id
from boards.log.time_travel import card_as_it_was
from boards.scope import Scope


class RestoreText(Command):
    """Restore the title, body, internal note and validity that a card had right after the change `seq`.

    An end that has passed is not restored, or the card would leave at once; neither is being tellable.
    A text that was internal makes the card internal again, or its public page would show it to residents.
    """

    event_type: ClassVar = "text_restored"
    type: Literal["restore_text"]
    card: Id
    version: Id
    seq: Id

    def apply(self, scope: Scope) -> None:
        card, _column = scope.card_to_write(self.card)
        if self.seq >= scope.board.seq:
            raise NotFound("change_not_found")
        former, _home = card_as_it_was(scope.session, scope.actor, scope.board, card.id, self.seq)
        require_version(card, self.version)
        if former.valid_until is not None and former.valid_until < (card.visible_from or day_of(scope.now)):
            former.valid_until = card.valid_until
        if all(getattr(card, name) == getattr(former, name) for name in RESTORED):
            raise Conflict("same_text")
        for name in RESTORED:
            setattr(card, name, getattr(former, name))
        card.tellable = card.tellable and former.tellable
        mark_edited(scope, card)
        if not card.is_scheduled:
            confirm_card(scope, card)
            scope.signal(card)

    def extra_record(self) -> dict[str, Any]:
        return {"text_of": self.seq}

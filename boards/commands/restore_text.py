"""Taking up again what a card said earlier."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from boards.clock import day_of
from boards.commands.base import Command, Id
from boards.commands.reversal import RESTORED
from boards.commands.validity import confirm
from boards.errors import Conflict, NotFound
from boards.log.time_travel import card_as_it_was
from boards.scope import Scope


class RestoreText(Command):
    """Give a card the title, the body, the internal note and the validity that it had right after the change `seq`.

    An end that has passed does not come back, or the card would leave at once; neither does having been for residents: that is decided anew.
    A text that was internal makes the card internal again, or its public page would show what nobody meant for residents.
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
        if card.version != self.version:
            raise Conflict(
                "stale_version", card=card.id, version=card.version, title=card.title, body_html=card.body_html
            )
        if former.valid_until is not None and former.valid_until < (card.visible_from or day_of(scope.now)):
            former.valid_until = card.valid_until
        if all(getattr(card, name) == getattr(former, name) for name in RESTORED):
            raise Conflict("same_text")
        for name in (*RESTORED, "body_text"):
            setattr(card, name, getattr(former, name))
        card.tellable = card.tellable and former.tellable
        card.version += 1
        card.edited_at = scope.now
        card.edited_by_id = scope.actor.id
        scope.touch(card)
        if not card.is_scheduled:
            confirm(scope, card)
            scope.signal(card)

    def extra_record(self) -> dict[str, Any]:
        return {"text_of": self.seq}

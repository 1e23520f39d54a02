"""Taking up again what a card said earlier."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from boards.commands.base import Command, Id
from boards.errors import Conflict, NotFound
from boards.past import card_as_it_was
from boards.scope import Scope

_TEXT = ("title", "body_html", "body_text", "valid_until")


class RestoreText(Command):
    """Give a card the title, the body and the validity that it had right after the change `seq`."""

    past: ClassVar = "text_restored"
    type: Literal["restore_text"]
    card: Id
    version: Id
    seq: Id

    def apply(self, scope: Scope) -> None:
        card, _column = scope.card_to_edit(self.card)
        if self.seq >= scope.board.seq:
            raise NotFound("change_not_found")
        former, _home = card_as_it_was(scope.session, scope.actor, scope.board, card.id, self.seq)
        if card.version != self.version:
            raise Conflict("stale_version", card=card.id, version=card.version, title=card.title, body_html=card.body_html)
        if all(getattr(card, name) == getattr(former, name) for name in _TEXT):
            raise Conflict("same_text")
        for name in _TEXT:
            setattr(card, name, getattr(former, name))
        card.version += 1
        card.edited_at = scope.now
        card.edited_by_id = scope.actor.id
        scope.touch(card)

    def also_recorded(self) -> dict[str, Any]:
        return {"text_of": self.seq}

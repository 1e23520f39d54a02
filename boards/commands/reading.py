"""Asking everybody to read a rule, by name."""

from __future__ import annotations

from typing import ClassVar, Literal

from boards.commands.base import Command, Id
from boards.onboarding import require_rule
from boards.scope import Scope


class RequireReading(Command):
    """Facilitators then see who has read the rule as it is now, and who has not; the card says so to everybody."""

    past: ClassVar = "reading_required"
    type: Literal["require_reading"]
    card: Id
    required: bool

    def apply(self, scope: Scope) -> None:
        card, column = scope.any_card(self.card)
        scope.require_arranger()
        require_rule(card, column)
        card.must_read = self.required
        scope.touch(card)

"""Word the states and kinds of suggestions."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from boards.models import Status, Suggestion

_STEPS = {
    Status.NEW: _l("Nouvelle"),
    Status.STUDIED: _l("À l’étude"),
    Status.ACCEPTED: _l("Retenue"),
    Status.DECLINED: _l("Refusée"),
    Status.DONE: _l("Réalisée"),
}
_KINDS = {Suggestion.IMPROVEMENT: _l("Amélioration"), Suggestion.REQUEST: _l("Demande à un service")}


def step_in_words(status: str) -> str:
    """Return the label of a suggestion’s status."""
    return str(_STEPS[Status(status)])


def kind_in_words(suggestion: str) -> str:
    """Return the label of a suggestion’s kind."""
    return str(_KINDS[Suggestion(suggestion)])

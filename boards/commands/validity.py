"""Publish, schedule, archive and confirm a card."""

from __future__ import annotations

from datetime import date

from boards.clock import day_of
from boards.errors import Conflict, FieldError, Invalid
from boards.models import Card
from boards.scope import Scope


def require_future_day(scope: Scope, valid_until: date | None) -> None:
    """Raise Invalid if a newly given last day has passed."""
    if valid_until is not None and valid_until < day_of(scope.now):
        raise Invalid([FieldError("valid_until", "day_past", {})])


def require_version(card: Card, version: int) -> None:
    """Raise Conflict, with the current text, if the card was edited since this version."""
    if card.version != version:
        raise Conflict("stale_version", card=card.id, version=card.version, title=card.title, body_html=card.body_html)


def mark_edited(scope: Scope, card: Card) -> None:
    """Count a new version of the card's content, by the actor."""
    card.version += 1
    card.edited_at = scope.now
    card.edited_by_id = scope.actor.id
    scope.touch(card)


def schedule_card(scope: Scope, card: Card, day: date | None, *, blame: str = "visible_from") -> None:
    """Keep the card in the archive until this day; publish it if the day has come, or there is none.

    Raises Invalid, naming the field `blame`, when the card would end before it is shown.
    """
    if day is None or day <= day_of(scope.now):
        if card.is_scheduled:
            publish_card(scope, card)
        return
    if card.valid_until is not None and card.valid_until < day:
        raise Invalid([FieldError(blame, "ends_before_it_is_shown", {})])
    card.visible_from = day
    card.unpublished = True
    card.archived_at = card.archived_at or scope.now
    scope.touch(card)


def publish_card(scope: Scope, card: Card) -> None:
    """Put the card on the board as news; clear an end that has passed, or it would leave again at once."""
    if card.is_scheduled:  # written to be shown from this day on, so it is confirmed from this day on
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
        card.signalled_by_id = card.author_id  # no news to its author


def archive_card(scope: Scope, card: Card) -> None:
    """Archive the card and cancel its schedule; one that was never published stays unpublished."""
    card.archived_at = scope.now
    card.visible_from = None
    scope.touch(card)


def confirm_card(scope: Scope, card: Card) -> None:
    """Record that the actor found the card still valid."""
    card.confirmed_at = scope.now
    card.confirmed_by_id = scope.actor.id
    scope.touch(card)

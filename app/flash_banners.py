"""The banners of what flashes, on pages, in the answer to `join` and as they are told: rendered for everybody of one language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import force_locale
from markupsafe import Markup

from app.accounts.models import Preferences
from app.languages import current_language
from boards.database import now, reading
from boards.days import start_of, today
from boards.flashes import Flash, flashes_for, unread_among
from boards.models import Card, Person

Banner = dict[str, Any]


def banners(flashes: Iterable[Flash], language: str) -> list[Banner]:
    """{card, board, seq, by, seconds, html}: `seq` of its latest news, `by` whom, `seconds` that it flashes on."""
    return [_banner(flash, language) for flash in flashes]


def banners_for(person: Person, language: str) -> list[Banner]:
    """What this person may read of them, each with whether it is `unread`."""
    flashes = flashes_for(reading(), person)
    unread = unread_among(reading(), person, flashes)
    return [{**_banner(flash, language), "unread": flash.card.id in unread} for flash in flashes]


def unread_banners(person: Person) -> list[Markup]:
    """What this person's page shows at its top."""
    found = banners_for(person, current_language())
    return [Markup(banner["html"]) for banner in found if banner["unread"]]  # noqa: S704 - rendered by our own template, which escapes


def alerts_of(person: Person) -> dict[str, Any]:
    """How this person wants to be alerted besides: a sound, a notification of their desktop, and between which hours of the town neither."""
    chosen = reading().get(Preferences, person.id)
    if chosen is None:
        return {"sound": False, "desktop": False, "quiet": None}
    quiet = None
    if chosen.quiet_from is not None and chosen.quiet_until is not None:
        quiet = [chosen.quiet_from.isoformat("minutes"), chosen.quiet_until.isoformat("minutes")]
    return {"sound": chosen.flash_sound, "desktop": chosen.flash_desktop, "quiet": quiet}


def flash_menu(card: Card) -> dict[str, Any]:
    """What the open card’s menu offers: whether it flashes, and when a flash « jusqu’à demain soir » ends in the town."""
    is_on = card.flash_until is not None and card.flash_until > now()
    return {"on": is_on, "tomorrow": start_of(today() + timedelta(days=2)).isoformat()}


def _banner(flash: Flash, language: str) -> Banner:
    card, left = flash.card, (flash.card.flash_until or now()) - now()
    banner = {
        "card": card.id,
        "board": card.board_id,
        "seq": card.signalled_seq,
        "by": card.signalled_by_id,
        "seconds": max(0, round(left.total_seconds())),
    }
    with force_locale(language):
        html = current_app.jinja_env.get_template("board/_flash_banner.html").render(**banner, flash=flash)
    return {**banner, "html": html.strip()}

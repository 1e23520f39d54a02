"""Render flash banners for pages, for `join` and for broadcasts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import force_locale
from markupsafe import Markup

from app.accounts.models import Preferences
from app.auth.locale import current_language
from boards.clock import start_of, today
from boards.database import now, read_session
from boards.flashes import Flash, flashes_for, unread_among
from boards.models import Card, Person

Banner = dict[str, Any]


def banners(flashes: Iterable[Flash], language: str) -> list[Banner]:
    """Serialize flashes for broadcasting: {card, board, seq, by, seconds, html}.

    `seq` and `by` are those of the card’s latest news; `seconds` is the time left.
    """
    return [_banner(flash, language) for flash in flashes]


def banners_for(person: Person, language: str) -> list[Banner]:
    """Serialize the flashes that this person may read, each with `unread`."""
    flashes = flashes_for(read_session(), person)
    unread = unread_among(read_session(), person, flashes)
    return [{**_banner(flash, language), "unread": flash.card.id in unread} for flash in flashes]


def unread_banners(person: Person) -> list[Markup]:
    """Return the HTML of the unread banners at the top of this person’s page."""
    found = banners_for(person, current_language())
    return [Markup(banner["html"]) for banner in found if banner["unread"]]  # noqa: S704 - rendered by our own template, which escapes


def alerts_of(person: Person) -> dict[str, Any]:
    """Return this person’s alert settings: {sound, desktop, quiet: [from, until] | null}."""
    chosen = read_session().get(Preferences, person.id)
    if chosen is None:
        return {"sound": False, "desktop": False, "quiet": None}
    quiet = None
    if chosen.quiet_from is not None and chosen.quiet_until is not None:
        quiet = [chosen.quiet_from.isoformat("minutes"), chosen.quiet_until.isoformat("minutes")]
    return {"sound": chosen.flash_sound, "desktop": chosen.flash_desktop, "quiet": quiet}


def flash_menu(card: Card) -> dict[str, Any]:
    """Return the data of the card menu’s flash entry: is it on, and when « demain soir » ends."""
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

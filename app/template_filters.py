"""Register Jinja filters and globals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_babel import get_domain, get_locale, gettext, ngettext

from app.board.suggestion_labels import kind_in_words, step_in_words
from app.town.town import town_name
from app.web.dates import day_element, day_in_words, full_day, in_words, moment_element
from app.web.linkify import with_links
from boards.card_fields import WRITTEN
from boards.clock import day_of, zone
from boards.log.record import recorded_value
from boards.models import Card
from boards.text.sanitize import excerpt


def init_app(app: Flask) -> None:
    """Register filters, globals and whitespace settings."""
    app.jinja_env.filters.update(
        hue=palette_hue,
        day=day_element,
        town_day=day_of,
        full_day=full_day,
        moment=moment_element,
        in_words=in_words,
        day_in_words=day_in_words,
        step_in_words=step_in_words,
        kind_in_words=kind_in_words,
        excerpt=excerpt,
        form_values=form_values,
        with_links=with_links,
    )
    app.jinja_env.globals.update(_=gettext, ngettext=counted, town_name=town_name, town_zone=zone)
    app.context_processor(words_of_this_page)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def form_values(card: Card) -> dict[str, Any]:
    """Return the values of a card for the form that edits it, but for its title and text."""
    names = {name: field.name for name, field in WRITTEN.items() if name not in ("title", "body")}
    return {name: recorded_value(getattr(card, column)) for name, column in names.items()}


def words_of_this_page() -> dict[str, Callable[..., str]]:
    """Provide `_` and `ngettext` bound to the page’s language, looked up once per page."""
    translations, is_french = get_domain().get_translations(), get_locale().language == "fr"

    def said(sentence: str, **values: object) -> str:
        words: str = translations.ugettext(sentence)
        return words % values if values else words

    def counted_here(one: str, many: str, num: int, **values: object) -> str:
        words: str = translations.ugettext(one) if num == 0 and is_french else translations.ungettext(one, many, num)
        return words % {"num": num, **values}

    return {"_": said, "ngettext": counted_here}


def counted(one: str, many: str, num: int, **values: object) -> str:
    """Translate a counted sentence; in French zero takes the singular."""
    words: str = (
        gettext(one, num=num, **values)
        if num == 0 and get_locale().language == "fr"
        else ngettext(one, many, num, **values)
    )
    return words


def palette_hue(hue: int) -> int:
    """Round a hue to the palette of the style sheet (every ten degrees)."""
    return round(hue / 10) * 10 % 360

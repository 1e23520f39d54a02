"""Values in words, for templates: moments, days, hues."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from flask import Flask
from flask_babel import format_date, format_datetime, get_domain, get_locale, gettext, ngettext
from markupsafe import Markup, escape

from app.contact_links import with_links
from app.suggestion_words import kind_in_words, step_in_words
from app.town import town_name
from boards.database import now
from boards.days import day_of, zone
from boards.text import excerpt

_DAY = "d MMMM yyyy"
_MOMENT = {"fr": f"{_DAY} 'à' H 'h' mm", "en": f"{_DAY} 'at' HH:mm"}


def init_app(app: Flask) -> None:
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
        with_links=with_links,
    )
    app.jinja_env.globals.update(_=gettext, ngettext=counted, town_name=town_name, town_zone=zone)
    app.context_processor(words_of_this_page)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def words_of_this_page() -> dict[str, Callable[..., str]]:
    """`_` and `ngettext` of a page's templates, in its language: looked up once, for a board says five hundred things."""
    translations, is_french = get_domain().get_translations(), get_locale().language == "fr"

    def said(sentence: str, **values: object) -> str:
        words: str = translations.ugettext(sentence)
        return words % values if values else words

    def counted_here(one: str, many: str, num: int, **values: object) -> str:
        words: str = translations.ugettext(one) if num == 0 and is_french else translations.ungettext(one, many, num)
        return words % {"num": num, **values}

    return {"_": said, "ngettext": counted_here}


def counted(one: str, many: str, num: int, **values: object) -> str:
    """The sentence for this many things. To French none is as one (« 0 session »), which gettext without a French catalogue does not know."""
    words: str = gettext(one, num=num, **values) if num == 0 and get_locale().language == "fr" else ngettext(one, many, num, **values)
    return words


def palette_hue(hue: int) -> int:
    """The hue of the style sheet's palette (every ten degrees) nearest to this one."""
    return round(hue / 10) * 10 % 360


def day_element(day: date, words: str) -> Markup:
    """A `<time>` that the browser words (« expire demain »); its text is the full date, right at any hour and without script."""
    return Markup('<time datetime="{}" data-words="{}">{}</time>').format(day.isoformat(), words, escape(full_day(day)))


def full_day(day: date | datetime) -> str:
    """« 12 novembre 2026 », by the town's calendar."""
    on = day_of(day) if isinstance(day, datetime) else day
    return _of_the_first(format_date(on, _DAY), on)


def moment_element(moment: datetime, words: str = "ago") -> Markup:
    text = in_words(moment)
    return Markup('<time datetime="{}" data-words="{}">{}</time>').format(moment.isoformat(timespec="seconds"), words, escape(text))


def day_in_words(moment: datetime) -> str:
    """The day by the town's calendar, without the year where it goes without saying: « 22 décembre »."""
    return _of_the_first(format_datetime(moment, "d MMMM" if abs(moment - now()) < timedelta(days=180) else _DAY), day_of(moment))


def in_words(moment: datetime) -> str:
    """Day and time by the town's clocks: « 12 novembre 2026 à 10 h 15 »."""
    return _of_the_first(format_datetime(moment, _MOMENT[get_locale().language]), day_of(moment))


def _of_the_first(words: str, day: date) -> str:
    """French says « 1er décembre », which no format of dates knows."""
    return words.replace("1 ", "1er ", 1) if day.day == 1 and get_locale().language == "fr" else words

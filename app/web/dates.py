"""Word days and moments for people, by the town’s calendar and clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask_babel import format_date, format_datetime, get_locale
from markupsafe import Markup, escape

from boards.clock import day_of
from boards.database import now

_DAY = "d MMMM yyyy"
_MOMENT = {"fr": f"{_DAY} 'à' H 'h' mm", "en": f"{_DAY} 'at' HH:mm"}


def day_element(day: date, words: str) -> Markup:
    """Return a `<time>` that the browser rewords (« expire demain »); its text is the full date."""
    return Markup('<time datetime="{}" data-words="{}">{}</time>').format(day.isoformat(), words, escape(full_day(day)))


def full_day(day: date | datetime) -> str:
    """Return « 12 novembre 2026 », by the town’s calendar."""
    on = day_of(day) if isinstance(day, datetime) else day
    return _of_the_first(format_date(on, _DAY), on)


def moment_element(moment: datetime, words: str = "ago") -> Markup:
    """Return a `<time>` of a moment that the browser rewords."""
    text = in_words(moment)
    return Markup('<time datetime="{}" data-words="{}">{}</time>').format(
        moment.isoformat(timespec="seconds"), words, escape(text)
    )


def day_in_words(moment: datetime) -> str:
    """Return the day, with its year only when more than half a year away: « 22 décembre »."""
    return _of_the_first(
        format_datetime(moment, "d MMMM" if abs(moment - now()) < timedelta(days=180) else _DAY), day_of(moment)
    )


def in_words(moment: datetime) -> str:
    """Return day and time by the town’s clock: « 12 novembre 2026 à 10 h 15 »."""
    return _of_the_first(format_datetime(moment, _MOMENT[get_locale().language]), day_of(moment))


def _of_the_first(words: str, day: date) -> str:
    """Write « 1er décembre » in French, which Babel’s formats cannot."""
    return words.replace("1 ", "1er ", 1) if day.day == 1 and get_locale().language == "fr" else words

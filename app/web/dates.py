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
    """A `<time>` that the browser words (« expire demain »); its text is the full date, right at any hour and without script."""
    return Markup('<time datetime="{}" data-words="{}">{}</time>').format(day.isoformat(), words, escape(full_day(day)))


def full_day(day: date | datetime) -> str:
    """« 12 novembre 2026 », by the town's calendar."""
    on = day_of(day) if isinstance(day, datetime) else day
    return _of_the_first(format_date(on, _DAY), on)


def moment_element(moment: datetime, words: str = "ago") -> Markup:
    text = in_words(moment)
    return Markup('<time datetime="{}" data-words="{}">{}</time>').format(
        moment.isoformat(timespec="seconds"), words, escape(text)
    )


def day_in_words(moment: datetime) -> str:
    """The day by the town's calendar, without the year where it goes without saying: « 22 décembre »."""
    return _of_the_first(
        format_datetime(moment, "d MMMM" if abs(moment - now()) < timedelta(days=180) else _DAY), day_of(moment)
    )


def in_words(moment: datetime) -> str:
    """Day and time by the town's clocks: « 12 novembre 2026 à 10 h 15 »."""
    return _of_the_first(format_datetime(moment, _MOMENT[get_locale().language]), day_of(moment))


def _of_the_first(words: str, day: date) -> str:
    """French says « 1er décembre », which no format of dates knows."""
    return words.replace("1 ", "1er ", 1) if day.day == 1 and get_locale().language == "fr" else words

"""Fill the dates of the demo texts, relative to the day the demo is created."""

import re
from datetime import date, timedelta

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def fill_dates(text: str, today: date) -> str:
    """Replace every placeholder of `text` by its French wording, counted from `today`.

    `{date:+3}` gives « mardi 24 novembre » and `{day:+3}` « mardi 24 », in days; `{weekday:mardi}` gives the
    date of the next such weekday, at least one day away; `{month:+1}` gives « décembre », in months;
    `{year:+0}` gives « 2026 », in years. A sign is required, and at most four digits.

    Raises ValueError, naming it, for any other text between braces.
    """
    return re.sub(r"\{[^{}]*\}", lambda match: _wording(match[0], today), text)


def _wording(placeholder: str, today: date) -> str:
    kind, _, value = placeholder.strip("{}").partition(":")
    if kind == "weekday" and value in WEEKDAYS:
        days_away = (WEEKDAYS.index(value) - today.weekday() - 1) % 7 + 1
        return _long_date(today + timedelta(days=days_away))
    if re.fullmatch(r"[+-][0-9]{1,4}", value):
        offset = int(value)
        if kind == "date":
            return _long_date(today + timedelta(days=offset))
        if kind == "day":
            return _day(today + timedelta(days=offset))
        if kind == "month":
            return MONTHS[(today.month - 1 + offset) % 12]
        if kind == "year":
            return str(today.year + offset)
    raise ValueError(f"unknown or malformed placeholder: {placeholder}")


def _long_date(day: date) -> str:
    return f"{_day(day)} {MONTHS[day.month - 1]}"


def _day(day: date) -> str:
    number = "1er" if day.day == 1 else str(day.day)
    return f"{WEEKDAYS[day.weekday()]} {number}"

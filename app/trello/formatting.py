"""Format dates, sizes, colours and numbers in French, and guess the kind of a list."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from boards.models import Kind

NBSP = "\u00a0"
THIN = "\u202f"

_GUIDE = re.compile(r"\b(?:modalites?|regles?|mode d.?emploi|guides?)\b")
_SUGGESTIONS = re.compile(r"\b(?:suggestions?|idees?|boites? a)\b")
_SPACES = re.compile("[\t\n\r\f\v \u2028\u2029]+")
_COLOURS = {
    "green": "vert",
    "yellow": "jaune",
    "orange": "orange",
    "red": "rouge",
    "purple": "violet",
    "blue": "bleu",
    "sky": "bleu ciel",
    "lime": "vert citron",
    "pink": "rose",
    "black": "noir",
}
_SHADES = {"light": "clair", "dark": "foncé"}


def guess_kind(list_name: str) -> Kind:
    """Guess from its name whether a list is a guide, for suggestions, or a service."""
    plain = plain_ascii(list_name)
    if _GUIDE.search(plain):
        return Kind.GUIDE
    return Kind.SUGGESTIONS if _SUGGESTIONS.search(plain) else Kind.SERVICE


def join_lines(text: str) -> str:
    """Fold spaces and line ends, keeping no-break spaces."""
    return _SPACES.sub(" ", text).strip(" ")


def slugify(name: str, default: str = "tableau") -> str:
    """Return an address of ASCII letters, digits and hyphens: « Accueil – Été » → accueil-ete."""
    return re.sub(r"[^a-z0-9]+", "-", plain_ascii(name)).strip("-")[:60].rstrip("-") or default


def plain_ascii(text: str) -> str:
    """Return lower-case ASCII without accents and ligatures."""
    ligatures = text.casefold().replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    return unicodedata.normalize("NFKD", ligatures).encode("ascii", "ignore").decode()


def colour_in_words(colour: str) -> str:
    """Translate Trello's colours, such as green, sky_light and red_dark."""
    base, _, shade = colour.partition("_")
    return " ".join(filter(None, (_COLOURS.get(base, base), _SHADES.get(shade, shade))))


def day_as_text(day: date) -> str:
    """Return « 1er mai 2031 »."""
    return f"{'1er' if day.day == 1 else day.day} {format_date(day, 'MMMM yyyy', locale='fr')}"


def moment_in_words(moment: datetime, zone: ZoneInfo) -> str:
    """Return « 1er mai 2031 à 9 h 05 » in this zone."""
    there = local(moment, zone)
    return f"{day_as_text(there.date())} à {there.hour}{NBSP}h{NBSP}{there.minute:02}"


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    """Convert to the town's zone; Trello's times are in UTC, also without a zone."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo("UTC"))
    try:
        return aware.astimezone(zone)
    except OverflowError:  # the first or last day of datetime
        return aware


def size_in_words(size: int) -> str:
    """Return a size in octets, Ko or Mo."""
    if size < 1024:
        return f"{size}{NBSP}octets"
    unit, amount = ("Ko", size / 1024) if size < 1024**2 else ("Mo", size / 1024**2)
    return f"{amount:.1f}".removesuffix(".0").replace(".", ",") + NBSP + unit


def number(count: int) -> str:
    """Return a number with French thousands separators."""
    return f"{count:,}".replace(",", THIN)


def counted_noun(count: int, one: str, many: str) -> str:
    """Return « 1 carte », « 2 500 cartes »."""
    return f"{number(count)} {one if count < 2 else many}"

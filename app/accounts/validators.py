"""Clean and validate names and e-mail addresses."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask_babel import gettext as _

from boards.text.sanitize import UnfitText, clean_title

EMAIL_MAX_CHARACTERS = 254
# Spreadsheets take these for formulas.
FORMULA_STARTS = ("=", "+", "-", "@")

_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(?:\.[\w-]+)+")


class BadInput(ValueError):
    """Unusable input; the message explains it in French."""


def clean_name(text: str) -> str:
    """Clean a one-line name. Raises BadInput."""
    try:
        name = clean_title(text)
    except UnfitText as error:
        raise BadInput(_UNFIT[error.code]()) from error
    if name.startswith(FORMULA_STARTS):
        raise BadInput(_("Un nom ne commence pas par « %(sign)s ».", sign=name[0]))
    return name


def normal_email(text: str) -> str:
    """Validate and lower-case an address, safe in a mail header. Raises BadInput."""
    email = text.strip().lower()
    if len(email) > EMAIL_MAX_CHARACTERS or not _EMAIL.fullmatch(email):
        shown = "".join(character for character in email[:80] if character.isprintable())
        raise BadInput(_("« %(email)s » n’est pas une adresse de messagerie.", email=shown))
    return email


_UNFIT: dict[str, Callable[[], str]] = {
    "blank": lambda: _("Indiquez un nom."),
    "too_long": lambda: _("Ce nom est trop long (200 caractères au plus)."),
    "bad_characters": lambda: _("Ce nom contient des caractères de contrôle."),
}

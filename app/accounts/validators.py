"""What people are called and where they are written to, as it may be kept."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask_babel import gettext as _

from boards.text.sanitize import UnfitText, clean_title

EMAIL_MAX_CHARACTERS = 254
# What a spreadsheet takes for the beginning of a formula.
FORMULA_STARTS = ("=", "+", "-", "@")

_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(?:\.[\w-]+)+")


class BadInput(ValueError):
    """What an administrator typed cannot be used; the message says why, in French."""


def clean_name(text: str) -> str:
    """One line that is a name. Raises BadInput."""
    try:
        name = clean_title(text)
    except UnfitText as error:
        raise BadInput(_UNFIT[error.code]()) from error
    if name.startswith(FORMULA_STARTS):
        raise BadInput(_("Un nom ne commence pas par « %(sign)s ».", sign=name[0]))
    return name


def normal_email(text: str) -> str:
    """The address in small letters. Raises BadInput for what is none: no spaces, commas or line breaks ever reach a mail's header."""
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

"""Refuse passwords that are too short, too common or made of words tied to the person.

ANSSI, NIST SP 800-63B: length and originality count; no demand for digits or signs, no forced renewal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Set
from functools import cache
from pathlib import Path

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.models import Account
from app.accounts.passwords import PASSWORD_MAX_CHARACTERS, PASSWORD_MIN_CHARACTERS
from app.town.models import Town
from boards.database import read_session
from boards.models import Role, Service

FACILITATOR_MIN_CHARACTERS = 16
DIFFERENT_CHARACTERS = 5
# Shorter words are in half of all good passwords.
WORD_LETTERS = 4
COMMON_FILE = Path(__file__).with_name("common_passwords.txt")

_LEET = str.maketrans("01345789@$!", "oieastbgasi")
_RUNS = ("azertyuiopqsdfghjklmwxcvbn", "qwertyuiopasdfghjklzxcvbnm", "abcdefghijklmnopqrstuvwxyz", "0123456789")


def problems_of(password: str, role: Role, own_words: Set[str] = frozenset()) -> list[str]:
    """Return sentences on what is wrong with a chosen password; empty when it is good.

    `own_words`: words tied to the person and town, from `own_words_of` or `words_in`.
    """
    at_least = min_characters(role)
    if len(password) < at_least:
        missing = at_least - len(password)
        return [
            _(
                "Il faut au moins %(least)s caractères (encore %(missing)s). "
                "Quelques mots sans lien entre eux se retiennent bien.",
                least=at_least,
                missing=missing,
            )
        ]
    if len(password) > PASSWORD_MAX_CHARACTERS:
        return [_("Au plus %(count)s caractères.", count=PASSWORD_MAX_CHARACTERS)]
    if not password.isprintable():
        return [_("Ce mot de passe contient un caractère qui ne se tape pas : un retour à la ligne, une tabulation…")]
    if len(set(password)) < DIFFERENT_CHARACTERS or _is_a_run(password):
        return [
            _("Trop régulier : les suites et les répétitions se devinent. Prenez quelques mots sans lien entre eux.")
        ]
    if any(_is_made_of(form, own_words) for form in _forms(password)):
        return [
            _(
                "Trop facile à deviner : il tient à votre nom ou aux mots de la ville. "
                "Ajoutez-y des mots sans lien avec eux."
            )
        ]
    if any(form in _common() for form in _forms(password)):
        return [
            _("Trop courant, même avec des chiffres ou des signes autour. Prenez quelques mots sans lien entre eux.")
        ]
    return []


def min_characters(role: Role) -> int:
    """Return the minimum length for this role."""
    return FACILITATOR_MIN_CHARACTERS if role == Role.FACILITATOR else PASSWORD_MIN_CHARACTERS


def own_words_of(account: Account) -> frozenset[str]:
    """Return the words tied to an account: the town's, the name's, the address's."""
    return town_words() | words_in(account.person.name, account.email)


def town_words() -> frozenset[str]:
    """Return the words of the town's name, its services and the product's name."""
    names = read_session().scalars(select(Town.name)).all()
    services = read_session().scalars(select(Service.name)).all()
    return words_in("Flash News", current_app.config["SETTINGS"].town_name or "", *names, *services)


def words_in(*texts: str) -> frozenset[str]:
    """Split texts into words as passwords hold them: « Val-Rive » gives valrive and rive."""
    return frozenset(word for text in texts for word in _words(text) if len(word) >= WORD_LETTERS)


def _words(text: str) -> Iterator[str]:
    yield _letters(text)
    for word in text.split():
        yield _letters(word)
        yield from (_letters(part) for part in re.split(r"[\W_\d]+", word))


def _forms(password: str) -> set[str]:
    """Return the password without capitals, accents, digits, signs, leet and repetition."""
    plain, leet = _plain(password), _plain(password.translate(_LEET))
    inner = _plain(password.strip("0123456789!?.,;:*$@#&+-_=() ").translate(_LEET))
    return {_once(form) for form in (plain, _letters(plain), leet, _letters(leet), inner, _letters(inner)) if form}


def _is_made_of(form: str, own_words: Set[str]) -> bool:
    """Return True if little remains beside such words, or one common word."""
    rest = form
    for word in sorted(own_words, key=len, reverse=True):
        rest = rest.replace(word, " ")
    beside = _letters(rest)
    return rest != form and (len(beside) < WORD_LETTERS or beside in _common())


def _is_a_run(password: str) -> bool:
    text = _once(_plain(password))
    return len(text) > 1 and any(text in run * 3 or text in run[::-1] * 3 for run in _RUNS)


def _once(text: str) -> str:
    """Remove repetition: « soleilsoleil » becomes soleil."""
    return text[: (text + text).index(text, 1)] if text else text


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, _plain(text)))


def _plain(text: str) -> str:
    """Keep lower-case letters and digits, without accents."""
    text = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(character for character in text if character.isalnum())


@cache
def _common() -> frozenset[str]:
    lines = COMMON_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))

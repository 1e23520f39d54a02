"""Provide static fonts for PDF, and replace characters they lack."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from app.web.assets import asset_file

_NAME = "atkinson-hyperlegible-next-{letters}-wght-{slope}.woff2"
# Bold italics are bold, and letters beyond those of French upright: enough for a sheet.
_FONTS = [
    ("french", "", "normal", 400),
    ("french", "B", "normal", 700),
    ("french", "BI", "normal", 700),
    ("french", "I", "italic", 400),
    ("others", "", "normal", 400),
    ("others", "B", "normal", 700),
    ("latin-ext", "", "normal", 400),
    ("latin-ext", "B", "normal", 700),
]
_UNUSED = ("GDEF", "GPOS", "GSUB")  # fpdf2 does not kern, and they take most of the time
# Replacements for characters the fonts lack.
_INSTEAD = {"\u202f": "\u00a0", "\u2011": "-", "→": "->", "⇒": "=>", "✓": "-", "☐": "-"}


@dataclass(frozen=True)
class FontFile:
    """A font for fpdf2; `style` is empty or any of B and I."""

    family: str
    style: str
    file: Path


@cache
def font_files() -> list[FontFile]:
    """Build the font files from the front end's fonts once per process."""
    return [FontFile(family, style, _instance(family, slope, weight)) for family, style, slope, weight in _FONTS]


def fitted(text: str) -> str:
    """Replace characters the fonts lack: by similar ones, nothing for ornaments, « ? » for letters."""
    return "".join(map(_fitted_character, text))


def lacks_letters(text: str) -> bool:
    """Return True if letters, as of Arabic or Chinese, would be missing."""
    return any("?" in _fitted_character(character) for character in set(text) - {"?"})


@lru_cache(maxsize=10_000)
def _fitted_character(character: str) -> str:
    if character in "\n\t" or ord(character) in _characters():
        return character
    if character in _INSTEAD:
        return _INSTEAD[character]
    plainer = unicodedata.normalize("NFKC", character)
    if plainer != character and all(ord(each) in _characters() for each in plainer):
        return plainer
    return "?" if unicodedata.category(character)[0] in "LN" else ""


@cache
def _characters() -> frozenset[int]:
    return frozenset(
        code for family in ("french", "others", "latin-ext") for code in TTFont(_source(family, "normal")).getBestCmap()
    )


@cache
def _instance(family: str, slope: str, weight: int) -> Path:
    file = _folder() / f"{family}-{slope}-{weight}.ttf"
    font = TTFont(_source(family, slope))
    for table in _UNUSED:
        if table in font:
            del font[table]
    instantiateVariableFont(font, {"wght": weight}, inplace=True)
    font.flavor = None
    font.save(file)
    return file


def _source(family: str, slope: str) -> Path:
    return asset_file(_NAME.format(letters=family, slope=slope))


@cache
def _folder() -> Path:
    _kept.append(TemporaryDirectory(prefix="flash-news-fonts-"))
    return Path(_kept[0].name)


_kept: list[TemporaryDirectory[str]] = []  # removed when the process ends

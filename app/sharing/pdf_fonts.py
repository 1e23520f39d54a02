"""The letters of the pages, for PDF: which of them there are, and files that hold them in one weight each."""

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
# What is bold and slanted is bold; letters beyond those of French are upright: that is enough for a sheet.
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
# What is written otherwise where our letters have no such sign.
_INSTEAD = {"\u202f": "\u00a0", "\u2011": "-", "→": "->", "⇒": "=>", "✓": "-", "☐": "-"}


@dataclass(frozen=True)
class FontFile:
    """One font as fpdf2 takes it; `style`: any of B and I."""

    family: str
    style: str
    file: Path


@cache
def font_files() -> list[FontFile]:
    """Made from the fonts of the built front end when first asked for, and kept while this process lives."""
    return [FontFile(family, style, _instance(family, slope, weight)) for family, style, slope, weight in _FONTS]


def fitted(text: str) -> str:
    """The text as it can be written: other signs for some, nothing for those that only adorn, « ? » for letters that there are not."""
    return "".join(map(_fitted_character, text))


def lacks_letters(text: str) -> bool:
    """Whether something to be read would be missing: Arabic, Chinese… have letters that ours do not have."""
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

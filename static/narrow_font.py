"""Subset a variable font and write it to standard output as WOFF2: `python static/narrow_font.py FONT [french|others]`.

`french` keeps the letters of French and English, which every page needs; `others` keeps the remaining ones, which a
page loads when it has one of them. Without either, all letters stay. Only the weights that the style sheets use stay.
"""

from __future__ import annotations

import io
import sys

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

# static/css/fonts.css declares the same weights and letters to browsers.
LIGHTEST, BOLDEST = 400, 700
FEATURES = ["ccmp", "kern", "locl", "mark", "mkmk"]
FRENCH = {
    *range(0x20, 0x7F),
    *map(ord, "\u00a0§°²³«·»½ÀÂÄÆÇÈÉÊËÎÏÔÖ×ÙÛÜàâäæçèéêëîïôöùûüÿŒœ€−"),
    *range(0x2000, 0x2070),
}


def main(file: str, letters: str = "") -> None:
    """Write the font as WOFF2 to standard output, with all its letters, the French ones or the others."""
    font = instancer.instantiateVariableFont(TTFont(file, recalcTimestamp=False), {"wght": (LIGHTEST, BOLDEST)})
    if letters:
        font = _subset(font, FRENCH if letters == "french" else set(font.getBestCmap()) - FRENCH)
    font.flavor = "woff2"
    sys.stdout.buffer.write(_serialize(font))


def _subset(font: TTFont, letters: set[int]) -> TTFont:
    # The instancer leaves tables half parsed: serialize and parse the font again.
    font = TTFont(io.BytesIO(_serialize(font)), recalcTimestamp=False)
    subsetter = subset.Subsetter(subset.Options(layout_features=FEATURES))
    subsetter.populate(unicodes=letters)
    subsetter.subset(font)
    return font


def _serialize(font: TTFont) -> bytes:
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A variable font with only what the interface uses, written to standard output as WOFF2: `python static/narrow_font.py FONT [french|others]`.

`french`: the letters that French and English are written in, which every page takes. `others`: those of its languages besides, which
only a page takes that has one. Without either all letters stay. Always the weights alone that the style sheets name.
"""

from __future__ import annotations

import io
import sys

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

# static/css/fonts.css says the same to browsers
LIGHTEST, BOLDEST = 400, 700
FRENCH = {
    *range(0x20, 0x7F),
    *map(ord, "\u00a0§°²³«·»½ÀÂÄÆÇÈÉÊËÎÏÔÖ×ÙÛÜàâäæçèéêëîïôöùûüÿŒœ€−"),
    *range(0x2000, 0x2070),
}


def main(file: str, part: str = "") -> None:
    font = instancer.instantiateVariableFont(TTFont(file, recalcTimestamp=False), {"wght": (LIGHTEST, BOLDEST)})
    if part:
        font = _with_letters(font, FRENCH if part == "french" else set(font.getBestCmap()) - FRENCH)
    font.flavor = "woff2"
    sys.stdout.buffer.write(_saved(font))


def _with_letters(font: TTFont, letters: set[int]) -> TTFont:
    font = TTFont(io.BytesIO(_saved(font)), recalcTimestamp=False)  # the instancer leaves tables half read
    subsetter = subset.Subsetter(subset.Options(layout_features=["ccmp", "kern", "locl", "mark", "mkmk"]))
    subsetter.populate(unicodes=letters)
    subsetter.subset(font)
    return font


def _saved(font: TTFont) -> bytes:
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()


if __name__ == "__main__":
    main(*sys.argv[1:])

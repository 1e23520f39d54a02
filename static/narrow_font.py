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
PAIRS, ADVANCE_ALONE = 2, 0x4  # kinds of table and of value, by the numbers that OpenType gives them
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
    _kern_alike(font)
    return font


def _kern_alike(font: TTFont) -> None:
    """In bold, pairs of letters stand as close as in regular. Seven in eight do so anyway, hardly any is off by more than a fortieth of its
    size, and what tells the difference would be a fourteenth of the file."""
    for lookup in font["GPOS"].table.LookupList.Lookup:
        for pairs in (each for each in lookup.SubTable if each.LookupType == PAIRS):
            records = (
                (record for group in pairs.PairSet for record in group.PairValueRecord)
                if pairs.Format == 1
                else (record for group in pairs.Class1Record for record in group.Class2Record)
            )
            for record in records:
                if record.Value1 and hasattr(record.Value1, "XAdvDevice"):
                    del record.Value1.XAdvDevice
            pairs.ValueFormat1 &= ADVANCE_ALONE


def _saved(font: TTFont) -> bytes:
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A variable font with only the weights that the interface uses: `python static/narrow_font.py FONT` writes it to standard output, as WOFF2."""

from __future__ import annotations

import io
import sys

from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

LIGHTEST, BOLDEST = 400, 700  # static/css/fonts.css says the same to browsers


def main(file: str) -> None:
    font = instancer.instantiateVariableFont(TTFont(file), {"wght": (LIGHTEST, BOLDEST)})
    font.flavor = "woff2"
    narrowed = io.BytesIO()
    font.save(narrowed)
    sys.stdout.buffer.write(narrowed.getvalue())


if __name__ == "__main__":
    main(sys.argv[1])

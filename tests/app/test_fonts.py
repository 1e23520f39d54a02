"""The font subsets and the style sheet that declares them cover the same characters."""

from __future__ import annotations

import re
from itertools import combinations

from config import ROOT
from static.narrow_font import FRENCH

_RANGE = re.compile(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?")


def test_each_letter_is_told_of_one_file_alone() -> None:
    faces = re.findall(r"@font-face \{(.*?)\}", (ROOT / "static/css/fonts.css").read_text(encoding="utf-8"), re.DOTALL)
    told = [_letters(face.split("unicode-range:")[1]) for face in faces]
    upright, slanted = told[:3], told[3:]
    assert upright == slanted
    assert all(one.isdisjoint(other) for one, other in combinations(upright, 2))
    assert upright[0] == FRENCH


def _letters(ranges: str) -> set[int]:
    return {
        code for first, last in _RANGE.findall(ranges) for code in range(int(first, 16), int(last or first, 16) + 1)
    }

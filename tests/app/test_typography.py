"""Interface texts follow French typography: no-break spaces, curly apostrophes and real ellipses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server import ROOT

NARROW, WIDE = "\u202f", "\u00a0"
_SCRIPTS = [
    script for script in (ROOT / "static/js").rglob("*.js") if script.parent.name != "words"
]  # those are the translations
SOURCES = sorted([*(ROOT / "templates").rglob("*.*"), *_SCRIPTS, *(ROOT / "app").rglob("*.py")])

# Strings handed to gettext, and strings of script that hold a word of French with a space.
_GETTEXT = re.compile(r"""\b_l?\(\s*(?:"([^"]+)"|'([^']+)')""")
_SCRIPT = re.compile(r'"([^"\n]*)"|`([^`]*)`')
_FRENCH = re.compile(r"[À-ÿœ’«»…]|\b(?:une?|les?|la|des?|pas|pour|dans|vous|votre|cette)\b")


def words_in(source: Path) -> Iterator[str]:
    text = source.read_text()
    for found in _GETTEXT.finditer(text):
        yield found[1] or found[2]
    if source.suffix == ".js":
        code = re.sub(r"^\s*//.*$|(?<=[\s;])//[^\"'`]*$", "", text, flags=re.MULTILINE)
        for found in _SCRIPT.finditer(code):
            words = re.sub(r"\$\{[^}]*\}", "x", found[1] or found[2] or "")
            if _FRENCH.search(words) and " " in words.replace(NARROW, " ").replace(WIDE, " "):
                yield words


WRONG = {
    "a narrow no-break space (U+202F) before ; ! ?": re.compile(
        rf"[^{NARROW}\s?!\w(/&][;!?]|(?<![{NARROW}?!])[\w»)%][!?](?!\w)|[ {WIDE}][;!?]"
    ),
    "a no-break space (U+00A0) before a colon": re.compile(rf"(?:[ {NARROW}]|(?<=[A-Za-zÀ-ÿ»])):(?=\s|$)"),
    "narrow no-break spaces (U+202F) inside « »": re.compile(rf"«[^{NARROW}]|[^{NARROW}]»"),
    "a curly apostrophe (’)": re.compile(r"[A-Za-zÀ-ÿ]'[A-Za-zÀ-ÿ]"),
    "an ellipsis (…)": re.compile(r"\.\.\."),
}


@pytest.mark.parametrize("rule", WRONG)
def test_interface_texts_have(rule: str) -> None:
    wrong = [
        f"{source.relative_to(ROOT)}: {words}"
        for source in SOURCES
        for words in words_in(source)
        if WRONG[rule].search(words)
    ]
    assert wrong == [], f"French wants {rule}"


def test_the_strings_are_found() -> None:
    assert sum(len(list(words_in(source))) for source in SOURCES) > 150

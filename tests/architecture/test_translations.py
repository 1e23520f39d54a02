"""The English catalogue and the script's English words are complete and contain no unused entry."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from tests.server import ROOT

CATALOGUE = ROOT / "translations/en/LC_MESSAGES/messages.po"
SCRIPTS = [
    script
    for script in sorted((ROOT / "static/js").rglob("*.js"))
    if script.parent.name != "words" and script.name != "i18n.js"
]

_PYTHON_PLACE = re.compile(r"%\((\w+)\)[a-z]|%%")
_SCRIPT_PLACE = re.compile(r"\{(\w+)\}")
_COMMENT = re.compile(r"^\s*//.*$|(?<=[\s;])//[^\"'`]*$", re.MULTILINE)
_CALL = re.compile(r"(?<![.\w$])tn?\(")
_SAID = re.compile(r'(?<![.\w$])(?:t\(\s*"([^"\n]*)"|tn\(\s*"([^"\n]*)",\s*"([^"\n]*)")')
_STRING = re.compile(r'"([^"\n]*)"|`([^`]*)`')
_FRENCH = re.compile(
    r"[À-ÿœ’«»…]|\b(?:une?|les?|la|des?|du|au|et|est|sur|pas|pour|dans|vous|votre|cette|aucune?)\b|^[A-Z][a-z]+$"
)
_KEYS = {"Enter", "Escape", "Home", "End", "Tab", "Backspace", "Arrow", "Accept"}  # of keyboards and of HTTP, not words
_ENTRY = re.compile(r'^  (?:"([^"]+)"|(\w+)): "([^"]+)",$', re.MULTILINE)


# --- pages, refusals, mails ------------------------------------------------------------------------------------------


def test_the_catalogue_is_in_step_with_the_sources(tmp_path: Path) -> None:
    """Run `make words` to update it, then translate the new messages."""
    rule = re.search(r"\$\(BIN\)/pybabel (.* extract .*) -o \S+(.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert rule
    command = f".venv/bin/pybabel {rule[1]} -o {tmp_path / 'messages.pot'} {rule[2]}"
    subprocess.run(["bash", "-c", command], cwd=ROOT, check=True)
    with (tmp_path / "messages.pot").open("rb") as file:
        said = {message.id for message in read_po(file)}
    assert {message.id for message in catalogue()} == said


def test_every_message_is_translated() -> None:
    assert [message.id for message in messages() if message.fuzzy or not all(forms(message.string))] == []
    assert [message.id for message in messages() if len(forms(message.id)) != len(forms(message.string))] == []


def test_no_translation_loses_or_invents_a_placeholder() -> None:
    for message in messages():
        for french, english in zip(forms(message.id), forms(message.string), strict=True):
            assert set(_PYTHON_PLACE.findall(french)) == set(_PYTHON_PLACE.findall(english)), french


# --- script ----------------------------------------------------------------------------------------------------------


def test_every_sentence_of_script_is_translated_and_no_translation_is_idle() -> None:
    said = {words for script in SCRIPTS for found in _SAID.finditer(code(script)) for words in found.groups() if words}
    assert said == set(english_of_script())


def test_no_placeholder_of_script_is_lost_or_invented() -> None:
    for french, english in english_of_script().items():
        assert set(_SCRIPT_PLACE.findall(french)) == set(_SCRIPT_PLACE.findall(english)), french


def test_script_translates_literal_sentences_only() -> None:
    """A sentence built before its lookup would never be found."""
    for script in SCRIPTS:
        assert len(_CALL.findall(code(script))) == len(_SAID.findall(code(script))), script.name


def test_script_says_nothing_in_french_alone() -> None:
    alone = [f"{script.name}: {words}" for script in SCRIPTS for words in french_in(_SAID.sub("", code(script)))]
    assert alone == []


def test_french_in_script_is_recognised() -> None:
    assert french_in('toast(`Colonne ${title} archivée.`); button("Gras"); say("au bord", "OK", "aria-label")') == [
        "Colonne  archivée.",
        "Gras",
        "au bord",
    ]


def french_in(source: str) -> list[str]:
    strings = [re.sub(r"\$\{[^}]*\}", "", found[1] or found[2] or "") for found in _STRING.finditer(source)]
    return [words for words in strings if re.search(r"\w\w", words) and _FRENCH.search(words) and words not in _KEYS]


def code(script: Path) -> str:
    return _COMMENT.sub("", script.read_text())


@cache
def english_of_script() -> dict[str, str]:
    source = (ROOT / "static/js/lib/words/en.js").read_text()
    entries = _ENTRY.findall(source)
    assert (
        len(entries) == source.count("\n") - 3
    )  # a comment, two lines around: no entry is written in a way that is not read here
    return {quoted or bare: english for quoted, bare, english in entries}


@cache
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def messages() -> list[Message]:
    """Return all messages but the header."""
    return [message for message in catalogue() if message.id]


def forms(words: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words or ())

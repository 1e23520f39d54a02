"""Hold the layers of static/js: each folder imports only from those below it, and no import leads in a circle."""

from __future__ import annotations

import re
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.server import ROOT

SCRIPTS = ROOT / "static/js"
# What each folder may import from besides itself. A controller stands alone: it finds another by its name on the page.
BELOW = {
    "lib": set(),
    "live": {"lib"},
    "board": {"lib", "live"},
    "editing": {"lib", "live"},
    "controllers": {"lib", "live", "board", "editing"},
    "entries": {"lib", "live", "board", "editing", "controllers"},
}
ON_DEMAND = {"board/tour.js", "editing/editor.js", "lib/password_score.js", "lib/words/en.js"}

_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
_STATIC = re.compile(r"""^(?:import|export)\b[^;"]*?"(\.{1,2}/[^"]+)";""", re.MULTILINE)
_DYNAMIC = re.compile(r"""\bimport\(\s*"(\.{1,2}/[^"]+)"\s*\)""")


def test_every_script_is_in_a_layer() -> None:
    assert {script.split("/")[0] for script in scripts()} == set(BELOW)


@pytest.mark.parametrize("script", sorted(path.relative_to(SCRIPTS).as_posix() for path in SCRIPTS.rglob("*.js")))
def test_a_script_imports_only_from_its_own_layer_and_those_below(script: str) -> None:
    layer = script.split("/")[0]
    own = set() if layer in {"controllers", "entries"} else {layer}
    forbidden = {other for other in imports(script) if other.split("/")[0] not in BELOW[layer] | own}
    assert forbidden == set()


def test_no_import_leads_in_a_circle() -> None:
    TopologicalSorter({script: imports(script) for script in scripts()}).prepare()  # raises CycleError


def test_every_import_is_recognised() -> None:
    for script in scripts():
        mentioned = re.findall(r"""["'](\.{1,2}/[^"']+\.js)["']""", source(script))
        assert {resolve(script, path) for path in mentioned} == imports(script), script
        assert imports(script) <= set(scripts()), script


def test_only_large_and_rare_parts_are_loaded_on_demand() -> None:
    assert {other for script in scripts() for other in imported(script, _DYNAMIC)} == ON_DEMAND
    assert {other for script in scripts() for other in imported(script, _STATIC)} & ON_DEMAND == set()


@cache
def scripts() -> tuple[str, ...]:
    return tuple(sorted(path.relative_to(SCRIPTS).as_posix() for path in SCRIPTS.rglob("*.js")))


@cache
def imports(script: str) -> frozenset[str]:
    """Return the scripts that one imports, statically or dynamically."""
    return frozenset(imported(script, _STATIC) | imported(script, _DYNAMIC))


def imported(script: str, pattern: re.Pattern[str]) -> set[str]:
    return {resolve(script, path) for path in pattern.findall(source(script))}


def resolve(script: str, path: str) -> str:
    return ((SCRIPTS / script).parent / path).resolve().relative_to(SCRIPTS.resolve()).as_posix()


@cache
def source(script: str) -> str:
    return _COMMENT.sub("", Path(SCRIPTS / script).read_text(encoding="utf-8"))

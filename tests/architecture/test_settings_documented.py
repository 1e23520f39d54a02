"""Compare the table of docs/settings.md with config.py, and keep all other files from reading the environment."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from config import ROOT, declared
from tests.architecture.sources import SERVED, python_files, relative

DOCUMENT = ROOT / "docs" / "settings.md"
ROW = re.compile(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`|—) \| (.+) \|$", re.MULTILINE)


def test_the_table_has_one_row_for_each_setting() -> None:
    rows = ROW.findall(DOCUMENT.read_text(encoding="utf-8"))
    assert rows == [(name, typed(field.default), one_line(field.description)) for name, field in declared().items()]


@pytest.mark.parametrize("file", python_files(*SERVED), ids=relative)
def test_only_config_reads_the_environment(file: Path) -> None:
    assert relative(file) == "config.py" or not environment_readings(file.read_text(encoding="utf-8"))


def test_readings_of_the_environment_are_found_however_they_are_written() -> None:
    assert environment_readings("import os\nos.environ['HOST']")
    assert environment_readings("import os\nos.getenv('HOST')")
    assert environment_readings("from os import environ")
    assert not environment_readings("import os\nos.getpid()")


def typed(default: object) -> str:
    """Return a default as an administrator would type it."""
    if default in (None, ()):
        return ""
    return str(int(default)) if isinstance(default, bool) else str(default)


def one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def environment_readings(source: str) -> list[int]:
    """Return the lines that name os.environ, os.getenv or one of their variants."""
    readings = {"environ", "environb", "getenv", "getenvb"}
    lines = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in readings and ast.unparse(node.value) == "os":
            lines.append(node.lineno)
        if isinstance(node, ast.ImportFrom) and node.module == "os" and readings & {name.name for name in node.names}:
            lines.append(node.lineno)
    return lines

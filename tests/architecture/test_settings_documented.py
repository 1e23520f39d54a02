"""The table of settings says exactly what config.py reads, and nothing else reads the environment."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from pathlib import Path

import pytest

from config import ROOT, RawSettings
from tests.architecture.sources import SERVED, python_files, relative

DOCUMENT = ROOT / "docs" / "settings.md"
ROW = re.compile(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`|—) \| (.+) \|$", re.MULTILINE)


def test_every_setting_has_its_row_in_the_table_and_every_row_its_setting() -> None:
    documented = {
        name: (default, meaning) for name, default, meaning in ROW.findall(DOCUMENT.read_text(encoding="utf-8"))
    }
    declared = {field.name: (field.default, field.metadata["meaning"]) for field in fields(RawSettings)}
    assert documented == declared


@pytest.mark.parametrize("file", python_files(*SERVED), ids=relative)
def test_only_config_reads_the_environment(file: Path) -> None:
    assert relative(file) == "config.py" or not environment_readings(file.read_text(encoding="utf-8"))


def test_readings_of_the_environment_are_found_however_they_are_written() -> None:
    assert environment_readings("import os\nos.environ['HOST']")
    assert environment_readings("import os\nos.getenv('HOST')")
    assert environment_readings("from os import environ")
    assert not environment_readings("import os\nos.getpid()")


def environment_readings(source: str) -> list[int]:
    """The lines that name os.environ, os.getenv and their kin."""
    kin = {"environ", "environb", "getenv", "getenvb"}
    found = []
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "os"
            and node.attr in kin
        ):
            found.append(node.lineno)
        if isinstance(node, ast.ImportFrom) and node.module == "os" and kin & {name.name for name in node.names}:
            found.append(node.lineno)
    return found

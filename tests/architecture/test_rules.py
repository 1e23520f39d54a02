"""Structural rules: imports, commits, emits and file length."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from config import ROOT
from tests.architecture.sources import calls, nodes, python_files, relative

LINES_AT_MOST = 300
DOMAIN_MAY_IMPORT = {
    "blinker",
    "boards",
    "flask_sqlalchemy",
    "fractional_indexing",
    "snowballstemmer",
    "markdown_it",
    "nh3",
    "pydantic",
    "pydantic_core",
    "sqlalchemy",
    "typing_extensions",  # pydantic reads its TypedDict before Python 3.12
}


def test_boards_imports_only_what_a_domain_needs() -> None:
    imported = {(relative(file), name) for file in python_files("boards") for name in imports(file)}
    strangers = {(file, name) for file, name in imported if name not in DOMAIN_MAY_IMPORT | sys.stdlib_module_names}
    assert strangers == set()
    assert {file for file, name in imported if name == "flask_sqlalchemy"} == {"boards/database.py"}


def test_config_imports_no_project_module() -> None:
    assert {"app", "boards", "tests"}.isdisjoint(imports(ROOT / "config.py"))


def test_only_the_write_transaction_commits() -> None:
    assert files_that_call("commit") == {"boards/database.py"}


def test_only_the_write_path_records_changes() -> None:
    assert files_that_call("Change") == {"boards/perform.py"}


def test_only_the_live_module_emits() -> None:
    # The manager carries out `emit`, and calls Socket.IO's own for what it leaves to it.
    assert files_that_call("emit") == {"app/live/broadcaster.py", "app/live/transport/broadcast_manager.py"}


@pytest.mark.parametrize("file", python_files("app", "boards"), ids=relative)
def test_files_stay_below_300_lines(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= LINES_AT_MOST


def files_that_call(name: str) -> set[str]:
    return {
        relative(file)
        for file in python_files("app", "boards", "config.py", "run.py")
        if any(name == called for called, _ in calls(file))
    }


def imports(file: Path) -> set[str]:
    """Return the top-level packages that a file imports, at any level."""
    found: set[str] = set()
    for node in nodes(file):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add((node.module or "").split(".")[0])
    return found

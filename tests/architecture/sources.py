"""Find and parse the project's own source files."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from config import ROOT

SERVED = ("app", "boards", "config.py", "run.py", "migrations")


def python_files(*places: str) -> list[Path]:
    """Return the Python files of these folders and files of the project, in a stable order."""
    found: list[Path] = []
    for place in places:
        path = ROOT / place
        found += [path] if path.is_file() else sorted(path.rglob("*.py"))
    return found


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path)))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Yield every call in a file with the last part of its name: `a.b.commit()` → "commit"."""
    for node in nodes(path):
        if isinstance(node, ast.Call):
            called = node.func
            yield called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", ""), node

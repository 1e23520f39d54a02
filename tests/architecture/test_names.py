"""Each public name means one thing, and views are imported by the application factory alone."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import python_files, relative

# Every module may have its own blueprint and logger; packages that configure themselves or start work say so alike.
CONVENTIONS = {"routes", "log", "init_app", "start"}


def test_no_public_name_is_defined_twice() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for file in python_files("app", "boards"):
        for name in public_names(file):
            places[name].append(relative(file))
    assert {name: files for name, files in places.items() if len(files) > 1 and name not in CONVENTIONS} == {}


def test_only_the_factory_and_the_same_package_import_views() -> None:
    found = [
        f"{relative(file)}: {module}"
        for file in python_files("app")
        if relative(file) != "app/__init__.py"
        for module in imported_modules(file)
        if module.endswith("views") and module.split(".")[1] != file.parts[-2]
    ]
    assert found == []


def public_names(file: Path) -> Iterator[str]:
    """Yield the names that other modules may import: not those of routes and commands, which are entry points."""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not is_entry_point(node):
            names = [node.name]
        elif isinstance(node, ast.Assign):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names = [node.target.id]
        else:
            continue
        yield from (name for name in names if not name.startswith("_"))


def is_entry_point(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """Return True for a view or a command of the command line."""
    decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
    return any(text.startswith("routes.") or ".command" in text or ".group" in text for text in decorators)


def imported_modules(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "app":
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)

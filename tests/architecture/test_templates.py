"""Check that templates stay readable: short lines, and no template that nothing uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import jinja2
from jinja2 import meta

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
LONGEST = 120
ONE_TEXT = re.compile(r'(\{\{-? )?(_\()?"[^"]*"\)?,?( -?\}\})?')  # a text for translators cannot be split


def test_lines_are_at_most_120_columns() -> None:
    too_long = [
        f"{name}:{number}"
        for name, source in templates()
        for number, line in enumerate(source.splitlines(), 1)
        if len(line) > LONGEST and not ONE_TEXT.fullmatch(line.strip())
    ]
    assert too_long == []


def test_every_template_is_used() -> None:
    unused = {name for name, _ in templates()} - used_by_templates() - used_by_python()
    assert unused == set()


def test_every_template_that_another_names_exists() -> None:
    assert used_by_templates() <= {name for name, _ in templates()}


def templates() -> Iterator[tuple[str, str]]:
    for path in sorted(TEMPLATES.rglob("*.*")):
        yield path.relative_to(TEMPLATES).as_posix(), path.read_text(encoding="utf-8")


def used_by_templates() -> set[str]:
    environment = jinja2.Environment(autoescape=True)
    return {
        name
        for _, source in templates()
        for name in meta.find_referenced_templates(environment.parse(source))
        if name is not None
    }


def used_by_python() -> set[str]:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "app").rglob("*.py"))
    return set(re.findall(r'"([\w/]+\.(?:html|txt))"', code))

"""Documents name only files that exist, and their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config import ROOT
from tests.architecture.sources import relative

DOCUMENTS = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / "tests").glob("*/*.md")])
FOLDERS = (
    "app",
    "bench",
    "boards",
    "deploy",
    "docs",
    "migrations",
    "static",
    "templates",
    "tests",
    "translations",
    ".ci",
)
# Paths are also written relative to these folders, as the documents say where they do.
BASES = (ROOT, ROOT / "tests")
SUFFIXES = r"\.(?:py|js|mjs|md|html|css|toml|txt|json|yml|conf|po|service|timer)"
NAMED_PATH = re.compile(
    rf"`([\w.@-]+(?:/[\w.@-]+)*/[\w.@-]+{SUFFIXES}|(?:{'|'.join(map(re.escape, FOLDERS))})/[\w./@-]*)`"
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
GENERATED = ("static/dist", "bench/results")  # by the build and the benchmarks


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_every_path_named_in_a_document_exists(document: Path) -> None:
    named = set(NAMED_PATH.findall(document.read_text(encoding="utf-8")))
    assert [path for path in sorted(named) if not path.startswith(GENERATED) and not exists(path)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_every_link_of_a_document_leads_to_a_file_and_a_heading(document: Path) -> None:
    links = LINK.findall(document.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not is_reachable(document, link)] == []


def test_paths_and_headings_are_recognised() -> None:
    found = NAMED_PATH.findall("`app/web/params.py`, `security/test_asvs.py`, `boards/text/`, `/opt/x.py` and `a/b`")
    assert found == ["app/web/params.py", "security/test_asvs.py", "boards/text/"]
    assert anchor("Several workers, « Rolling » restart") == "several-workers--rolling--restart"


def exists(path: str) -> bool:
    return any((base / path).exists() for base in BASES)


def is_reachable(document: Path, link: str) -> bool:
    path, _hash, heading = link.partition("#")
    target = document.parent / path if path else document
    return target.exists() and (not heading or heading in headings(target))


def headings(document: Path) -> set[str]:
    found = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {anchor(heading) for heading in found}


def anchor(heading: str) -> str:
    """Return the anchor that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")

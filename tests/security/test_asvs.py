"""docs/asvs.md answers every requirement of levels 1 and 2 once and names only existing tests."""

from __future__ import annotations

import re
from collections.abc import Iterator

from config import ROOT

# The requirements of OWASP ASVS 5.0.0 at levels 1 and 2, by section.
REQUIREMENTS = """
    1.1:1-2 1.2:1-9 1.3:1-11 1.4:1-3 1.5:1-2
    2.1:1-3 2.2:1-3 2.3:1-4 2.4:1
    3.2:1-2 3.3:1-4 3.4:1-6 3.5:1-5 3.7:1-2
    4.1:1-3 4.2:1 4.3:1-2 4.4:1-4
    5.1:1 5.2:1-3 5.3:1-2 5.4:1-3
    6.1:1-3 6.2:1-12 6.3:1-4 6.4:1-4 6.5:1-5 6.6:1-3 6.8:1-4
    7.1:1-3 7.2:1-4 7.3:1-2 7.4:1-5 7.5:1-2 7.6:1-2
    8.1:1-2 8.2:1-3 8.3:1 8.4:1
    9.1:1-3 9.2:1-4
    10.1:1-2 10.2:1-2 10.3:1-4 10.4:1-11 10.5:1-5 10.6:1-2 10.7:1-3
    11.1:1-2 11.2:1-3 11.3:1-3 11.4:1-4 11.5:1 11.6:1
    12.1:1-3 12.2:1-2 12.3:1-4
    13.1:1 13.2:1-5 13.3:1-2 13.4:1-5
    14.1:1-2 14.2:1-4 14.3:1-3
    15.1:1-3 15.2:1-3 15.3:1-7
    16.1:1 16.2:1-5 16.3:1-4 16.4:1-3 16.5:1-3
    17.1:1 17.2:1-4 17.3:1-2
"""
DOCUMENT = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
ROWS = re.findall(
    r"^\| (\d+\.\d+\.\d+) \| ([12]) \| (.+?) \| (met|in part|\*\*not met\*\*|—) \| (.+) \|$", DOCUMENT, re.MULTILINE
)


def test_every_requirement_is_answered_once_and_in_order() -> None:
    assert [number for number, *_rest in ROWS] == list(_required())
    assert len(ROWS) == 253
    assert DOCUMENT.count("\n| ") == len(ROWS) + 2 * DOCUMENT.count(
        "\n## "
    )  # each chapter's table has two lines of its own


def test_the_totals_are_correct() -> None:
    answers = [answer for *_rest, answer, _shown in ROWS]
    totals = re.search(r"\*\*(\d+) met, (\d+) in part, (\d+) not met, (\d+) do not apply: (\d+) in all", DOCUMENT)
    assert totals is not None
    counted = [answers.count(answer) for answer in ("met", "in part", "**not met**", "—")]
    assert [int(number) for number in totals.groups()] == [*counted, len(ROWS)]


def test_every_named_test_exists() -> None:
    named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", DOCUMENT)
    missing = [f"{file}::{test}" for file, test in named if f"def {test}(" not in _source(file)]
    assert len(named) > 120
    assert missing == []


def test_every_test_file_named_in_the_threat_model_exists() -> None:
    named = set(
        re.findall(
            r"`((?:security|app|boards|live|fuzz)/[\w/]+\.py)`",
            (ROOT / "docs" / "security.md").read_text(encoding="utf-8"),
        )
    )
    assert len(named) > 15
    assert [file for file in sorted(named) if not (ROOT / "tests" / file).exists() and not (ROOT / file).exists()] == []


def _source(file: str) -> str:
    path = ROOT / "tests" / file
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _required() -> Iterator[str]:
    for section in REQUIREMENTS.split():
        place, _, spans = section.partition(":")
        for span in spans.split(","):
            first, _, last = span.partition("-")
            yield from (f"{place}.{number}" for number in range(int(first), int(last or first) + 1))

"""What cleans texts, against texts that libFuzzer makes (see sanitiser.py), and that what is looked for would be seen."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from boards.text import sanitize as texts
from config import ROOT
from tests.fuzz.text_rules import check

CORPUS = ROOT / "tests" / "fuzz" / "corpus.json"
RUNS = 1_500


def test_texts_that_were_trouble_once_are_none() -> None:
    for text in json.loads(CORPUS.read_text(encoding="utf-8")):
        check(text)


def test_texts_that_nobody_thought_of_are_none(pytestconfig: pytest.Config) -> None:
    times = pytestconfig.getoption("--long")
    seed = "1" if times == 1 else "0"  # 0: another one each time
    command = [sys.executable, "-m", "tests.fuzz.sanitiser", "--runs", str(RUNS * times), "--seed", seed]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert f"Done {RUNS * times} runs" in ended.stderr


@pytest.mark.parametrize(
    "let_through",
    [
        "<script>alert(1)</script>",
        "<p onclick=x>y</p>",
        '<a href="javascript:x">y</a>',
        '<a href="//ailleurs.example">y</a>',
        "</li><p>y</p>",
        "<p>y",
        "<p>y<!-- x --></p>",
        "<p>\u202ey</p>",
        "<p>\x01y</p>",
        "<p></p>",
    ],
)
def test_what_must_not_come_out_would_be_seen(monkeypatch: pytest.MonkeyPatch, let_through: str) -> None:
    monkeypatch.setattr(texts, "clean_body", lambda text: text)
    with pytest.raises(AssertionError):
        check(let_through)

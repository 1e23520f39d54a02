"""The sanitizer on stored and libFuzzer-generated texts (see sanitiser.py), and its check."""

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


def test_texts_that_once_failed_pass() -> None:
    for text in json.loads(CORPUS.read_text(encoding="utf-8")):
        check(text)


def test_generated_texts_pass(pytestconfig: pytest.Config) -> None:
    times = pytestconfig.getoption("--long")
    seed = "1" if times == 1 else "0"  # 0: random
    command = [sys.executable, "-m", "tests.fuzz.sanitiser", "--runs", str(RUNS * times), "--seed", seed]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-3000:]
    assert f"Done {RUNS * times} runs" in result.stderr


@pytest.mark.parametrize(
    "unsafe",
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
def test_the_check_detects_unsafe_output(monkeypatch: pytest.MonkeyPatch, unsafe: str) -> None:
    monkeypatch.setattr(texts, "clean_body", lambda text: text)
    with pytest.raises(AssertionError):
        check(unsafe)

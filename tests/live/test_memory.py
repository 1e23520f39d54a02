"""Freed memory goes back to the operating system."""

from __future__ import annotations

import subprocess
import sys

from config import ROOT

TRIM = """
import psutil
from app.live.memory import trim_memory
held = [bytes(1000) for _ in range(20_000)]
kept = bytes(1000)
del held
before = psutil.Process().memory_info().rss
trim_memory()
print(before - psutil.Process().memory_info().rss > 10_000_000)
"""


def test_trimming_returns_freed_memory() -> None:
    trimmed = subprocess.run([sys.executable, "-c", TRIM], cwd=ROOT, check=True, capture_output=True, text=True)
    assert trimmed.stdout.strip() == "True"

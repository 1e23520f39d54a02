"""The unit for several workers has the same restrictions as the unit for one."""

from __future__ import annotations

from config import ROOT

# Lines that may differ: the name, the start command and the time for a graceful shutdown.
DIFFERENT_LINES = ("#", "Description=", "ExecStart=", "TimeoutStopSec=")


def test_both_worker_units_have_the_same_sandbox() -> None:
    assert shared_lines("flash-news@.service") == shared_lines("flash-news.service")


def test_a_template_unit_listens_on_the_port_in_its_name() -> None:
    assert "ExecStart=/usr/bin/env PORT=%i /opt/flash-news/.venv/bin/python run.py" in lines("flash-news@.service")


def lines(unit: str) -> list[str]:
    return (ROOT / "deploy" / unit).read_text(encoding="utf-8").splitlines()


def shared_lines(unit: str) -> list[str]:
    return [line for line in lines(unit) if not line.startswith(DIFFERENT_LINES)]

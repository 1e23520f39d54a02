"""The units of systemd: what a worker of several may do is what the only one may do."""

from __future__ import annotations

from config import ROOT

# What a worker of several is named by, how it is begun, and how long it may take to hand its people over.
OF_THEIR_OWN = ("#", "Description=", "ExecStart=", "TimeoutStopSec=")


def test_a_worker_of_several_is_locked_in_like_the_only_one() -> None:
    assert shared_lines("flash-news@.service") == shared_lines("flash-news.service")


def test_it_listens_on_the_port_it_is_named_by() -> None:
    assert "ExecStart=/usr/bin/env PORT=%i /opt/flash-news/.venv/bin/python run.py" in lines("flash-news@.service")


def lines(unit: str) -> list[str]:
    return (ROOT / "deploy" / unit).read_text(encoding="utf-8").splitlines()


def shared_lines(unit: str) -> list[str]:
    return [line for line in lines(unit) if not line.startswith(OF_THEIR_OWN)]

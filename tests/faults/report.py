"""The result of a fault-injection run, printed in a few lines."""

from __future__ import annotations

import os
import platform
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median

from tests.faults.history import History


@dataclass
class Report:
    """Recovery times in `seconds`, additional `lines`, and `failures` that must not occur."""

    name: str
    within: float = 10.0  # seconds within which all clients have to be in sync
    seconds: list[float] = field(default_factory=list)
    restart_seconds: list[float] = field(default_factory=list)  # until the killed process answered again
    late: int = 0  # recoveries that took longer than `within`
    lines: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    started_at: float = field(default_factory=time.monotonic)

    def add_recovery(self, seconds: float, restart: float = 0.0) -> None:
        """Add one recovery: seconds until all clients were in sync, and until the process answered."""
        self.seconds.append(seconds)
        self.restart_seconds.append(restart)
        if seconds > self.within:
            self.failures.append(
                f"in sync after {seconds:.1f} s, more than {self.within:.0f} s ({restart:.1f} s until restarted)"
            )

    def require(self, condition: bool, failure: str) -> None:
        if not condition:
            self.failures.append(failure)

    def summarize(self, history: History) -> None:
        """Add the numbers of a history."""
        writes = [one for one in history.operations if not one.is_read]
        done = sum(one.done for one in writes)
        refused = Counter(one.code for one in writes if one.status >= 400)
        sent_again = sum(one.attempts > 1 or len(one.seqs) > 1 for one in writes)
        self.lines += [
            f"{done:,} commands executed, {len(history.operations) - len(writes):,} reads, "
            f"{sent_again:,} sent more than once, expected refusals: {dict(refused) or 'none'}",
            f"{sum(map(len, history.applied.values())):,} changes and pages applied by {len(history.applied)} clients",
        ]

    def __str__(self) -> str:
        spread = ""
        if self.seconds:
            after_restart = [
                seconds - restart for seconds, restart in zip(self.seconds, self.restart_seconds, strict=True)
            ]
            spread = (
                f"{len(self.seconds)} times. All clients in sync after {_spread(self.seconds)}; the killed process "
                f"answered after {_spread(self.restart_seconds)}; all clients in sync {_spread(after_restart)} later"
            )
        circumstances = (
            f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} processors, Python {platform.python_version()}, "
            f"load {os.getloadavg()[0]:.1f}, took {time.monotonic() - self.started_at:.0f} s"
        )
        in_time = f", {self.late} recoveries longer than {self.within:.0f} s" if self.late else ""
        check_history = (
            f"no failure{in_time}"
            if not self.failures
            else f"FAILED{in_time}:\n" + "\n".join(f"  - {one}" for one in self.failures[:20])
        )
        return "\n".join(line for line in (f"{self.name}: {check_history}", spread, *self.lines, circumstances) if line)


def _spread(seconds: list[float]) -> str:
    return f"{median(seconds):.1f} s (median; {max(seconds):.1f} s at most)"

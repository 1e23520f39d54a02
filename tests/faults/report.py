"""What a fault showed, in few lines."""

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
    """`seconds`: from each fault until everybody was in step. `lines`: what else there is to say. `wrong`: what must not be."""

    name: str
    within: float = 10.0  # seconds in which everybody is to be in step
    seconds: list[float] = field(default_factory=list)
    back: list[float] = field(default_factory=list)  # seconds until what had been killed answered again
    late: int = 0  # how often that was more than `within`
    lines: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def took(self, seconds: float, back: float = 0.0) -> None:
        """Everybody was in step again after so long; what had been killed had answered again after `back`."""
        self.seconds.append(seconds)
        self.back.append(back)
        if seconds > self.within:
            self.wrong.append(
                f"in step after {seconds:.1f} s, which is more than {self.within:.0f} s ({back:.1f} s until it answered again)"
            )

    def require(self, condition: bool, otherwise: str) -> None:
        if not condition:
            self.wrong.append(otherwise)

    def tell(self, history: History) -> None:
        """What the history holds, in numbers."""
        writes = [one for one in history.operations if not one.reads]
        done = sum(one.done for one in writes)
        refused = Counter(one.code for one in writes if one.status >= 400)
        sent_again = sum(one.attempts > 1 or len(one.seqs) > 1 for one in writes)
        self.lines += [
            f"{done:,} commands carried out, {len(history.operations) - len(writes):,} readings, {sent_again:,} sent more than once,"
            f" refused as they had to be: {dict(refused) or 'none'}",
            f"{sum(map(len, history.taken.values())):,} changes and pages taken in by {len(history.taken)} clients",
        ]

    def __str__(self) -> str:
        spread = ""
        if self.seconds:
            healing = [seconds - back for seconds, back in zip(self.seconds, self.back, strict=True)]
            spread = (
                f"{len(self.seconds)} times. Everybody in step after {_spread(self.seconds)}; what was killed answered again after "
                f"{_spread(self.back)}; everybody in step {_spread(healing)} after that"
            )
        circumstances = (
            f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} processors, Python {platform.python_version()}, "
            f"load {os.getloadavg()[0]:.1f}, took {time.monotonic() - self.began:.0f} s"
        )
        in_time = f", {self.late} times later than the {self.within:.0f} s that it may take" if self.late else ""
        verdict = (
            f"nothing wrong{in_time}"
            if not self.wrong
            else f"WRONG{in_time}:\n" + "\n".join(f"  - {one}" for one in self.wrong[:20])
        )
        return "\n".join(line for line in (f"{self.name}: {verdict}", spread, *self.lines, circumstances) if line)


def _spread(seconds: list[float]) -> str:
    return f"{median(seconds):.1f} s (median; {max(seconds):.1f} s at most)"

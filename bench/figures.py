"""Hold the figures of a measurement with their floor and aim; print and serialize them."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Figure:
    """Hold one answer; `floor` is the same work done by the barest means, in the same unit and run.

    `aim` bounds the value or the ratio (`aims_at`); None: nothing is promised. `better` says which way is good: for
    "more" (a rate) the ratio is floor over value, so that a ratio always says how many times the floor's effort it
    took.
    """

    question: str
    what: str
    value: float
    unit: str
    floor: float | None = None
    aim: float | None = None
    aims_at: Literal["value", "ratio"] = "value"
    better: Literal["less", "more"] = "less"
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Return how many times the floor's effort it took; None without a floor."""
        if self.floor is None or self.floor <= 0 or self.value <= 0:
            return None
        return self.floor / self.value if self.better == "more" else self.value / self.floor

    @property
    def met(self) -> bool | None:
        """Return whether the aim was met; None when there is none."""
        measured = self.ratio if self.aims_at == "ratio" else self.value
        if self.aim is None or measured is None:
            return None
        return measured >= self.aim if self.better == "more" and self.aims_at == "value" else measured <= self.aim

    def as_json(self) -> dict[str, Any]:
        """Return the figure for JSON."""
        return {**asdict(self), "ratio": self.ratio, "met": self.met}


def median(samples: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(samples)


def percentile(samples: Sequence[float], share: float) -> float:
    """Return the smallest sample that at least this share (0 to 1) of the samples do not exceed."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def table(figures: Sequence[Figure]) -> str:
    """Return the figures in aligned columns: what, value, floor, ratio, aim, met."""
    rows = [("", "value", "floor", "ratio", "aim", ""), *(_row(figure) for figure in figures)]
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    lines = [_line(rows[0], widths)]
    previous = ""
    for figure, row in zip(figures, rows[1:], strict=True):
        if figure.question != previous:
            lines.append("")
        previous = figure.question
        lines.append(_line(row, widths))
    return "\n".join(lines)


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    words, *amounts, verdict = (
        f"{cell:<{width}}" if column in (0, 5) else f"{cell:>{width}}"
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join((words, *amounts, verdict)).rstrip()


def _row(figure: Figure) -> tuple[str, ...]:
    ratio = f"{figure.ratio:.2f} ×" if figure.ratio is not None else ""
    floor = _amount(figure.floor, figure.unit) if figure.floor is not None else ""
    verdict = {True: "met", False: "NOT MET", None: ""}[figure.met]
    note = f" ({figure.note})" if figure.note else ""
    return (
        f"{figure.question}: {figure.what}{note}",
        _amount(figure.value, figure.unit),
        floor,
        ratio,
        _aim(figure),
        verdict,
    )


def _aim(figure: Figure) -> str:
    if figure.aim is None:
        return ""
    if figure.aims_at == "ratio":
        return f"≤ {figure.aim:g} ×"
    return f"{'≥' if figure.better == 'more' else '≤'} {_amount(figure.aim, figure.unit)}"


def _amount(amount: float, unit: str) -> str:
    digits = 0 if amount >= 100 or amount == int(amount) else 1 if amount >= 10 else 2
    return f"{amount:,.{digits}f} {unit}".rstrip()

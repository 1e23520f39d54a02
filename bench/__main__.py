"""Run the benchmarks: `python -m bench [NAME …] [--quick] [--json FILE]`."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sqlite3
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.figures import Figure, table
from bench.processes import RESULTS, Towns, raise_file_limit, scratch

QUESTIONS = (
    "open",
    "browser_to_browser",
    "fanout",
    "throughput",
    "workers",
    "memory",
    "move_cost",
    "unread",
    "search_quality",
    "search_speed",
    "backup",
)


def main() -> int:
    """Measure, print the table, save the JSON; return the exit status."""
    options = _options()
    raise_file_limit()
    figures: list[Figure] = []
    failed: dict[str, str] = {}
    began, circumstances = time.perf_counter(), _circumstances()
    with scratch() as folder:
        towns = Towns(folder)
        for name in options.names or QUESTIONS:
            print(f"{name} … ({time.perf_counter() - began:.0f} s)", file=sys.stderr, flush=True)
            try:
                figures += importlib.import_module(f"bench.{name}").measure(towns, quick=options.quick)
            except Exception as error:  # one question without an answer must not cost the others theirs
                traceback.print_exc()
                failed[name] = f"{type(error).__name__}: {error}"
    circumstances |= {"seconds": round(time.perf_counter() - began), "load_at_end": os.getloadavg()[0]}
    print(f"\n{table(figures)}")
    for name, reason in failed.items():
        print(f"{name}: no answer ({reason})")
    _save(
        options.json,
        {
            **circumstances,
            "quick": options.quick,
            "figures": [figure.as_json() for figure in figures],
            "failed": failed,
        },
    )
    return 1 if failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure Flash News beside its floors. See bench/README.md."
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"which questions ({', '.join(QUESTIONS)}); all when left out"
    )
    parser.add_argument(
        "--quick", action="store_true", help="few rounds and small crowds: whether everything runs, not how fast"
    )
    parser.add_argument(
        "--json",
        type=Path,
        default=RESULTS / f"{datetime.now(UTC):%Y-%m-%d-%H%M%S}.json",
        help="where to leave the figures",
    )
    options = parser.parse_args()
    if unknown := set(options.names) - set(QUESTIONS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return options


def _circumstances() -> dict[str, Any]:
    """Return what must be known to compare two runs."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": platform.platform(),
        "processors": os.cpu_count(),
        "load_at_start": os.getloadavg()[0],
    }


def _save(file: Path, document: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")
    print(f"\n{file}")


if __name__ == "__main__":
    sys.exit(main())

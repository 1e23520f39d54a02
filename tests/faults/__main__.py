"""Inject faults: `python -m tests.faults NAME … [--times N]`. See tests/faults/README.md."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import pkgutil
import sys
import tempfile
from pathlib import Path

import tests.faults
from bench.processes import RESULTS, raise_file_limit
from tests.faults.report import Report
from tests.server import Server

FAULTS = sorted(
    module.name
    for module in pkgutil.iter_modules(tests.faults.__path__)
    if hasattr(importlib.import_module(f"tests.faults.{module.name}"), "TIMES")
)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults", description="Inject faults and check that nothing is lost."
    )
    parser.add_argument("names", nargs="+", choices=FAULTS, metavar="NAME", help=", ".join(FAULTS))
    parser.add_argument(
        "--times", type=int, help="repetitions, seconds, clients or minutes, depending on the fault: see README.md"
    )
    parser.add_argument(
        "--ready",
        action="store_true",
        help="fork workers from a process with all modules imported: worker, reordered_frames",
    )
    options = parser.parse_args()
    servers = {"server": Server} if options.ready else {}
    raise_file_limit()
    # On a real disk: commits in a memory-backed /tmp would cost nothing.
    RESULTS.mkdir(parents=True, exist_ok=True)
    failed = False
    for name in options.names:
        fault = importlib.import_module(f"tests.faults.{name}")
        with tempfile.TemporaryDirectory(dir=RESULTS, prefix=f"{name}-") as folder:
            Path(folder).chmod(0o755)  # PostgreSQL runs as another user
            report = Report(name)
            try:
                asyncio.run(fault.run(Path(folder), options.times or fault.TIMES, report, **servers))
            except Exception as error:  # report what was observed until then
                report.failures.append(f"{type(error).__name__}: {error}")
                report.lines += [
                    f"{log.relative_to(folder)}:\n{log.read_text(errors='replace')[-3000:]}"
                    for log in Path(folder).rglob("server.log")
                ]
        sys.stdout.write(f"{report}\n\n")
        sys.stdout.flush()
        failed |= bool(report.failures or report.late)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

"""Bring a fault about: `python -m tests.faults NAME … [--times N]`. See tests/faults/README.md."""

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
        prog="python -m tests.faults", description="Bring faults about and look what is lost."
    )
    parser.add_argument("names", nargs="+", choices=FAULTS, metavar="NAME", help=", ".join(FAULTS))
    parser.add_argument("--times", type=int, help="how often; for the soak, how many minutes")
    parser.add_argument(
        "--ready",
        action="store_true",
        help="workers are forked by a process that has imported everything: worker, shuffled",
    )
    options = parser.parse_args()
    servers = {"server": Server} if options.ready else {}
    raise_file_limit()
    RESULTS.mkdir(
        parents=True, exist_ok=True
    )  # on the disk that the product's own data is on: a /tmp in memory would commit for free
    wrong = False
    for name in options.names:
        fault = importlib.import_module(f"tests.faults.{name}")
        with tempfile.TemporaryDirectory(dir=RESULTS, prefix=f"{name}-") as folder:
            Path(folder).chmod(0o755)  # PostgreSQL runs as a user of its own
            report = Report(name)
            try:
                asyncio.run(fault.run(Path(folder), options.times or fault.TIMES, report, **servers))
            except Exception as error:  # what was seen until then is worth telling
                report.wrong.append(f"{type(error).__name__}: {error}")
                report.lines += [
                    f"{log.relative_to(folder)}:\n{log.read_text(errors='replace')[-3000:]}"
                    for log in Path(folder).rglob("server.log")
                ]
        sys.stdout.write(f"{report}\n\n")
        sys.stdout.flush()
        wrong |= bool(report.wrong or report.late)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())

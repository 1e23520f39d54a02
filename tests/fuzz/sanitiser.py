"""Fuzz the cleaning of texts: python -m tests.fuzz.sanitiser [--seconds 600 | --runs 1000] [--folder corpus].

libFuzzer looks for inputs that take new paths through boards/text, beginning with those of
corpus.json, and keeps them in a folder for another run. Failures are printed in Base64: clear
text of them belongs in corpus.json.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

with atheris.instrument_imports(include=["boards.text.sanitize", "boards.text.html_tree"]):
    from boards.text import sanitize as text  # noqa: F401 - imported here to be watched

from tests.fuzz.text_rules import check

CORPUS = Path(__file__).with_name("corpus.json")
WORDS = Path(__file__).with_name("html.dict")
SECONDS_AT_MOST = 10  # for one text: more holds up everybody else
BYTES_AT_MOST = 4096


def try_one(data: bytes) -> None:
    """Check one text."""
    check(data.decode("utf-8", "surrogateescape"))


def main() -> None:
    """Run libFuzzer with the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=0)
    parser.add_argument("--runs", type=int, default=-1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    with TemporaryDirectory() as passing:
        folder: Path = asked.folder or Path(passing)
        folder.mkdir(exist_ok=True)
        for number, known in enumerate(json.loads(CORPUS.read_text(encoding="utf-8"))):
            (folder / f"known-{number:04}").write_bytes(known.encode("utf-8", "surrogateescape"))
        options = [
            f"-dict={WORDS}",
            f"-timeout={SECONDS_AT_MOST}",
            f"-max_len={BYTES_AT_MOST}",
            f"-artifact_prefix={passing}/",
        ]
        options += [f"-runs={asked.runs}", f"-max_total_time={asked.seconds}", f"-seed={asked.seed}"]
        atheris.Setup([sys.argv[0], *options, str(folder)], try_one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()

"""Fork processes that have already imported Flash News: `python -m tests.ready run|flask`.

Importing takes longer than most tests need a server or command line. A forked process has executed nothing yet and
gets the environment, working directory and output of a new process. tests/deploy starts real processes instead.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROLE = sys.argv[1]
if ROLE == "run":
    import run  # first, because it monkey-patches with gevent

import json
import os
import signal
from collections.abc import Sequence
from typing import Any, NoReturn

import gevent
from flask.cli import main as flask_command
from gevent.monkey import get_original

import app  # noqa: F401 - imported before forking
from boards.database import set_clock
from tests.clock import ServerClock

fork = get_original("os", "fork")


def main() -> None:
    """Fork one process per input line; print a server's process id or a command's exit status."""
    if ROLE == "run":
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # server processes are not waited for
    for line in sys.stdin:
        options = json.loads(line)
        process = fork()
        if process == 0:
            run_in_child(**options)
        answer = process if ROLE == "run" else os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def run_in_child(
    environment: dict[str, str], out: str, err: str, arguments: Sequence[str] = (), clock: str | None = None
) -> NoReturn:
    """Run the server or command in this forked process and exit."""
    gevent.reinit()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, name, flags in ((0, os.devnull, os.O_RDONLY), (1, out, WRITING), (2, err, WRITING)):
        os.dup2(os.open(name, flags, 0o600), number)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [ROLE, *arguments]
    if clock:
        set_clock(ServerClock(Path(clock)))
    status = status_of(run.main if ROLE == "run" else flask_command)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


WRITING = os.O_WRONLY | os.O_CREAT | os.O_APPEND


def status_of(program: Any) -> int:
    """Return the exit status of a program, printing its last message or traceback."""
    try:
        program()
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


if __name__ == "__main__":
    main()

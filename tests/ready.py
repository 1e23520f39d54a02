"""`python -m tests.ready run|flask`: a process that has imported all of Flash News and forks, at each line it reads, one that runs it.

Importing takes longer than most of what tests want from a server or a command line. What is forked has not done anything yet: it has
the environment, the folder and the output that a process begun from nothing would have. Those of tests/deploy are begun from nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROLE = sys.argv[1]
if ROLE == "run":
    import run  # first of all: it has gevent patch what everything else imports

import json
import os
import signal
from collections.abc import Sequence
from typing import Any, NoReturn

import gevent
from flask.cli import main as flask_command
from gevent.monkey import get_original

import app  # noqa: F401 - imported to be there
from boards.database import set_clock
from tests.clock import ServerClock

fork = get_original("os", "fork")


def main() -> None:
    """Answers a server with its process, and a command with its exit status once it has ended."""
    if ROLE == "run":
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for servers
    for line in sys.stdin:
        asked = json.loads(line)
        process = fork()
        if process == 0:
            become(**asked)
        answer = process if ROLE == "run" else os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def become(
    environment: dict[str, str], out: str, err: str, arguments: Sequence[str] = (), clock: str | None = None
) -> NoReturn:
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
    """What the process of this program ends with, what it says last included."""
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

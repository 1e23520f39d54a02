"""Run a real server in a separate process."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.clock import ServerClock

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 90  # allows for a busy machine


class Server:
    """Control `python run.py` on a free port, with data in `data_dir` and an optional clock.

    The process is forked by one that has already imported everything (tests/ready.py).
    """

    def __init__(self, data_dir: Path, clock: ServerClock | None = None, /, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.data_dir = data_dir
        self.settings = {
            "DEMO": "1",
            "DATA_DIR": str(data_dir),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            **settings,
        }
        self.log = data_dir / "server.log"
        self.clock = clock
        self.process: subprocess.Popen[bytes] | Forked | None = None

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {**inherited, **self.settings}

    def start(self) -> Server:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.process = self._begin()
        self._wait_until_it_answers()
        return self

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=60)

    def kill(self) -> None:
        """Send SIGKILL, so that nothing is cleaned up."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def flask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `flask …` with the same settings and data."""
        with TemporaryDirectory() as folder:
            out, err = Path(folder) / "out", Path(folder) / "err"
            status = fork("flask", self.environment, out, err, arguments=arguments)
            return subprocess.CompletedProcess(
                arguments, status, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")
            )

    def _begin(self) -> subprocess.Popen[bytes] | Forked:
        return Forked(
            fork("run", self.environment, self.log, self.log, clock=str(self.clock.file) if self.clock else None)
        )

    def _wait_until_it_answers(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}:\n{self.log.read_text()[-3000:]}")
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=1):
                    return
            except (OSError, urllib.error.URLError):
                time.sleep(0.05)  # polling a condition: there is no event for "another process listens"
        raise RuntimeError(f"the server does not answer:\n{self.log.read_text()[-3000:]}")


class ServerFromNothing(Server):
    """A server started as a new process, like users start it."""

    def _begin(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen([sys.executable, "run.py"], cwd=ROOT, env=self.environment, stdout=log, stderr=log)


@contextmanager
def running(data: Path, folder: Path, clock: ServerClock | None = None, /, **settings: str) -> Iterator[Server]:
    """Run a server with a copy of this data."""
    shutil.copytree(data, folder)
    server = Server(folder, clock, **settings).start()
    try:
        yield server
    finally:
        server.stop()


class Forked:
    """A process that is not a child of this one, with the interface of Popen."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        """Return None while the process runs, then 0 whatever its exit status was."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def terminate(self) -> None:
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def wait(self, timeout: float = 60) -> int:
        deadline = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"process {self.pid} does not end")
            time.sleep(0.02)  # polling a condition: only the parent is notified
        return 0

    @property
    def returncode(self) -> int | None:
        return self.poll()

    def _send(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def fork(role: str, environment: dict[str, str], out: Path, err: Path, **options: object) -> int:
    """Fork a process that runs Flash News; return a server's process id or a command's exit status."""
    ready = ready_to(role)
    assert ready.stdin
    assert ready.stdout
    ready.stdin.write(json.dumps({"environment": environment, "out": str(out), "err": str(err), **options}) + "\n")
    ready.stdin.flush()
    return int(ready.stdout.readline())


@cache
def ready_to(role: str) -> subprocess.Popen[str]:
    """Start the forking process on first use; it is killed when this process exits."""
    ready = subprocess.Popen(
        [sys.executable, "-m", "tests.ready", role], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    atexit.register(ready.kill)
    return ready


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""A real server in a process of its own, as users run it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.clock import ServerClock

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30


class Server:
    """Start, stop or kill `python run.py` on a port of its own with its data in `data_dir`; with a clock, at the time that it says."""

    def __init__(self, data_dir: Path, clock: ServerClock | None = None, /, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.data_dir = data_dir
        self.settings = {"DEMO": "1", "DATA_DIR": str(data_dir), "HOST": "127.0.0.1", "PORT": str(self.port), **settings}
        self.log = data_dir / "server.log"
        self.clock = clock
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {**inherited, **self.settings}

    def start(self) -> Server:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        program = ["-m", "tests.clocked_run", str(self.clock.file)] if self.clock else ["run.py"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([sys.executable, *program], cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        self._wait_until_it_answers()
        return self

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=10)

    def kill(self) -> None:
        """SIGKILL: no last word, no clean-up."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def flask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `flask …` on the same data."""
        return subprocess.run(
            [sys.executable, "-m", "flask", *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

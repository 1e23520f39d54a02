"""Start and kill workers (restarted like systemd does), PostgreSQL and Redis for one run."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from config import ROOT
from tests.faults.client import Unreachable, request
from tests.server import Server, ServerFromNothing, free_port

POSTGRESQL = next(Path("/usr/lib/postgresql").glob("*/bin"), Path("/nonexistent"))


def restart_seconds() -> float:
    """Read from the unit how long systemd waits before it restarts a worker."""
    unit = (ROOT / "deploy" / "flash-news.service").read_text(encoding="utf-8")
    found = re.search(r"^RestartSec=(\d+)$", unit, re.MULTILINE)
    assert found
    return float(found[1])


class Worker:
    """`python run.py`, restarted whenever it exits, as the unit in deploy/ does."""

    def __init__(
        self, folder: Path, settings: dict[str, str], server: Callable[..., Server] = ServerFromNothing
    ) -> None:
        self.server = server(folder, **{**settings, "DATA_DIR": str(folder)})
        self.url = self.server.url
        self.restarts = 0
        self._supervisor: asyncio.Task[None] | None = None

    async def start(self) -> Worker:
        await asyncio.to_thread(self.server.start)
        self._supervisor = asyncio.create_task(self._supervise())
        return self

    async def stop(self) -> None:
        if self._supervisor:
            self._supervisor.cancel()
        await asyncio.to_thread(self.server.kill)

    @property
    def pid(self) -> int:
        assert self.server.process is not None
        return self.server.process.pid

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    async def wait_until_ready(self) -> None:
        """Wait until /healthz returns 200."""
        while True:
            try:
                status, _headers, _body = await request(self.url, "GET", "/healthz", {}, seconds=2)
                if status == 200:
                    return
            except Unreachable:
                pass
            await asyncio.sleep(0.05)

    def log(self) -> str:
        return self.server.log.read_text(encoding="utf-8", errors="replace")

    async def _supervise(self) -> None:
        while True:
            await asyncio.sleep(0.1)
            if self.server.process is None or self.server.process.poll() is None:
                continue
            await asyncio.sleep(restart_seconds())
            self.server.process = self.server._begin()
            self.restarts += 1


class Redis:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Redis:
        self.folder.mkdir(parents=True, exist_ok=True)
        program = shutil.which("redis-server")
        assert program, "redis-server is needed"
        command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]
        with (self.folder / "redis.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        return self

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()


class PostgreSQL:
    """A separate cluster, with durable default settings (fsync and synchronous_commit on)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self._as_postgres = (
            ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        )

    def start(self) -> PostgreSQL:
        if not (self.folder / "PG_VERSION").exists():
            self.folder.mkdir(parents=True)
            if self._as_postgres:
                shutil.chown(self.folder, "postgres", "postgres")
            init = [
                "initdb",
                "--auth=trust",
                "--username=postgres",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "-D",
                str(self.folder),
            ]
            self._run(*init)
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        self._run("pg_ctl", "-D", str(self.folder), "-l", str(self.folder / "log"), "-o", options, "-w", "start")
        return self

    def kill(self) -> None:
        """Send SIGKILL to all of its processes, the postmaster first."""
        postmaster = psutil.Process(int((self.folder / "postmaster.pid").read_text(encoding="ascii").split()[0]))
        processes = [postmaster, *postmaster.children(recursive=True)]
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes, timeout=10)

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder), "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_postgres, str(POSTGRESQL / program), *arguments]
        done = subprocess.run(
            command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")

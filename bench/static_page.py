"""nginx for `open`: as its floor, with the answers of a saved page (bench/saved_page.py) as static files, and in front of the product."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

from bench.bare import Recorded
from tests.server import Server, free_port

PROGRAM = shutil.which("nginx", path=os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin")))
START_SECONDS = 10


def static_server(folder: Path) -> AbstractContextManager[str]:
    """nginx with the answers recorded in `folder`; yields its address."""
    return _nginx(folder, "".join(f"    {_place(folder, answer)}\n" for answer in _recorded(folder)))


def in_front_of(server: Server, folder: Path) -> AbstractContextManager[str]:
    """nginx that gives the built files itself, as deploy/nginx.conf has it, and the rest by the product; yields its address."""
    files = [answer for answer in _recorded(folder) if answer.path.startswith("/static/")]
    runnable = [
        replace(
            file,
            headers=file.headers | {"Content-Type": "text/javascript"} if file.path.endswith(".js") else file.headers,
        )
        for file in files
    ]
    return _nginx(
        folder, "".join(f"    {_place(folder, file)}\n" for file in runnable) + _PROXY.format(server=server.url)
    )


_PROXY = """
    location / {{
      proxy_pass {server};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_header;
    }}
"""


@contextmanager
def _nginx(folder: Path, locations: str) -> Iterator[str]:
    if PROGRAM is None:
        raise RuntimeError("nginx is the floor of this question, and is not installed here")
    port = free_port()
    folder = folder / str(port)
    folder.mkdir()
    (folder / "nginx.conf").write_text(_configuration(folder, port, locations), encoding="utf-8")
    process = subprocess.Popen(
        [PROGRAM, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _listens(port):
            assert process.poll() is None, (folder / "error.log").read_text(encoding="utf-8")
            assert time.monotonic() < deadline
            time.sleep(0.02)  # polling a condition: nginx does not say when it listens
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _recorded(folder: Path) -> list[Recorded]:
    return [Recorded(**entry) for entry in json.loads((folder / "answers.json").read_text(encoding="utf-8"))]


def _configuration(folder: Path, port: int, locations: str) -> str:
    user = "user root;" if os.geteuid() == 0 else ""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    own_folders = "".join(f"  {kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    return (
        f"{user}\ndaemon off;\npid {folder}/nginx.pid;\nevents {{}}\n"
        f"http {{\n  access_log off;\n  sendfile on;\n  tcp_nopush on;\n{own_folders}"
        '  map $http_upgrade $connection_header { default upgrade; "" ""; }\n'
        f"  server {{\n    listen 127.0.0.1:{port};\n{locations}  }}\n}}\n"
    )


def _place(folder: Path, answer: Recorded) -> str:
    """The recorded bytes as they travelled, compressed as they were, under the recorded headers."""
    kind = next(value for name, value in answer.headers.items() if name.lower() == "content-type")
    others = " ".join(
        f"add_header {name} {_quoted(value)};"
        for name, value in answer.headers.items()
        if name.lower() != "content-type"
    )
    return f"location = {answer.path} {{ alias {folder}/{answer.body}; types {{}} default_type {_quoted(kind)}; {others} }}"


def _quoted(value: str) -> str:
    return '"{}"'.format(value.replace('"', r"\""))


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0

"""Run nginx with deploy/nginx.conf, on private ports and with a self-signed certificate."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from config import ROOT
from tests.server import free_port

PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
PROGRAM = shutil.which("nginx", path=PATH)


class Nginx:
    """nginx in front of workers on the given ports; clients must trust `certificate`."""

    def __init__(self, folder: Path, *workers: int) -> None:
        self.folder = folder
        self.port, self.plain_port = free_port(), free_port()
        self.url = f"https://localhost:{self.port}"
        self.plain_url = f"http://localhost:{self.plain_port}"
        self.certificate = folder / "certificate.pem"
        self.key = folder / "key.pem"
        self.workers = workers
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Nginx:
        self._make_certificate()
        (self.folder / "site.conf").write_text(self._site(), encoding="utf-8")
        (self.folder / "nginx.conf").write_text(self._main_configuration(), encoding="utf-8")
        assert PROGRAM is not None
        command = [
            PROGRAM,
            "-p",
            str(self.folder),
            "-c",
            str(self.folder / "nginx.conf"),
            "-e",
            str(self.folder / "error.log"),
        ]
        self.process = subprocess.Popen(command)
        self._wait_until_it_listens()
        return self

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=60)

    def _site(self) -> str:
        """Return the original configuration with the values that an administrator adapts."""
        site = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
        for original, replacement in {
            "    listen [::]:80;\n": "",
            "    listen [::]:443 ssl http2;\n": "",
            "listen 80;": f"listen 127.0.0.1:{self.plain_port};",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{self.port} ssl http2;",
            "/etc/letsencrypt/live/flash.ville.example/fullchain.pem": str(self.certificate),
            "/etc/letsencrypt/live/flash.ville.example/privkey.pem": str(self.key),
            "server_name flash.ville.example;": "server_name localhost;",
            "server 127.0.0.1:5000 max_fails=0;": "\n".join(
                f"server 127.0.0.1:{port} max_fails=0;" for port in self.workers
            ),
            "/opt/flash-news/": f"{ROOT}/",
        }.items():
            assert original in site, f"deploy/nginx.conf no longer contains {original!r}"
            site = site.replace(original, replacement)
        return site

    def _main_configuration(self) -> str:
        user = "user root;" if os.geteuid() == 0 else ""
        temp_paths = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temp_directives = "\n".join(f"  {name}_temp_path {self.folder}/{name};" for name in temp_paths)
        return f"""{user}
daemon off;
pid {self.folder}/nginx.pid;
events {{}}
http {{
  include /etc/nginx/mime.types;
  log_format workers '$upstream_addr $status $request_method $uri';
  access_log {self.folder}/access.log workers;
{temp_directives}
  include {self.folder}/site.conf;
}}
"""

    def _make_certificate(self) -> None:
        subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        files = ["-keyout", str(self.key), "-out", str(self.certificate)]
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject, *files],
            check=True,
            capture_output=True,
        )

    def _wait_until_it_listens(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)  # polling a condition: there is no event for "another process listens"
        raise RuntimeError(f"nginx does not answer:\n{(self.folder / 'error.log').read_text(encoding='utf-8')}")

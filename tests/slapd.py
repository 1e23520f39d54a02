"""Run a real OpenLDAP server on free ports, with a few agents of the town."""

from __future__ import annotations

import base64
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from tests.server import free_port

PROGRAM = shutil.which("slapd", path=f"{os.environ['PATH']}:/usr/sbin")
START_SECONDS = 20

SUFFIX = "dc=ville,dc=example"
BASE = f"ou=agents,{SUFFIX}"
READER = f"cn=flash-news,{SUFFIX}"
READER_PASSWORD = "reads and no more"
FILTER = "(&(objectClass=person)(|(uid={login})(mail={login})))"

CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
allow bind_anon_dn
TLSCertificateFile {folder}/certificate.pem
TLSCertificateKeyFile {folder}/key.pem
database mdb
suffix "{suffix}"
directory {folder}/data
dbnosync
access to attrs=userPassword by anonymous auth by * none
access to dn.subtree="ou=public,{suffix}" by * read
access to * by dn.exact="{reader}" read by anonymous auth by * none
"""

# By uid: name, mail, password.
AGENTS = {
    "sbernard": ("Sonia Bernard", "ccas@ville.example", "un café crème à midi"),
    "helene.œuvrard": ("Hélène Œuvrard", "elu@ville.example", "été comme hiver"),
    "jumeau1": ("Jean Jumeau", "jumeaux@ville.example", "the same password"),
    "jumeau2": ("Paul Jumeau", "jumeaux@ville.example", "the same password"),
    "stagiaire": ("Alix Petit", "stagiaire@ville.example", "not invited yet"),
    "sansmail": ("Sam Ferrand", None, "no address at all"),
}


LdifEntry = dict[str, str | list[str]]


class Slapd:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.tls_port = free_port(), free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings that connect Flash News to this directory."""
        return {
            "LDAP_URL": f"ldap://127.0.0.1:{self.port}",
            "LDAP_START_TLS": "0",
            "LDAP_BIND_DN": READER,
            "LDAP_BIND_PASSWORD": READER_PASSWORD,
            "LDAP_BASE": BASE,
            "LDAP_FILTER": FILTER,
        }

    @property
    def certificate(self) -> Path:
        """Return the certificate to trust; it is for localhost, not for 127.0.0.1."""
        return self.folder / "certificate.pem"

    def start(self) -> Slapd:
        assert PROGRAM is not None
        self._make_certificate()
        (self.folder / "data").mkdir()
        configuration = self.folder / "slapd.conf"
        configuration.write_text(CONFIGURATION.format(folder=self.folder, suffix=SUFFIX, reader=READER))
        (self.folder / "town.ldif").write_text(_town())
        subprocess.run(
            [PROGRAM, "-T", "add", "-f", configuration, "-l", self.folder / "town.ldif"],
            check=True,
            capture_output=True,
            timeout=30,
        )
        addresses = f"ldap://127.0.0.1:{self.port} ldaps://127.0.0.1:{self.tls_port}"
        with (self.folder / "log").open("wb") as log:
            # -d keeps slapd in the foreground, as a child process.
            self._process = subprocess.Popen(
                [PROGRAM, "-f", configuration, "-h", addresses, "-d", "0"], stdout=log, stderr=log
            )
        self._wait_until_it_listens()
        return self

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=10)

    def _make_certificate(self) -> None:
        names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        files = ["-keyout", str(self.folder / "key.pem"), "-out", str(self.certificate)]
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names, *files],
            check=True,
            capture_output=True,
        )

    def _wait_until_it_listens(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.tls_port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)  # polling a condition: there is no event for "another process listens"
        raise RuntimeError(f"slapd does not answer:\n{(self.folder / 'log').read_text()}")


def _town() -> str:
    entries: list[LdifEntry] = [
        {"dn": SUFFIX, "objectClass": ["dcObject", "organization"], "o": "Ville", "dc": "ville"},
        {
            "dn": READER,
            "objectClass": ["applicationProcess", "simpleSecurityObject"],
            "cn": "flash-news",
            "userPassword": READER_PASSWORD,
        },
        {"dn": BASE, "objectClass": "organizationalUnit", "ou": "agents"},
        {"dn": f"ou=public,{SUFFIX}", "objectClass": "organizationalUnit", "ou": "public"},
        # A referral to a server that does not exist.
        {
            "dn": f"ou=ailleurs,{BASE}",
            "objectClass": ["referral", "extensibleObject"],
            "ou": "ailleurs",
            "ref": "ldap://127.0.0.1:1/",
        },
        _agent("public", "Personne Publique", "mediatheque@ville.example", "seen by anybody", f"ou=public,{SUFFIX}"),
        *(_agent(uid, *facts, BASE) for uid, facts in AGENTS.items()),
    ]
    return "\n".join(_ldif(entry) for entry in entries)


def _agent(uid: str, name: str, mail: str | None, password: str, parent: str) -> LdifEntry:
    agent: LdifEntry = {
        "dn": f"uid={uid},{parent}",
        "objectClass": "inetOrgPerson",
        "cn": name,
        "sn": name.split()[-1],
        "uid": uid,
    }
    return {**agent, "userPassword": password, **({"mail": mail} if mail else {})}


def _ldif(entry: LdifEntry) -> str:
    lines = [
        f"{name}:: {base64.b64encode(value.encode()).decode()}\n"
        for name, values in entry.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    return "".join(lines)

"""Run a real local SMTP server to inspect mails as they arrive."""

from __future__ import annotations

import email
import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from queue import SimpleQueue
from typing import Any, cast

import gevent
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask

from app.extensions import socketio
from config import Settings, Smtp
from tests.server import free_port

USER, PASSWORD = "flash", "le mot de passe du relais"


class Mailbox:
    """The received mails, and the port of the server."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.refuses = False
        self.complains = ""  # response to any mail, instead of accepting it
        self._arrived: SimpleQueue[tuple[Envelope, Session]] = SimpleQueue()

    def settings(self, security: str = "none", **others: Any) -> Smtp:
        values = {"user": "", "password": "", "sender": "Flash News <flash@ville.example>", **others}
        return Smtp(host="127.0.0.1", port=self.port, security=security, **values)

    def next(self) -> EmailMessage:
        """Return the next mail; raise an error if none arrives in time."""
        return self.next_with_session()[0]

    def next_with_source(self) -> tuple[EmailMessage, bytes]:
        """Return the next mail and its raw source."""
        envelope, _session = self._arrived.get(timeout=10)
        source = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        return email.message_from_bytes(source, policy=default), source

    def next_with_session(self) -> tuple[EmailMessage, Session]:
        envelope, session = self._arrived.get(timeout=10)
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        message = email.message_from_bytes(content, policy=default)
        message["X-Recipients"] = ", ".join(envelope.rcpt_tos)
        return message, session

    def is_empty(self) -> bool:
        return self._arrived.empty()

    # --- aiosmtpd's handler

    async def handle_RCPT(  # noqa: N802 - aiosmtpd’s name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.refuses:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        if self.complains:
            return self.complains
        self._arrived.put((envelope, session))
        return "250 OK"


@contextmanager
def smtp_server(
    certificate: Path | None = None, *, implicit_tls: bool = False, asks_for_password: bool = False
) -> Iterator[Mailbox]:
    """Run a server on a free port; with a certificate (and key in the same file) it requires TLS."""
    mailbox = Mailbox(free_port())
    options: dict[str, Any] = {"hostname": "127.0.0.1", "port": mailbox.port}
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        options |= {"ssl_context": context} if implicit_tls else {"tls_context": context, "require_starttls": True}
    if asks_for_password:
        options |= {"authenticator": _authenticate, "auth_required": True, "auth_require_tls": False}
    controller = Controller(mailbox, **options)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


def make_certificate(file: Path) -> Path:
    """Create a self-signed certificate for 127.0.0.1 and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    moment = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(hours=1))
        .not_valid_after(moment + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    return file


class Background:
    """Collect the background tasks started by the application."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._tasks: list[Any] = []
        start = socketio.start_background_task
        monkeypatch.setattr(socketio, "start_background_task", lambda *work: self._tasks.append(start(*work)))

    def finish(self) -> None:
        """Wait until all tasks have finished."""
        assert len(gevent.joinall(self._tasks, timeout=10)) == len(self._tasks)


def use_smtp(app: Flask, smtp: Smtp | None, **others: Any) -> Settings:
    """Replace the mail settings of the application, and any others."""
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"smtp": smtp, **others})
    return cast("Settings", app.config["SETTINGS"])


def _authenticate(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
    fits = isinstance(data, LoginPassword) and data.login == USER.encode() and data.password == PASSWORD.encode()
    return AuthResult(success=fits, handled=False)

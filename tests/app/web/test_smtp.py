"""Mail delivery to a real SMTP server, and its failures."""

from __future__ import annotations

import smtplib
from pathlib import Path

import pytest
from flask import Flask

from app.web.smtp import CannotSend, public_address, public_link, send_mail
from config import Settings, Smtp
from tests.server import free_port
from tests.smtp import PASSWORD, USER, Mailbox, make_certificate, smtp_server, use_smtp

URL = "https://flash.ville.example/invitation/abc"
INVITATION = {"name": "Sonia Bernard", "invited_by": "Élise Laurent", "url": URL}


def deliver(
    app: Flask,
    smtp: Smtp | None,
    *,
    to: str = "ccas@ville.example",
    subject: str = "Bienvenue à l’accueil",
    **values: str,
) -> None:
    send_mail(use_smtp(app, smtp), to, subject, "mail/invitation.txt", **{**INVITATION, **values})


def test_a_mail_arrives_as_plain_french_text(app: Flask) -> None:
    with smtp_server() as mailbox:
        deliver(app, mailbox.settings())
        message = mailbox.next()
    assert message["To"] == message["X-Recipients"] == "ccas@ville.example"
    assert message["From"] == "Flash News <flash@ville.example>"
    assert message["Subject"] == "Bienvenue à l’accueil"
    assert message["Date"]
    assert message["Message-ID"].strip().endswith("@ville.example>")
    assert message.get_content_type() == "text/plain"
    text = message.get_content()
    assert "Élise Laurent vous invite" in text
    assert URL in text.splitlines()


@pytest.mark.parametrize(
    "evil",
    [
        "Sonia\r\nBcc: tous@ville.example",
        "Sonia\nSubject: gagné",
        "Sonia\r\n\r\nautre texte",
        "\x00Sonia\x85Cc: a@b.fr",
    ],
)
def test_a_name_adds_no_header_and_no_recipient(app: Flask, evil: str) -> None:
    with smtp_server() as mailbox:
        deliver(app, mailbox.settings(), subject=f"{evil} vous invite", name=evil, invited_by=evil)
        message = mailbox.next()
    assert message["X-Recipients"] == "ccas@ville.example"
    assert message["Bcc"] is message["Cc"] is None
    assert len(message.get_all("Subject", [])) == 1
    assert message["Subject"].endswith("vous invite")


@pytest.mark.parametrize(
    "to",
    ["a@ville.example\r\nBcc: b@ville.example", "a@ville.example, b@ville.example", "a@ville.example>", "", "nobody"],
)
def test_an_address_is_one_address(app: Flask, to: str) -> None:
    with smtp_server() as mailbox:
        with pytest.raises(CannotSend):
            deliver(app, mailbox.settings(), to=to)
        assert mailbox.is_empty()


def test_without_a_server_it_says_so(app: Flask) -> None:
    with pytest.raises(CannotSend, match="SMTP_HOST"):
        deliver(app, None)


def test_a_server_that_is_away_is_said(app: Flask) -> None:
    with pytest.raises(CannotSend, match="ne répond pas"):
        deliver(app, Mailbox(free_port()).settings())


def test_a_refused_address_is_named(app: Flask) -> None:
    with smtp_server() as mailbox:
        mailbox.refuses = True
        with pytest.raises(CannotSend, match=r"refuse l’adresse .*ccas@ville\.example"):
            deliver(app, mailbox.settings())


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # this test needs no TLS
def test_signing_in_to_the_server(app: Flask) -> None:
    with smtp_server(asks_for_password=True) as mailbox:
        deliver(app, mailbox.settings(user=USER, password=PASSWORD))
        assert mailbox.next()
        with pytest.raises(CannotSend, match="notre mot de passe"):
            deliver(app, mailbox.settings(user=USER, password="wrong"))


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(app: Flask, tmp_path: Path, security: str) -> None:
    with smtp_server(make_certificate(tmp_path / "server.pem"), implicit_tls=security == "tls") as mailbox:
        with pytest.raises(CannotSend, match="certificat"):
            deliver(app, mailbox.settings(security))
        assert mailbox.is_empty()


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_travels_encrypted(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str) -> None:
    certificate = make_certificate(tmp_path / "server.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))  # the town's own authority, as OpenSSL is told of it
    with smtp_server(certificate, implicit_tls=security == "tls") as mailbox:
        deliver(app, mailbox.settings(security))
        message, session = mailbox.next_with_session()
    assert message["Subject"] == "Bienvenue à l’accueil"
    assert session.ssl is not None or security == "tls"


def test_starttls_is_never_done_without(app: Flask) -> None:
    with smtp_server() as mailbox:
        with pytest.raises(CannotSend):
            deliver(app, mailbox.settings("starttls"))
        assert mailbox.is_empty()


def test_a_server_that_keeps_silent_is_not_waited_for_long(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[object] = []

    def connect(_self: smtplib.SMTP, _host: str, _port: int, timeout: object) -> None:
        waited.append(timeout)
        raise TimeoutError

    monkeypatch.setattr(smtplib.SMTP, "_get_socket", connect)
    with pytest.raises(CannotSend, match="ne répond pas"):
        deliver(app, Mailbox(1).settings())
    assert waited == [10]


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({"PUBLIC_URL": "https://flash.ville.example/"}, "https://flash.ville.example"),
        ({"HOST": "127.0.0.1", "PORT": "5010"}, "http://127.0.0.1:5010"),
        ({"HOST": "::1"}, "http://[::1]:5000"),
    ],
)
def test_the_public_address_comes_from_the_settings(environment: dict[str, str], address: str) -> None:
    assert public_address(Settings.from_environment(environment)) == address


def test_a_link_ignores_the_host_that_was_asked(app: Flask) -> None:
    use_smtp(app, None, public_url="https://flash.ville.example")
    with app.test_request_context(headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"}):
        assert public_link("links.show_password", token="t") == "https://flash.ville.example/password/t"
    assert public_link("links.show_password", token="t") == "https://flash.ville.example/password/t"

"""Send plain-text mail over a verified connection, to one person at a time."""

from __future__ import annotations

import logging
import smtplib
import ssl
from email import policy
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel.speaklater import LazyString

from app.web.languages import FRENCH
from boards.database import release_connection
from config import Settings, Smtp

log = logging.getLogger(__name__)


class _Unfolded(UnstructuredHeader, BaseHeader):
    """Write a header that holds an address without encoding or folding it.

    The library would encode long addresses, which mail programs then do not recognise.
    """

    def fold(self, *, policy: policy.Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Unfolded)
_POLICY = policy.default.clone(header_factory=_HEADERS)
SMTP_TIMEOUT_SECONDS = 10


class CannotSend(Exception):
    """Report a mail that was not sent; the message says why, in French."""


def send_mail(
    settings: Settings,
    to: str,
    subject: str | LazyString,
    text_template: str,
    *,
    language: str = FRENCH,
    stops_at: str | None = None,
    **values: Any,
) -> None:
    """Render a text template and send it to one address, in that person’s language.

    `stops_at`: the one-click unsubscribe address of automatic mails (RFC 8058); the template shows it too.
    Raises CannotSend. Slow: never call it inside a write transaction.
    """
    if settings.smtp is None:
        raise CannotSend(_("Aucun serveur de messagerie n’est réglé (SMTP_HOST)."))
    with force_locale(language):
        subject, text = str(subject), render_template(text_template, stops_at=stops_at, **values)
    message = _message(settings.smtp, to, subject, text)
    if stops_at is not None:
        message["List-Unsubscribe"] = f"<{stops_at}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    release_connection()  # the mail server may take seconds
    try:
        with open_connection(settings.smtp) as connection:
            connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        raise CannotSend(_("Le serveur de messagerie refuse l’adresse « %(address)s ».", address=to)) from error
    except smtplib.SMTPAuthenticationError as error:
        raise CannotSend(_("Le serveur de messagerie refuse notre nom ou notre mot de passe.")) from error
    except ssl.SSLError as error:
        raise CannotSend(
            _("La liaison avec le serveur de messagerie n’est pas sûre : son certificat est refusé.")
        ) from error
    except (smtplib.SMTPException, OSError) as error:
        log.warning(
            "mail not sent: %s: %s", type(error).__name__, str(error).replace(to, "…")
        )  # a resident's address is kept nowhere
        raise CannotSend(_("Le serveur de messagerie ne répond pas, ou refuse l’envoi.")) from error


def public_address(settings: Settings) -> str:
    """Return the address of this installation from its settings, never from the request’s Host."""
    if settings.public_url:
        return settings.public_url
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def public_link(endpoint: str, **values: Any) -> str:
    """Return the absolute address of a page, inside a request or not."""
    address = urlsplit(public_address(current_app.config["SETTINGS"]))
    return current_app.url_map.bind(address.netloc, url_scheme=address.scheme).build(
        endpoint, values, force_external=True
    )


def _message(smtp: Smtp, to: str, subject: str, text: str) -> EmailMessage:
    """Build the message; header values lose their line breaks."""
    message = EmailMessage(_POLICY)
    try:
        message["To"] = Address(addr_spec=to)
    except (ValueError, IndexError) as error:
        raise CannotSend(_("« %(address)s » n’est pas une adresse de messagerie.", address=to)) from error
    message["From"] = smtp.sender
    message["Subject"] = " ".join(
        "".join(character if character.isprintable() else " " for character in subject).split()
    )
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain=parseaddr(smtp.sender)[1].rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # so that absence notices do not answer
    message.set_content(text, cte="quoted-printable")
    return message


def open_connection(smtp: Smtp) -> smtplib.SMTP:
    """Open an encrypted and authenticated SMTP connection, as the settings say."""
    if smtp.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            smtp.host, smtp.port, timeout=SMTP_TIMEOUT_SECONDS, context=ssl.create_default_context()
        )
    else:
        connection = smtplib.SMTP(smtp.host, smtp.port, timeout=SMTP_TIMEOUT_SECONDS)
    try:
        if smtp.security == "starttls":
            connection.starttls(context=ssl.create_default_context())
        if smtp.user:
            connection.login(smtp.user, smtp.password)
    except BaseException:
        connection.close()
        raise
    return connection

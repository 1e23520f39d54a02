"""Check passwords against an LDAP directory (OpenLDAP, Active Directory); none is stored."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from ldap3 import ANONYMOUS, DEREF_NEVER, NONE, SIMPLE, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException
from ldap3.core.results import RESULT_BUSY, RESULT_SIZE_LIMIT_EXCEEDED, RESULT_SUCCESS, RESULT_UNAVAILABLE
from ldap3.utils.conv import escape_filter_chars

from app.auth.external_identities import DirectoryUnavailable
from config import Ldap

LDAP_TIMEOUT_SECONDS = 5
LOGIN_MAX_CHARACTERS = 254
LDAP_PASSWORD_MAX_CHARACTERS = 1000


@dataclass(frozen=True)
class DirectoryEntry:
    """An authenticated directory entry."""

    issuer: str
    subject: str  # stable id: entryUUID, objectGUID, or else the DN
    emails: tuple[str, ...]


def authenticate(settings: Ldap, login: str, password: str) -> DirectoryEntry | None:
    """Return the only entry for this login if the password binds. Raises DirectoryUnavailable."""
    # An empty password is an unauthenticated bind, which succeeds (RFC 4513, 5.1.2).
    if not 0 < len(password) <= LDAP_PASSWORD_MAX_CHARACTERS or "\0" in password:
        return None
    if not 0 < len(login) <= LOGIN_MAX_CHARACTERS or not login.isprintable():
        return None
    try:
        with _connection(settings) as connection:
            found = _find(connection, settings, login)
            if found is None or not _opens(connection, found["dn"], password):
                return None
            return entry(settings.base, found["dn"], found["raw_attributes"])
    except LDAPException as error:
        raise DirectoryUnavailable(f"{type(error).__name__}: {error}") from error


def entry(base: str, dn: str, values: Mapping[str, list[bytes]]) -> DirectoryEntry:
    """Build an Entry from raw attribute values."""
    if values.get("entryUUID"):
        subject = values["entryUUID"][0].decode()
    elif values.get("objectGUID"):
        subject = str(UUID(bytes_le=values["objectGUID"][0]))
    else:
        subject = dn.lower()
    return DirectoryEntry(
        f"ldap:{base.lower()}", subject, tuple(mail.decode(errors="replace") for mail in values.get("mail", []))
    )


@contextmanager
def _connection(settings: Ldap) -> Iterator[Connection]:
    address = urlsplit(settings.url)
    server = Server(
        address.hostname or "",
        address.port,
        use_ssl=address.scheme == "ldaps",
        tls=_VerifiedTls(),
        get_info=NONE,
        connect_timeout=LDAP_TIMEOUT_SECONDS,
    )
    connection = Connection(
        server,
        user=settings.bind_dn or None,
        password=settings.bind_password or None,
        authentication=SIMPLE if settings.bind_dn else ANONYMOUS,
        auto_referrals=False,  # a referral would send the password to another server
        receive_timeout=LDAP_TIMEOUT_SECONDS,
    )
    try:
        connection.open()
        if settings.start_tls and address.scheme == "ldap":
            connection.start_tls()
        if not connection.bind():
            raise DirectoryUnavailable(
                f"the directory refuses {settings.bind_dn or 'an anonymous search'}: {connection.result['description']}"
            )
        yield connection
    finally:
        with suppress(LDAPException):  # the directory may have hung up
            connection.unbind()


def _find(connection: Connection, settings: Ldap, login: str) -> dict[str, Any] | None:
    connection.search(
        settings.base,
        settings.filter.replace("{login}", escape_filter_chars(login)),
        dereference_aliases=DEREF_NEVER,
        attributes=["mail", "entryUUID", "objectGUID"],
        size_limit=2,
        time_limit=LDAP_TIMEOUT_SECONDS,
    )
    if connection.result["result"] not in (RESULT_SUCCESS, RESULT_SIZE_LIMIT_EXCEEDED):
        raise DirectoryUnavailable(f"the search fails: {connection.result['description']}")
    entries = [answer for answer in connection.response or [] if answer["type"] == "searchResEntry"]
    return entries[0] if len(entries) == 1 else None


def _opens(connection: Connection, dn: str, password: str) -> bool:
    if connection.rebind(user=dn, password=password, authentication=SIMPLE):
        return True
    if connection.result["result"] in (RESULT_BUSY, RESULT_UNAVAILABLE):
        raise DirectoryUnavailable(f"the directory is {connection.result['description']}")
    return False


class _VerifiedTls(Tls):
    """TLS with the system's certificate authorities and host name verification."""

    def wrap_socket(self, connection: Connection, do_handshake: bool = False) -> None:
        """Wrap the socket with the standard library's default context."""
        context = ssl.create_default_context()
        connection.socket = context.wrap_socket(
            connection.socket, server_hostname=connection.server.host, do_handshake_on_connect=do_handshake
        )

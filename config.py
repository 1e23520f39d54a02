"""Every setting of Flash News: read from the environment once, checked at start, documented in docs/settings.md."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent
KIB = 1024


class SettingsError(Exception):
    """A setting is missing or malformed; the message names it and says what to do."""


def setting(default: str, meaning: str) -> str:
    """Declare a setting of the environment: its default as one would type it, and its row in the table of docs/settings.md."""
    value: str = field(default=default, metadata={"meaning": meaning})
    return value


@dataclass(frozen=True)
class RawSettings:
    """The environment's variables as text: the one list that code, documentation and tests share."""

    SECRET_KEY: str = setting("", "Signs sessions and forms. At least 32 characters. Required outside demo mode.")
    DATABASE_URL: str = setting(
        "", "`sqlite:///…` or `postgresql+psycopg://…`. Default: `flash-news.sqlite3` in `DATA_DIR`."
    )
    REDIS_URL: str = setting(
        "",
        "`redis://…`: carries live messages, presence and rate limits between several workers. Default: none, one worker.",
    )
    HOST: str = setting("127.0.0.1", "Address to listen on.")
    PORT: str = setting("5000", "Port to listen on.")
    DATA_DIR: str = setting("var", "Folder of the database, backups and the demo's own key.")
    DEMO: str = setting("0", "`1`: create and serve the demo town « Ville de Val-Rive ». `make run` sets it.")
    DEMO_PASSWORD: str = setting("flash-news-demo", "Password of the demo accounts, when the demo town is created.")
    PUBLIC_URL: str = setting(
        "",
        "The address people type, such as `https://flash.ville.example`. Turns on secure cookies when it is https, and is the only origin live connections are taken from. Required outside demo mode unless `HOST` is a loopback address.",
    )
    PROXY_HOPS: str = setting(
        "0",
        "How many reverse proxies stand in front (1 behind nginx). Their `X-Forwarded-*` headers are believed, no others.",
    )
    TOWN_NAME: str = setting("", "The town's name in the top bar. Default: the demo town's, else « Flash News ».")
    TIMEZONE: str = setting("Europe/Paris", "The zone in which dates and times are shown.")
    SMTP_HOST: str = setting("", "The server that sends mail. Default: none, so that links are handed over instead.")
    SMTP_PORT: str = setting("587", "Its port.")
    SMTP_SECURITY: str = setting(
        "starttls", "`starttls`, `tls` (from the first byte, usually port 465) or `none` (a relay on the same machine)."
    )
    SMTP_USER: str = setting("", "Name to sign in with there, where it asks for one.")
    SMTP_PASSWORD: str = setting("", "Password to sign in with there.")
    MAIL_FROM: str = setting(
        "", "Sender of every mail, such as `Flash News <flash@ville.example>`. Required with `SMTP_HOST`."
    )
    LOCAL_ACCOUNTS: str = setting(
        "1", "`0`: nobody signs in with a password kept here; needs `OIDC_ISSUER` or `LDAP_URL`."
    )
    OIDC_ISSUER: str = setting(
        "",
        "OpenID Connect provider (ProConnect, Keycloak…), by the address under which `.well-known/openid-configuration` lies.",
    )
    OIDC_CLIENT_ID: str = setting("", "The name under which the provider knows this installation.")
    OIDC_CLIENT_SECRET: str = setting("", "The secret that goes with it.")
    OIDC_SCOPES: str = setting(
        "openid email profile", "What is asked of the provider; ProConnect: `openid given_name usual_name email`."
    )
    OIDC_LABEL: str = setting("Se connecter avec le compte de la ville", "Words on the button.")
    LDAP_URL: str = setting("", "Directory to sign in with: `ldaps://annuaire.ville.example` or `ldap://…`.")
    LDAP_START_TLS: str = setting(
        "1", "`0` only for an `ldap://` directory on the same machine: without TLS passwords would travel in the clear."
    )
    LDAP_BIND_DN: str = setting("", "Who searches the directory. Default: anonymously.")
    LDAP_BIND_PASSWORD: str = setting("", "Their password.")
    LDAP_BASE: str = setting(
        "", "Where people are searched, such as `ou=agents,dc=ville,dc=example`. Required with `LDAP_URL`."
    )
    LDAP_FILTER: str = setting(
        "(&(objectClass=person)(mail={login}))",
        "How they are found; `{login}` is what was typed. Active Directory: `(userPrincipalName={login})`.",
    )
    HSTS_SECONDS: str = setting(
        "31536000",
        "How long browsers refuse to come here without HTTPS, names below this one included; `0` makes them forget it. Sent only where `PUBLIC_URL` is https; nginx says it for what it serves itself.",
    )
    LOG_LEVEL: str = setting(
        "INFO", "`DEBUG` (each request, too), `INFO`, `WARNING` or `ERROR`. Libraries speak from `WARNING` on."
    )
    LOG_FORMAT: str = setting("text", "`json`: each line of the log is a JSON object.")
    METRICS_FROM: str = setting(
        "",
        "Networks from which Prometheus may read `/metrics`, such as `127.0.0.1 10.1.0.0/16`. Never through a proxy. Default: none, there is no such page.",
    )


@dataclass(frozen=True)
class Smtp:
    """Where mail leaves from."""

    host: str
    port: int
    security: str  # starttls, tls, none
    user: str
    password: str
    sender: str


@dataclass(frozen=True)
class Oidc:
    """An OpenID Connect provider to sign in with."""

    issuer: str
    client_id: str
    client_secret: str
    scopes: str
    label: str


@dataclass(frozen=True)
class Ldap:
    """A directory to sign in with."""

    url: str
    start_tls: bool
    bind_dn: str
    bind_password: str
    base: str
    filter: str


@dataclass(frozen=True)
class Settings:
    """The settings, checked and typed."""

    secret_key: str
    database_url: str
    redis_url: str | None
    host: str
    port: int
    data_dir: Path
    demo: bool
    demo_password: str
    public_url: str | None
    proxy_hops: int
    town_name: str | None
    timezone: ZoneInfo
    smtp: Smtp | None
    local_accounts: bool
    oidc: Oidc | None
    ldap: Ldap | None
    hsts_seconds: int
    log_level: str
    log_format: str
    metrics_from: tuple[IPv4Network | IPv6Network, ...]
    max_request_bytes: int = 512 * KIB
    max_frame_bytes: int = 200 * KIB

    @property
    def redis_prefix(self) -> str:
        """Begins every name in Redis: workers of one town share their key, and two towns may share one Redis."""
        return f"flash-news:{hashlib.sha256(self.secret_key.encode()).hexdigest()[:12]}"

    @property
    def https(self) -> bool:
        return bool(self.public_url and self.public_url.startswith("https://"))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, *, serving: bool = False) -> Settings:
        """Read and check the settings. `serving` also demands what only a server needs (a lasting secret key).

        Raises SettingsError with every problem found, one a line.
        """
        environment = os.environ if environment is None else environment
        raw = RawSettings(
            **{
                name: environment[name].strip()
                for name in RawSettings.__dataclass_fields__
                if environment.get(name, "").strip()
            }
        )
        return _Reader(raw, serving).settings()


class _Reader:
    """Turns text into settings, gathering every problem so that an administrator sees them all at once."""

    def __init__(self, raw: RawSettings, serving: bool) -> None:
        self.raw = raw
        self.serving = serving
        self.problems: list[str] = []

    def settings(self) -> Settings:
        data_dir = Path(self.raw.DATA_DIR).expanduser()
        data_dir = data_dir if data_dir.is_absolute() else ROOT / data_dir
        demo = self._flag("DEMO")
        oidc, ldap = self._oidc(), self._ldap()
        settings = Settings(
            secret_key=self._secret_key(data_dir, demo),
            database_url=self._database_url(data_dir),
            redis_url=self._redis_url(),
            host=self.raw.HOST,
            port=self._integer("PORT", 1, 65535),
            data_dir=data_dir,
            demo=demo,
            demo_password=self.raw.DEMO_PASSWORD,
            public_url=self._public_url(demo),
            proxy_hops=self._integer("PROXY_HOPS", 0, 5),
            town_name=self.raw.TOWN_NAME or None,
            timezone=self._timezone(),
            smtp=self._smtp(),
            local_accounts=self._local_accounts(oidc, ldap),
            oidc=oidc,
            ldap=ldap,
            hsts_seconds=self._integer("HSTS_SECONDS", 0, 10**9 - 1),
            log_level=self._log_level(),
            log_format=self._log_format(),
            metrics_from=self._metrics_from(),
        )
        if self.problems:
            raise SettingsError("\n".join(self.problems))
        return settings

    def _secret_key(self, data_dir: Path, demo: bool) -> str:
        key = self.raw.SECRET_KEY
        if not key:
            if demo:
                return _kept_demo_key(data_dir)
            if self.serving:
                self.problems.append(
                    "SECRET_KEY is missing: sessions could not be signed. Make one with:  "
                    "python3 -c 'import secrets; print(secrets.token_hex(32))'  and set it in the service's environment."
                )
            return secrets.token_hex(32)
        if len(key) < 32:
            self.problems.append(
                "SECRET_KEY is too short: at least 32 characters, such as python3 -c 'import secrets; print(secrets.token_hex(32))' prints."
            )
        return key

    def _database_url(self, data_dir: Path) -> str:
        url = self.raw.DATABASE_URL or f"sqlite:///{data_dir / 'flash-news.sqlite3'}"
        if url.startswith(("postgres://", "postgresql://")):
            url = "postgresql+psycopg://" + url.split("://", 1)[1]
        if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            self.problems.append("DATABASE_URL must start with sqlite:/// or postgresql://")
        elif not _is_database_url(url):
            self.problems.append(
                "DATABASE_URL is malformed: expected sqlite:////path/file or postgresql://user:password@host:port/name"
            )
        return url

    def _redis_url(self) -> str | None:
        url = self.raw.REDIS_URL
        if url and not url.startswith(("redis://", "rediss://", "unix://")):
            self.problems.append("REDIS_URL must start with redis://, rediss:// or unix://")
        return url or None

    def _public_url(self, demo: bool) -> str | None:
        url = self.raw.PUBLIC_URL.rstrip("/")
        if not url:
            if self.serving and not demo and self.raw.HOST not in ("127.0.0.1", "localhost", "::1"):
                self.problems.append(
                    "PUBLIC_URL is missing: set the address people type (https://flash.ville.example), or listen on a loopback HOST."
                )
            return None
        if not _is_origin(url):
            self.problems.append("PUBLIC_URL must look like https://flash.ville.example, without a path.")
        return url

    def _timezone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.raw.TIMEZONE)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.problems.append(f"TIMEZONE {self.raw.TIMEZONE!r} is not a known zone, such as Europe/Paris.")
            return ZoneInfo("UTC")

    def _smtp(self) -> Smtp | None:
        raw = self.raw
        if not raw.SMTP_HOST:
            return None
        if "@" not in parseaddr(raw.MAIL_FROM)[1]:
            self.problems.append("MAIL_FROM is needed with SMTP_HOST: an address such as flash@ville.example.")
        if raw.SMTP_SECURITY not in ("starttls", "tls", "none"):
            self.problems.append("SMTP_SECURITY must be starttls, tls or none.")
        return Smtp(
            raw.SMTP_HOST,
            self._integer("SMTP_PORT", 1, 65535),
            raw.SMTP_SECURITY,
            raw.SMTP_USER,
            raw.SMTP_PASSWORD,
            raw.MAIL_FROM,
        )

    def _oidc(self) -> Oidc | None:
        raw = self.raw
        if not raw.OIDC_ISSUER:
            return None
        issuer = raw.OIDC_ISSUER.rstrip("/")
        if not issuer.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            self.problems.append("OIDC_ISSUER must start with https:// (http:// only on this machine).")
        if not raw.OIDC_CLIENT_ID or not raw.OIDC_CLIENT_SECRET:
            self.problems.append("OIDC_CLIENT_ID and OIDC_CLIENT_SECRET are needed with OIDC_ISSUER.")
        if "openid" not in raw.OIDC_SCOPES.split():
            self.problems.append("OIDC_SCOPES must hold openid.")
        return Oidc(issuer, raw.OIDC_CLIENT_ID, raw.OIDC_CLIENT_SECRET, raw.OIDC_SCOPES, raw.OIDC_LABEL)

    def _ldap(self) -> Ldap | None:
        raw = self.raw
        if not raw.LDAP_URL:
            return None
        start_tls = self._flag("LDAP_START_TLS") and raw.LDAP_URL.startswith("ldap://")
        if not raw.LDAP_URL.startswith(("ldap://", "ldaps://")):
            self.problems.append("LDAP_URL must start with ldaps:// or ldap://.")
        if not raw.LDAP_BASE:
            self.problems.append("LDAP_BASE is needed with LDAP_URL, such as ou=agents,dc=ville,dc=example.")
        if "{login}" not in raw.LDAP_FILTER or not raw.LDAP_FILTER.startswith("("):
            self.problems.append(
                "LDAP_FILTER must be a filter in parentheses that holds {login}, such as (mail={login})."
            )
        return Ldap(raw.LDAP_URL, start_tls, raw.LDAP_BIND_DN, raw.LDAP_BIND_PASSWORD, raw.LDAP_BASE, raw.LDAP_FILTER)

    def _local_accounts(self, oidc: Oidc | None, ldap: Ldap | None) -> bool:
        local = self._flag("LOCAL_ACCOUNTS")
        if not local and oidc is None and ldap is None:
            self.problems.append("LOCAL_ACCOUNTS=0 would leave no way to sign in: set OIDC_ISSUER or LDAP_URL.")
        return local

    def _log_level(self) -> str:
        level = self.raw.LOG_LEVEL.upper()
        if level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            self.problems.append("LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR.")
        return level

    def _log_format(self) -> str:
        if self.raw.LOG_FORMAT not in ("text", "json"):
            self.problems.append("LOG_FORMAT must be text or json.")
        return self.raw.LOG_FORMAT

    def _metrics_from(self) -> tuple[IPv4Network | IPv6Network, ...]:
        try:
            return tuple(ip_network(network) for network in self.raw.METRICS_FROM.replace(",", " ").split())
        except ValueError:
            self.problems.append("METRICS_FROM must be addresses or networks such as 127.0.0.1 10.1.0.0/16.")
            return ()

    def _integer(self, name: str, low: int, high: int) -> int:
        text = getattr(self.raw, name)
        if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
            self.problems.append(f"{name} must be a whole number from {low} to {high}, not {text[:20]!r}.")
            return low
        return int(text)

    def _flag(self, name: str) -> bool:
        text = getattr(self.raw, name).lower()
        if text not in ("0", "1", "false", "true", "no", "yes"):
            self.problems.append(f"{name} must be 0 or 1, not {text!r}.")
        return text in ("1", "true", "yes")


def _is_origin(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port_is_a_number = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return (
        port_is_a_number
        and parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and not (parts.path or parts.query or parts.fragment)
    )


def _is_database_url(url: str) -> bool:
    try:
        make_url(url)
    except (ArgumentError, ValueError):
        return False
    return True


def _kept_demo_key(data_dir: Path) -> str:
    """The demo's own key: made once, so that a restart signs nobody out."""
    path = data_dir / "demo-secret-key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_hex(32), encoding="ascii")
        path.chmod(0o600)
    return path.read_text(encoding="ascii").strip()

"""Read all settings from the environment and check them at start; docs/settings.md lists them."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Mapping
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, InitSettingsSource
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent
KIB = 1024
MAKE_KEY = "python3 -c 'import secrets; print(secrets.token_hex(32))'"
FIRST_OF_GROUP = {"SMTP": "SMTP_HOST", "OIDC": "OIDC_ISSUER", "LDAP": "LDAP_URL"}


class SettingsError(Exception):
    """Report wrong settings, one a line: each line names the setting and says what to do."""


def require(accepts: Callable[[str], object], refusal: str) -> AfterValidator:
    """Check a setting; a refusal that begins in lower case continues the name of the setting."""

    def check(text: str) -> str:
        if not accepts(text):
            raise ValueError(refusal)
        return text

    return AfterValidator(check)


def one_of(*choices: str) -> AfterValidator:
    """Require one of these values."""
    return require(choices.__contains__, f"must be {', '.join(choices[:-1])} or {choices[-1]}.")


def starts_with(*prefixes: str) -> AfterValidator:
    """Require one of these prefixes, or nothing."""
    choices = f"{', '.join(prefixes[:-1])} or {prefixes[-1]}"
    return require(lambda text: not text or text.startswith(prefixes), f"must start with {choices}.")


def whole_number(low: int, high: int) -> BeforeValidator:
    """Require a whole number in this range."""

    def parse(value: object) -> int:
        text = str(value)
        if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
            raise ValueError(f"must be a whole number from {low} to {high}, not {text[:20]!r}.")
        return int(text)

    return BeforeValidator(parse)


def parse_flag(value: object) -> bool:
    """Parse 0 or 1."""
    text = str(value).lower()
    if text not in ("0", "1", "false", "true", "no", "yes"):
        raise ValueError(f"must be 0 or 1, not {text!r}.")
    return text in ("1", "true", "yes")


Flag = Annotated[bool, BeforeValidator(parse_flag)]
Port = Annotated[int, whole_number(1, 65535)]


class Group(BaseModel, frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True, validate_by_name=True):
    """Declare settings: `port` is the variable `PORT`, after the prefix of its group."""


class Smtp(Group, alias_generator=lambda name: f"SMTP_{name.upper()}"):
    """Declare how mail is sent."""

    host: str = ""
    """Server that sends mail. Default: none, links are then handed over in person."""
    port: Port = 587
    """Port of the mail server."""
    security: Annotated[str, one_of("starttls", "tls", "none")] = "starttls"
    """`starttls`, `tls` (from the first byte, usually port 465) or `none` (a relay on the same machine)."""
    user: str = ""
    """User name on the mail server, if it asks for one."""
    password: str = Field("", repr=False)
    """Password on the mail server."""
    sender: Annotated[
        str,
        require(
            lambda text: "@" in parseaddr(text)[1],
            "is needed with SMTP_HOST: an address such as flash@ville.example.",
        ),
    ] = Field("", alias="MAIL_FROM")
    """Sender of every mail, such as `Flash News <flash@ville.example>`. Required with `SMTP_HOST`."""


class Oidc(Group, alias_generator=lambda name: f"OIDC_{name.upper()}"):
    """Declare the OpenID Connect provider."""

    issuer: str = ""
    """Address of the OpenID Connect provider, without `/.well-known/openid-configuration`."""
    client_id: str = ""
    """Identifier of this installation at the provider."""
    client_secret: str = Field("", repr=False)
    """Secret of this installation at the provider."""
    scopes: Annotated[str, require(lambda text: "openid" in text.split(), "must hold openid.")] = "openid email profile"
    """Scopes requested from the provider; ProConnect: `openid given_name usual_name email`."""
    label: str = "Se connecter avec le compte de la ville"
    """Label of the sign-in button."""

    @field_validator("issuer")
    @classmethod
    def check_issuer(cls, issuer: str) -> str:
        if not issuer.rstrip("/").startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise ValueError("must start with https:// (http:// only on this machine).")
        return issuer.rstrip("/")

    @field_validator("client_secret")
    @classmethod
    def check_client(cls, client_secret: str, above: ValidationInfo) -> str:
        if not (client_secret and above.data.get("client_id")):
            raise ValueError("OIDC_CLIENT_ID and OIDC_CLIENT_SECRET are needed with OIDC_ISSUER.")
        return client_secret


class Ldap(Group, alias_generator=lambda name: f"LDAP_{name.upper()}"):
    """Declare the LDAP directory."""

    url: Annotated[str, starts_with("ldaps://", "ldap://")] = ""
    """Directory to sign in with: `ldaps://annuaire.ville.example` or `ldap://…`."""
    start_tls: Flag = True
    """`0` only for an `ldap://` directory on the same machine: without TLS passwords would travel in the clear."""
    bind_dn: str = ""
    """Account that searches the directory. Default: an anonymous bind."""
    bind_password: str = Field("", repr=False)
    """Password of that account."""
    base: Annotated[str, require(bool, "is needed with LDAP_URL, such as ou=agents,dc=ville,dc=example.")] = ""
    """Subtree in which people are searched, such as `ou=agents,dc=ville,dc=example`. Required with `LDAP_URL`."""
    filter: str = "(&(objectClass=person)(mail={login}))"
    """Filter that finds a person; `{login}` is the name they typed. Active Directory: `(userPrincipalName={login})`."""

    @field_validator("filter")
    @classmethod
    def check_filter(cls, text: str) -> str:
        if "{login}" not in text or not text.startswith("("):
            raise ValueError("must be a filter in parentheses that holds {login}, such as (mail={login}).")
        return text


class Settings(BaseSettings, Group, alias_generator=str.upper, extra="ignore"):
    """Hold the settings, checked and typed; a check finds those declared above its own in `above`."""

    max_request_bytes: ClassVar[int] = 512 * KIB
    max_frame_bytes: ClassVar[int] = 200 * KIB

    serving: bool = False  # true where a server starts, which needs more than a command; no variable
    data_dir: Annotated[Path, AfterValidator(lambda path: ROOT / path.expanduser())] = Path("var")
    """Folder of the database, backups and the demo's own key."""
    demo: Flag = False
    """`1`: create and serve the demo town « Ville de Val-Rive ». `make run` sets it."""
    demo_password: str = Field("flash-news-demo", repr=False)
    """Password of the demo accounts, when the demo town is created."""
    secret_key: str = Field("", repr=False)
    """Signs sessions and forms. At least 32 characters. Required outside demo mode."""
    database_url: str = Field("", repr=False)
    """`sqlite:///…` or `postgresql+psycopg://…`. Default: `flash-news.sqlite3` in `DATA_DIR`."""
    redis_url: Annotated[str | None, starts_with("redis://", "rediss://", "unix://")] = Field(None, repr=False)
    """`redis://…`: carries live messages, presence and rate limits between workers. Default: none, one worker."""
    host: str = "127.0.0.1"
    """Address to listen on."""
    port: Port = 5000
    """Port to listen on."""
    public_url: str | None = None
    """The address people type, such as `https://flash.ville.example`. Turns on secure cookies when it is https, and is
    the only origin of live connections. Required outside demo mode unless `HOST` is a loopback address."""
    proxy_hops: Annotated[int, whole_number(0, 5)] = 0
    """Number of reverse proxies in front (1 behind nginx). Only their `X-Forwarded-*` headers are trusted."""
    hsts_seconds: Annotated[int, whole_number(0, 10**9 - 1)] = 31536000
    """Seconds for which browsers refuse this site and its subdomains without HTTPS; `0` makes them forget it. Sent only
    where `PUBLIC_URL` is https; nginx sends it for the files it serves itself."""
    town_name: str | None = None
    """The town's name in the top bar. Default: the demo town's, else « Flash News »."""
    timezone: ZoneInfo = ZoneInfo("Europe/Paris")
    """Time zone in which dates and times are shown."""
    smtp: Smtp | None = None
    oidc: Oidc | None = None
    ldap: Ldap | None = None
    local_accounts: Flag = True
    """`0`: no sign-in with a password stored here; needs `OIDC_ISSUER` or `LDAP_URL`."""
    log_level: Annotated[str, AfterValidator(str.upper), one_of("DEBUG", "INFO", "WARNING", "ERROR")] = "INFO"
    """`DEBUG` (each request, too), `INFO`, `WARNING` or `ERROR`. Libraries log from `WARNING` up."""
    log_format: Annotated[str, one_of("text", "json")] = "text"
    """`json`: each line of the log is a JSON object."""
    metrics_from: tuple[IPv4Network | IPv6Network, ...] = ()
    """Networks that may read `/metrics`, such as `127.0.0.1 10.1.0.0/16`, never through a proxy. Default: no page."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, *, serving: bool = False) -> Settings:
        """Read and check the settings, with `serving` those of a server, or raise SettingsError."""
        values = values_of(os.environ if environment is None else environment)
        try:
            return cls(_build_sources=((InitSettingsSource(cls, values | {"SERVING": serving}),), {}))
        except ValidationError as error:
            problems = [(problem["loc"][-1], str(problem["ctx"]["error"])) for problem in error.errors()]
        raise SettingsError("\n".join(text if text[0].isupper() else f"{name} {text}" for name, text in problems))

    @property
    def https(self) -> bool:
        return bool(self.public_url and self.public_url.startswith("https://"))

    @property
    def redis_prefix(self) -> str:
        """Return the prefix of every name in Redis: one for all workers of a town."""
        return f"flash-news:{hashlib.sha256(self.secret_key.encode()).hexdigest()[:12]}"

    @field_validator("secret_key")
    @classmethod
    def complete_secret_key(cls, key: str, above: ValidationInfo) -> str:
        if not key and above.data.get("demo"):
            return demo_key(above.data["data_dir"])
        if not key and above.data["serving"]:
            advice = f"Make one with:  {MAKE_KEY}  and set it in the service's environment."
            raise ValueError(f"is missing: sessions could not be signed. {advice}")
        if key and len(key) < 32:
            raise ValueError(f"is too short: at least 32 characters, such as {MAKE_KEY} prints.")
        return key or secrets.token_hex(32)

    @field_validator("database_url")
    @classmethod
    def complete_database_url(cls, url: str, above: ValidationInfo) -> str:
        url = url or f"sqlite:///{above.data['data_dir'] / 'flash-news.sqlite3'}"
        if url.startswith(("postgres://", "postgresql://")):
            url = "postgresql+psycopg://" + url.split("://", 1)[1]
        if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("must start with sqlite:/// or postgresql://")
        try:
            make_url(url)
        except (ArgumentError, ValueError):
            example = "sqlite:////path/file or postgresql://user:password@host:port/name"
            raise ValueError(f"is malformed: expected {example}") from None
        return url

    @field_validator("public_url")
    @classmethod
    def check_public_url(cls, url: str | None, above: ValidationInfo) -> str | None:
        url = (url or "").rstrip("/")
        unreached = above.data.get("demo") or above.data.get("host") in ("127.0.0.1", "localhost", "::1")
        if not url and above.data["serving"] and not unreached:
            example = "the address people type (https://flash.ville.example)"
            raise ValueError(f"is missing: set {example}, or listen on a loopback HOST.")
        try:
            parts = urlsplit(url)
            refused = parts.path or parts.query or parts.fragment or parts.port == 0
        except ValueError:
            refused = True
        if url and (refused or parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("must look like https://flash.ville.example, without a path.")
        return url or None

    @field_validator("timezone", mode="before")
    @classmethod
    def parse_timezone(cls, zone: object) -> ZoneInfo:
        try:
            return ZoneInfo(str(zone))
        except (KeyError, ValueError, OSError):
            raise ValueError(f"{str(zone)!r} is not a known zone, such as Europe/Paris.") from None

    @field_validator("local_accounts")
    @classmethod
    def check_local_accounts(cls, local: bool, above: ValidationInfo) -> bool:
        if not local and above.data.get("oidc", True) is None and above.data.get("ldap", True) is None:
            raise ValueError("LOCAL_ACCOUNTS=0 would leave no way to sign in: set OIDC_ISSUER or LDAP_URL.")
        return local

    @field_validator("metrics_from", mode="before")
    @classmethod
    def parse_networks(cls, networks: Any) -> tuple[IPv4Network | IPv6Network, ...]:
        try:
            return tuple(ip_network(network) for network in (networks or "").replace(",", " ").split())
        except ValueError:
            raise ValueError("must be addresses or networks such as 127.0.0.1 10.1.0.0/16.") from None


def values_of(environment: Mapping[str, str]) -> dict[str, Any]:
    """Give blank variables their default, and leave out each group whose first setting is missing."""
    values = {name: environment.get(name, "").strip() or field.default for name, field in declared().items()}
    return values | {group: values if values[first] else None for group, first in FIRST_OF_GROUP.items()}


def declared() -> dict[str, FieldInfo]:
    """Return the declaration of each setting, its row in docs/settings.md, by variable."""
    fields = [field for group in (Settings, Smtp, Oidc, Ldap) for field in group.model_fields.values()]
    return {str(field.alias): field for field in fields if field.description}


def demo_key(data_dir: Path) -> str:
    """Return the demo's own key, made once so that a restart signs nobody out."""
    path = data_dir / "demo-secret-key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), encoding="ascii")
    return path.read_text(encoding="ascii").strip()

"""Check that wrong settings stop the start with sentences an administrator can act on, all of them at once."""

from __future__ import annotations

import os
import subprocess
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from config import ROOT, Settings, SettingsError

KEY = "k" * 40
NOTHING: Mapping[str, str] = MappingProxyType({})
WRONG = [
    ("SECRET_KEY", "short"),
    ("DATABASE_URL", "mysql://localhost/town"),
    ("DATABASE_URL", "postgresql://localhost:port/town"),
    ("REDIS_URL", "localhost:6379"),
    ("PORT", "http"),
    ("PORT", "0"),
    ("PORT", "65536"),
    ("PORT", "²"),
    ("PORT", "9" * 5000),
    ("DEMO", "perhaps"),
    ("PUBLIC_URL", "flash.ville.example"),
    ("PUBLIC_URL", "ftp://flash.ville.example"),
    ("PUBLIC_URL", "https://flash.ville.example/flash"),
    ("PUBLIC_URL", "https://flash.ville.example:port"),
    ("PUBLIC_URL", "https://[flash"),
    ("PROXY_HOPS", "-1"),
    ("PROXY_HOPS", "nginx"),
    ("TIMEZONE", "Europe/Lutèce"),
    ("TIMEZONE", "Europe"),
    ("TIMEZONE", "../../etc/passwd"),
    ("LOG_LEVEL", "LOUD"),
    ("LOG_FORMAT", "xml"),
    ("METRICS_FROM", "10.1.0.1/16"),
    ("HSTS_SECONDS", "1e6"),
    ("LOCAL_ACCOUNTS", "0"),
    ("LOCAL_ACCOUNTS", "on"),
]
SMTP = {"SMTP_HOST": "mail.ville.example", "MAIL_FROM": "flash@ville.example"}
OIDC = {"OIDC_ISSUER": "https://id.ville.example/", "OIDC_CLIENT_ID": "flash", "OIDC_CLIENT_SECRET": "provider-secret"}
LDAP = {"LDAP_URL": "ldaps://annuaire.ville.example", "LDAP_BASE": "dc=ville,dc=example"}
WRONG_IN_GROUP = [
    (SMTP, "SMTP_PORT", "0"),
    (SMTP, "SMTP_SECURITY", "ssl"),
    (SMTP, "MAIL_FROM", "Flash News"),
    (SMTP, "MAIL_FROM", ""),
    (OIDC, "OIDC_ISSUER", "http://id.ville.example"),
    (OIDC, "OIDC_CLIENT_ID", ""),
    (OIDC, "OIDC_CLIENT_SECRET", ""),
    (OIDC, "OIDC_SCOPES", "email"),
    (LDAP, "LDAP_URL", "annuaire.ville.example"),
    (LDAP, "LDAP_START_TLS", "maybe"),
    (LDAP, "LDAP_BASE", ""),
    (LDAP, "LDAP_FILTER", "mail={login}"),
    (LDAP, "LDAP_FILTER", "(mail=somebody)"),
]


@pytest.mark.parametrize(("name", "value"), WRONG, ids=lambda text: text[:40])
def test_a_wrong_value_is_named(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=name):
        read(tmp_path, {name: value}, serving=True)


@pytest.mark.parametrize(("group", "name", "value"), WRONG_IN_GROUP)
def test_a_wrong_value_of_a_group_is_named(group: dict[str, str], name: str, value: str, tmp_path: Path) -> None:
    read(tmp_path, group)
    with pytest.raises(SettingsError, match=rf"\b{name}\b"):
        read(tmp_path, {**group, name: value})


def test_a_group_without_its_first_setting_is_neither_used_nor_checked(tmp_path: Path) -> None:
    settings = read(tmp_path, SMTP_PORT="http", OIDC_SCOPES="email", LDAP_FILTER="mail", SMTP="{}", LDAP="none")
    assert (settings.smtp, settings.oidc, settings.ldap) == (None, None, None)


def test_groups_take_their_own_variables(tmp_path: Path) -> None:
    others = {"SMTP_PORT": "465", "LDAP_START_TLS": "no", "LOCAL_ACCOUNTS": "0", "host": "::"}
    settings = read(tmp_path, {**SMTP, **OIDC, **LDAP, **others})
    assert settings.smtp
    assert (settings.smtp.host, settings.smtp.port, settings.smtp.sender) == (
        "mail.ville.example",
        465,
        "flash@ville.example",
    )
    assert settings.oidc
    assert (settings.oidc.issuer, settings.oidc.scopes) == ("https://id.ville.example", "openid email profile")
    assert settings.ldap
    assert (settings.ldap.base, settings.ldap.start_tls) == ("dc=ville,dc=example", False)
    assert (settings.host, settings.local_accounts) == ("127.0.0.1", False)


def test_secrets_are_neither_shown_nor_told(tmp_path: Path) -> None:
    secret = "sesame" * 6
    hidden = {
        "SECRET_KEY": secret,
        "DEMO_PASSWORD": secret,
        "DATABASE_URL": f"postgresql://flash:{secret}@localhost/flash",
        "REDIS_URL": f"redis://:{secret}@localhost",
        "SMTP_PASSWORD": secret,
        "OIDC_CLIENT_SECRET": secret,
        "LDAP_BIND_PASSWORD": secret,
    }
    given = {**SMTP, **OIDC, **LDAP, **hidden}
    assert "sesame" not in f"{read(tmp_path, given)!r} {read(tmp_path, given)}"
    wrong = {
        "SECRET_KEY": "sesame",
        "DATABASE_URL": f"postgresql://sesame:{secret}",
        "REDIS_URL": secret,
        "OIDC_CLIENT_ID": "",
    }
    with pytest.raises(SettingsError) as refused:
        read(tmp_path, {**given, **wrong})
    assert len(str(refused.value).splitlines()) == len(wrong)
    assert "sesame" not in "".join(traceback.format_exception(refused.value))


def test_several_wrong_values_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        read(tmp_path, PORT="http", TIMEZONE="Mars", LOG_LEVEL="LOUD")
    assert [line.split()[0] for line in str(refused.value).splitlines()] == ["PORT", "TIMEZONE", "LOG_LEVEL"]


def test_a_server_needs_a_lasting_key(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"SECRET_KEY is missing[\s\S]*token_hex"):
        read(tmp_path, serving=True, SECRET_KEY="")


def test_a_command_does_without_a_lasting_key(tmp_path: Path) -> None:
    first, second = (read(tmp_path, SECRET_KEY="").secret_key for _command in range(2))
    assert len(first) >= 32
    assert first != second


def test_the_demo_makes_its_own_key_and_keeps_it(tmp_path: Path) -> None:
    first, second = (read(tmp_path, serving=True, SECRET_KEY="", DEMO="1").secret_key for _start in range(2))
    assert first == second
    assert (tmp_path / "demo-secret-key").stat().st_mode & 0o077 == 0


def test_a_server_that_others_can_reach_needs_its_public_address(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="PUBLIC_URL is missing"):
        read(tmp_path, serving=True, HOST="0.0.0.0")
    assert read(tmp_path, serving=True, HOST="127.0.0.1").public_url is None
    assert read(tmp_path, serving=True, HOST="0.0.0.0", PUBLIC_URL="https://flash.ville.example/").https


def test_a_missing_or_blank_variable_takes_its_default(tmp_path: Path) -> None:
    settings = read(tmp_path, PORT="", TIMEZONE=" ", REDIS_URL="")
    assert (settings.host, settings.port, settings.timezone.key, settings.redis_url) == (
        "127.0.0.1",
        5000,
        "Europe/Paris",
        None,
    )
    assert settings.database_url == f"sqlite:///{tmp_path / 'flash-news.sqlite3'}"
    assert not settings.demo


def test_a_folder_without_root_is_one_of_the_project() -> None:
    assert Settings.from_environment({"DATA_DIR": "elsewhere"}).data_dir == ROOT / "elsewhere"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_usual_spellings_of_postgresql_are_understood(tmp_path: Path, scheme: str) -> None:
    settings = read(tmp_path, DATABASE_URL=f"{scheme}://flash@localhost/flash")
    assert settings.database_url == "postgresql+psycopg://flash@localhost/flash"


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": KEY, "PORT": "http"}, "PORT must be a whole number"),
        ({"SECRET_KEY": KEY, "HOST": "203.0.113.1"}, "PUBLIC_URL is missing"),
        ({"SECRET_KEY": KEY, "DATA_DIR": "/dev/null/town"}, "/dev/null/town"),
        ({"SECRET_KEY": KEY, "DATABASE_URL": "postgresql://127.0.0.1:1/town"}, "database"),
        ({"SECRET_KEY": KEY, "DATABASE_URL": "sqlite:////proc/flash-news.sqlite3"}, "database"),
    ],
    ids=str,
)
def test_the_server_refuses_to_start_and_says_why(environment: dict[str, str], said: str, tmp_path: Path) -> None:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    started = subprocess.run(
        [sys.executable, "run.py"],
        cwd=ROOT,
        env={**inherited, "DATA_DIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert started.returncode == 1
    assert "Flash News cannot start" in started.stderr
    assert said in started.stderr
    assert "Traceback" not in started.stderr


def read(data_dir: Path, given: Mapping[str, str] = NOTHING, *, serving: bool = False, **environment: str) -> Settings:
    usual = {"SECRET_KEY": KEY, "DATA_DIR": str(data_dir)}
    return Settings.from_environment({**usual, **given, **environment}, serving=serving)

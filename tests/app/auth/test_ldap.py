"""Sign-in with an LDAP password, against a real slapd run by the tests."""

from __future__ import annotations

import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from uuid import UUID

import pytest
from flask import Flask

from app.accounts import service as account_service
from app.accounts.models import Account, Identity, SignIn
from app.audit.models import AuditEntry
from app.auth import ldap_backend
from app.auth.external_identities import DirectoryUnavailable
from boards.database import db, read_session
from config import ROOT, Settings
from tests.server import free_port
from tests.slapd import AGENTS, BASE, PROGRAM, SUFFIX, Slapd
from tests.town import PASSWORD, Town
from tests.visitor import Visitor

UID, EMAIL = "sbernard", "ccas@ville.example"
THEIRS = AGENTS[UID][2]


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    if PROGRAM is None:
        pytest.skip("slapd is not installed")
    running = Slapd(tmp_path_factory.mktemp("slapd")).start()
    yield running
    running.stop()


@pytest.fixture
def environment(slapd: Slapd) -> dict[str, str]:
    return slapd.environment


def prove(environment: dict[str, str], login: str, password: str) -> ldap_backend.DirectoryEntry | None:
    settings = Settings.from_environment(environment).ldap
    assert settings is not None
    return ldap_backend.authenticate(settings, login, password)


def log() -> list[AuditEntry]:
    db.session.rollback()
    return read_session().query(AuditEntry).order_by(AuditEntry.id).all()


@pytest.mark.parametrize("login", [EMAIL, UID, f"  {EMAIL.upper()} "])
def test_the_right_password_leads_to_the_board(town: Town, visitor: Visitor, login: str) -> None:
    response = visitor.sign_in(login, THEIRS)
    assert (response.status_code, response.location) == (303, "/")
    assert visitor.get("/boards/accueil").status_code == 200


def test_the_first_time_the_account_with_the_same_address_is_linked(app: Flask, town: Town, visitor: Visitor) -> None:
    visitor.sign_in(UID, THEIRS)
    Visitor(app).sign_in(UID, THEIRS)
    identity = read_session().query(Identity).one()
    assert (identity.issuer, identity.account.email) == (f"ldap:{BASE}", EMAIL)
    assert UUID(identity.subject)
    linked, *signed_in = log()
    assert (linked.action, linked.subject) == ("identity_linked", EMAIL)
    assert [(entry.action, entry.actor_id, entry.facts) for entry in signed_in] == [
        ("signed_in", town.agent, {"by": "ldap"})
    ] * 2


def test_remember_me_and_next_work_as_ever(town: Town, visitor: Visitor) -> None:
    response = visitor.sign_in(UID, THEIRS, remember="1", next="/cards/7")
    assert response.location == "/cards/7"
    visitor.client.delete_cookie("flash_news")
    assert visitor.get("/boards/accueil").status_code == 200


def test_a_local_password_still_works_beside_the_directory(town: Town, visitor: Visitor) -> None:
    assert visitor.sign_in(EMAIL, PASSWORD).status_code == 303
    assert log()[-1].facts == {"by": "password"}
    assert read_session().query(Identity).count() == 0


def test_a_name_and_a_password_beyond_ascii(town: Town, visitor: Visitor) -> None:
    assert visitor.sign_in("helene.œuvrard", AGENTS["helene.œuvrard"][2]).status_code == 303
    assert read_session().query(SignIn).one().account.email == "elu@ville.example"


@pytest.mark.parametrize(
    ("login", "password"),
    [
        (UID, "not the password"),
        (UID, THEIRS + "\0"),
        (UID, "x" * 5000),
        ("nobody", THEIRS),
        ("*", THEIRS),
        ("*)(uid=*", THEIRS),
        (f"{UID})(objectClass=*", THEIRS),
        (f"{UID}\0", THEIRS),
        ("sbern*", THEIRS),
        ("\\2a", THEIRS),
        ("s" * 10_000, THEIRS),
        ("jumeaux@ville.example", "the same password"),
        (f"uid={UID},{BASE}", THEIRS),
    ],
)
def test_everything_else_is_refused_like_a_wrong_password(
    town: Town, visitor: Visitor, login: str, password: str
) -> None:
    response = visitor.sign_in(login, password)
    assert response.status_code == 401
    assert "Adresse ou mot de passe incorrect." in response.text
    assert read_session().query(SignIn).count() == read_session().query(Identity).count() == 0
    assert log()[-1].action == "sign_in_refused"


@pytest.mark.parametrize("login", ["*", "*)(uid=*", f"{UID})(|(uid=*", "sbern*", f"{UID}\0", "\\73bernard"])
def test_what_is_typed_is_never_a_filter(environment: dict[str, str], login: str) -> None:
    narrow = {**environment, "LDAP_FILTER": f"(&(uid={UID})(|(uid={{login}})(sn={{login}})))"}
    assert prove(narrow, UID, THEIRS)
    assert prove(narrow, login, THEIRS) is None


@pytest.mark.parametrize(
    ("login", "password"),
    [(UID, ""), ("", THEIRS), (UID, "\0"), (UID, "x" * 1001), ("x" * 255, THEIRS), ("a\nb", THEIRS)],
)
def test_some_input_does_not_even_reach_the_directory(environment: dict[str, str], login: str, password: str) -> None:
    away = {**environment, "LDAP_URL": f"ldap://127.0.0.1:{free_port()}"}
    with pytest.raises(DirectoryUnavailable):
        prove(away, UID, THEIRS)
    assert prove(away, login, password) is None


def test_an_empty_password_is_missing(town: Town, visitor: Visitor) -> None:
    assert visitor.sign_in(UID, "").status_code == 422


def test_somebody_without_an_account_is_told_whom_to_ask(town: Town, visitor: Visitor) -> None:
    response = visitor.sign_in("stagiaire", "not invited yet")
    assert response.status_code == 403
    assert "demandez à un animateur de vous inviter" in response.text
    assert 'value="stagiaire"' in response.text
    assert (log()[-1].action, log()[-1].facts) == ("sign_in_refused", {"by": "ldap", "reason": "account_unknown"})
    assert read_session().query(Account).count() == 4


def test_somebody_without_an_address_is_not_linked_to_anybody(town: Town, visitor: Visitor) -> None:
    assert visitor.sign_in("sansmail", "no address at all").status_code == 403
    assert read_session().query(Identity).count() == 0


def test_a_disabled_account_is_refused(town: Town, visitor: Visitor) -> None:
    account_service.disable_by_email(EMAIL)
    response = visitor.sign_in(UID, THEIRS)
    assert response.status_code == 403
    assert "Votre compte n’est plus actif." in response.text
    assert read_session().query(SignIn).count() == read_session().query(Identity).count() == 0


def test_password_guessing_is_throttled(town: Town, visitor: Visitor) -> None:
    statuses = [visitor.sign_in(UID, f"guess {number}").status_code for number in range(12)]
    assert (statuses[0], statuses[-1]) == (401, 429)


def test_an_anonymous_search_where_the_directory_allows_one(environment: dict[str, str]) -> None:
    anonymous = {**environment, "LDAP_BIND_DN": "", "LDAP_BIND_PASSWORD": "", "LDAP_BASE": f"ou=public,{SUFFIX}"}
    found = prove(anonymous, "public", "seen by anybody")
    assert found is not None
    assert found.emails == ("mediatheque@ville.example",)
    assert prove(anonymous, "public", "guess") is None


def test_a_passwords_way_is_encrypted(
    slapd: Slapd, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(slapd.certificate))
    for url in (f"ldap://localhost:{slapd.port}", f"ldaps://localhost:{slapd.tls_port}"):
        assert prove({**environment, "LDAP_URL": url, "LDAP_START_TLS": "1"}, UID, THEIRS)


@pytest.mark.parametrize(("host", "trusted"), [("localhost", False), ("127.0.0.1", True)])
def test_a_certificate_must_be_trusted_and_name_the_host(
    slapd: Slapd, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, host: str, trusted: bool
) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(slapd.certificate))
    for url in (f"ldap://{host}:{slapd.port}", f"ldaps://{host}:{slapd.tls_port}"):
        with pytest.raises(DirectoryUnavailable, match=r"(?i)certificate"):
            prove({**environment, "LDAP_URL": url, "LDAP_START_TLS": "1"}, UID, THEIRS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"LDAP_BIND_PASSWORD": "not the password"},
        {"LDAP_BIND_PASSWORD": ""},
        {"LDAP_BASE": "ou=nowhere,dc=ville,dc=example"},
        {"LDAP_FILTER": "(uid={login}"},
    ],
)
def test_wrong_settings_are_said_to_be_the_directorys_not_the_persons(
    environment: dict[str, str], wrong: dict[str, str]
) -> None:
    with pytest.raises(DirectoryUnavailable):
        prove({**environment, **wrong}, UID, THEIRS)


def test_a_directory_that_never_answers_is_given_up(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ldap_backend, "LDAP_TIMEOUT_SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(DirectoryUnavailable):
        prove({**environment, "LDAP_URL": f"ldap://127.0.0.1:{silent.getsockname()[1]}"}, UID, THEIRS)


def test_waiting_for_the_directory_holds_nobody_up(environment: dict[str, str]) -> None:
    """With gevent patching, as in run.py, other greenlets run while the directory is silent."""
    program = textwrap.dedent("""
        from gevent import monkey
        monkey.patch_all()
        import gevent, socket
        from app.auth import ldap_backend as ldap
        from config import Settings
        ldap.PATIENCE_SECONDS = 1
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"ldap://127.0.0.1:{silent.getsockname()[1]}"
            environment = {"LDAP_URL": url, "LDAP_START_TLS": "0", "LDAP_BASE": "dc=x"}
            settings = Settings.from_environment(environment).ldap
            asking = gevent.spawn(ldap.authenticate, settings, "somebody", "a password")
            turns = 0
            while not asking.ready():
                gevent.sleep(0.01)
                turns += 1
        assert type(asking.exception) is ldap.DirectoryUnavailable, asking.exception
        print(turns)
    """)
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) > 10


class TestWithAnActiveDirectory:
    def test_its_lasting_name_for_somebody_is_the_object_guid(self) -> None:
        guid = UUID("01234567-89ab-cdef-0123-456789abcdef")
        found = ldap_backend.entry(BASE, "CN=Sonia,DC=ville", {"objectGUID": [guid.bytes_le], "mail": [EMAIL.encode()]})
        assert (found.subject, found.emails) == (str(guid), (EMAIL,))

    def test_without_any_the_name_of_the_entry_has_to_do(self) -> None:
        assert ldap_backend.entry(BASE, "CN=Sonia,DC=ville", {}) == ldap_backend.DirectoryEntry(
            f"ldap:{BASE}", "cn=sonia,dc=ville", ()
        )


class TestWithTheDirectoryAway:
    @pytest.fixture
    def environment(self, slapd: Slapd) -> dict[str, str]:
        return {**slapd.environment, "LDAP_URL": f"ldap://127.0.0.1:{free_port()}"}

    def test_it_is_said_and_what_was_typed_is_kept(self, town: Town, visitor: Visitor) -> None:
        response = visitor.sign_in(UID, THEIRS)
        assert response.status_code == 503
        assert "L’annuaire de la ville ne répond pas." in response.text
        assert f'value="{UID}"' in response.text

    def test_local_passwords_still_work(self, town: Town, visitor: Visitor) -> None:
        assert visitor.sign_in(EMAIL, PASSWORD).status_code == 303


class TestWithoutLocalAccounts:
    @pytest.fixture
    def environment(self, slapd: Slapd) -> dict[str, str]:
        return {**slapd.environment, "LOCAL_ACCOUNTS": "0"}

    def test_only_the_directorys_password_opens(self, town: Town, visitor: Visitor) -> None:
        assert visitor.sign_in(EMAIL, PASSWORD).status_code == 401
        assert visitor.sign_in(EMAIL, THEIRS).status_code == 303

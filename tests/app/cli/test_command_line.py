from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask

from app.accounts.models import Account, ApiToken, SignIn
from app.audit.models import AuditEntry
from boards.database import db, read_session
from boards.models import Board
from tests.town import Town
from tests.visitor import Visitor

Run = Callable[..., Result]
PASSWORD = "a long enough password"


@pytest.fixture
def run(app: Flask, town: Town) -> Run:
    def invoke(*arguments: str) -> Result:
        db.session.rollback()
        return app.test_cli_runner().invoke(args=list(arguments))

    return invoke


def test_a_person_is_added_and_signs_in(run: Run, visitor: Visitor) -> None:
    result = run(
        "people", "add", " Nadia@Ville.example ", "--name", "Nadia Amrani", "--service", "ccas", "--password", PASSWORD
    )
    assert (result.exit_code, result.stdout) == (0, "nadia@ville.example : compte créé (agent).\n")
    assert visitor.sign_in("nadia@ville.example", PASSWORD).status_code == 303
    assert "nadia@ville.example\tagent\tactif\tNadia Amrani\tccas" in run("people", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sans-arobase", "--name", "X", "--password", PASSWORD], "n’est pas une adresse"),
        (["a@b.example", "--name", " ", "--password", PASSWORD], "Indiquez un nom"),
        (["a@b.example", "--name", "X", "--password", "court"], "au moins 12 caractères"),
        (
            ["a@b.example", "--name", "X", "--service", "nulle-part", "--password", PASSWORD],
            "Le service « nulle-part » n’existe pas",
        ),
        (["ccas@ville.example", "--name", "X", "--password", PASSWORD], "Un compte existe déjà"),
    ],
)
def test_wrong_people_are_refused_in_a_sentence(run: Run, arguments: list[str], said: str) -> None:
    before = read_session().query(Account).count()
    result = run("people", "add", *arguments)
    assert result.exit_code == 1
    assert said in result.stderr.replace("\u202f", " ")
    assert read_session().query(Account).count() == before


def test_disabling_signs_out_and_enabling_lets_in_again(run: Run, visitor: Visitor) -> None:
    visitor.sign_in("ccas@ville.example")
    assert run("people", "disable", "ccas@ville.example").exit_code == 0
    db.session.rollback()
    assert read_session().query(SignIn).count() == 0
    assert "désactivé" in run("people", "list").stdout
    assert visitor.get("/boards/accueil").status_code == 303
    assert run("people", "enable", "CCAS@ville.example").exit_code == 0
    assert visitor.sign_in("ccas@ville.example").status_code == 303


def test_a_new_password_replaces_the_old(run: Run, visitor: Visitor) -> None:
    assert run("people", "set-password", "ccas@ville.example", "--password", PASSWORD).exit_code == 0
    assert visitor.sign_in("ccas@ville.example").status_code == 401
    assert visitor.sign_in("ccas@ville.example", PASSWORD).status_code == 303


@pytest.mark.parametrize("command", [["disable"], ["enable"], ["token"], ["set-password", "--password", PASSWORD]])
def test_an_unknown_address_is_said(run: Run, command: list[str]) -> None:
    result = run("people", command[0], "personne@ville.example", *command[1:])
    assert (result.exit_code, result.stderr) == (1, "Aucun compte n’a cette adresse.\n")


def test_boards_are_created_and_listed(run: Run) -> None:
    assert run("board", "create", "travaux", "Travaux").exit_code == 0
    assert "travaux\t0\tTravaux" in run("board", "list").stdout
    assert run("board", "create", "travaux", "Encore").exit_code == 1
    assert "porte déjà ce nom" in run("board", "create", "autres-travaux", "TRAVAUX").stderr
    entry = read_session().query(AuditEntry).filter_by(action="board_added").one()
    assert (entry.subject, entry.actor is None) == ("Travaux", False)
    assert read_session().query(Board).filter_by(slug="travaux").count() == 1


@pytest.mark.parametrize("slug", ["", "Été 2026", "a/b", "..", "x" * 81, "12"])
def test_a_boards_address_is_plain(run: Run, slug: str) -> None:
    result = run("board", "create", slug, "Titre")
    assert result.exit_code == 1
    assert "lettres minuscules" in result.stderr


def services_of(email: str) -> list[str]:
    db.session.rollback()
    account = read_session().query(Account).filter_by(email=email).one()
    return [service.slug for service in account.person.services]


def test_inviting_prints_a_link_that_lets_in(run: Run, visitor: Visitor) -> None:
    invited = run("people", "invite", "zoe@ville.example", "--name", "Zoé Petit", "--service", "ccas")
    assert (invited.exit_code, invited.stderr) == (0, "")
    assert visitor.get(invited.stdout.strip().removeprefix("http://127.0.0.1:5000")).status_code == 200
    assert services_of("zoe@ville.example") == ["ccas"]
    again = run("people", "invite", "zoe@ville.example", "--name", "Zoé Petit")
    assert (again.exit_code, "existe déjà" in again.stderr) == (1, True)
    unknown = run("people", "invite", "a@ville.example", "--name", "A", "--service", "nulle-part")
    assert (unknown.exit_code, "n’existe pas" in unknown.stderr) == (1, True)


def test_role_and_services_are_changed(run: Run) -> None:
    assert run("people", "set-services", "ccas@ville.example", "mediatheque", "ccas", "mediatheque").exit_code == 0
    assert services_of("ccas@ville.example") == ["ccas", "mediatheque"]
    assert run("people", "set-services", "ccas@ville.example").exit_code == 0
    assert services_of("ccas@ville.example") == []
    assert run("people", "set-role", "ccas@ville.example", "reader").exit_code == 0
    assert "ccas@ville.example\treader" in run("people", "list").stdout


@pytest.mark.parametrize("command", [["set-role", "agent"], ["disable"], ["erase", "--yes"]])
def test_the_last_facilitator_stays_one(run: Run, command: list[str]) -> None:
    result = run("people", command[0], "dtan@ville.example", *command[1:])
    assert (result.exit_code, "dernier compte d’animateur" in result.stderr) == (1, True)
    assert "dtan@ville.example\tfacilitator\tactif" in run("people", "list").stdout


def test_erasing_asks_first_and_forgets_for_good(app: Flask, run: Run) -> None:
    declined = app.test_cli_runner().invoke(args=["people", "erase", "ccas@ville.example"], input="n\n")
    assert declined.exit_code == 1
    assert "ccas@ville.example" in run("people", "list").stdout
    assert run("people", "erase", "ccas@ville.example", "--yes").exit_code == 0
    assert "ccas@ville.example" not in run("people", "list").stdout


def test_services_are_added_renamed_archived_and_merged(run: Run) -> None:
    assert run("services", "add", "Enfance & écoles").stdout == "enfance-ecoles\n"
    assert "s’appelle déjà" in run("services", "add", "ccas").stderr
    assert run("services", "rename", "enfance-ecoles", "Éducation").exit_code == 0
    assert run("services", "archive", "enfance-ecoles").exit_code == 0
    assert run("services", "merge", "ccas", "mediatheque", "--yes").exit_code == 0
    assert run("services", "list").stdout.splitlines() == [
        "enfance-ecoles\tarchivé\t0\tÉducation",
        "mediatheque\tactif\t2\tMédiathèque",
    ]


def test_a_service_that_is_none_is_said(run: Run) -> None:
    assert run("services", "archive", "nulle-part").stderr == "Ce service n’existe pas.\n"
    assert "avec lui-même" in run("services", "merge", "ccas", "ccas", "--yes").stderr


def test_a_token_may_be_one_that_only_reads(run: Run) -> None:
    for scope in ("read", "write"):
        assert run("people", "token", "ccas@ville.example", "--name", scope, "--scope", scope).stdout.startswith("fn_")
    db.session.rollback()
    assert {token.name: token.scope for token in read_session().query(ApiToken)} == {"read": "read", "write": "write"}


def test_a_password_left_out_is_asked_for_in_french(app: Flask, run: Run) -> None:
    asked = app.test_cli_runner().invoke(
        args=["people", "set-password", "ccas@ville.example"], input=f"{PASSWORD}\n{PASSWORD}\n"
    )
    assert (asked.exit_code, "Mot de passe" in asked.stdout, "Password" in asked.stdout) == (0, True, False)

from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask

from app.accounts.models import Account, SignIn
from boards.database import db, reading
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
    result = run("people", "add", " Nadia@Ville.example ", "--name", "Nadia Amrani", "--service", "ccas", "--password", PASSWORD)
    assert (result.exit_code, result.stdout) == (0, "nadia@ville.example : compte créé (agent).\n")
    assert visitor.sign_in("nadia@ville.example", PASSWORD).status_code == 303
    assert "nadia@ville.example\tagent\tactif\tNadia Amrani\tccas" in run("people", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sans-arobase", "--name", "X", "--password", PASSWORD], "n’est pas une adresse"),
        (["a@b.example", "--name", " ", "--password", PASSWORD], "Indiquez un nom"),
        (["a@b.example", "--name", "X", "--password", "court"], "au moins 12 caractères"),
        (["a@b.example", "--name", "X", "--service", "nulle-part", "--password", PASSWORD], "Le service « nulle-part » n’existe pas"),
        (["ccas@ville.example", "--name", "X", "--password", PASSWORD], "Un compte existe déjà"),
    ],
)
def test_wrong_people_are_refused_in_a_sentence(run: Run, arguments: list[str], said: str) -> None:
    before = reading().query(Account).count()
    result = run("people", "add", *arguments)
    assert result.exit_code == 1
    assert said in result.stderr.replace("\u202f", " ")
    assert reading().query(Account).count() == before


def test_disabling_signs_out_and_enabling_lets_in_again(run: Run, visitor: Visitor) -> None:
    visitor.sign_in("ccas@ville.example")
    assert run("people", "disable", "ccas@ville.example").exit_code == 0
    db.session.rollback()
    assert reading().query(SignIn).count() == 0
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
    assert reading().query(Board).filter_by(slug="travaux").count() == 1


@pytest.mark.parametrize("slug", ["", "Été 2026", "a/b", "..", "x" * 81, "12"])
def test_a_boards_address_is_plain(run: Run, slug: str) -> None:
    result = run("board", "create", slug, "Titre")
    assert result.exit_code == 1
    assert "lettres minuscules" in result.stderr

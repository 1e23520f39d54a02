"""First start of a real town: a setup page opened once by a code, or a command; never mixed with the demo."""

from __future__ import annotations

import re
import shutil
import sqlite3
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app import create_app
from app.audit.models import AuditEntry
from app.demo import create_demo_town
from app.server.town_check import WrongTown, check_town
from app.setup.setup_code import new_setup_code
from app.town.models import Town
from boards.database import db, read_session
from boards.models import Board, Column, Person, Service
from config import Settings
from tests.server import Server
from tests.town import Town as SmallTown
from tests.visitor import Visitor

PASSWORD = "quatre mots sans aucun lien"


@pytest.fixture
def code(app: Flask) -> str:
    made = new_setup_code(app)
    assert made
    return made


def answers(code: str, **others: str) -> dict[str, str]:
    given = {
        "code": code,
        "town": "Ville de Sault",
        "name": "Anne Roy",
        "email": "Anne@Sault.example",
        "password": PASSWORD,
    }
    return {**given, "services": "CCAS\n\n Médiathèque \nccas\n", **others}


def people() -> list[Person]:
    db.session.rollback()
    return list(read_session().scalars(select(Person)))


@pytest.mark.parametrize(
    "address", ["/", "/sign-in", "/boards/accueil", "/people", "/nothing-here", "/api/boards/accueil"]
)
def test_everything_leads_to_the_set_up_page_while_nobody_is_here(code: str, visitor: Visitor, address: str) -> None:
    assert visitor.get(address).location == "/setup"
    assert visitor.get("/setup").status_code == 200
    assert visitor.get("/healthz").status_code == 200


def test_the_first_password_is_judged_while_typed_like_all_others(code: str, visitor: Visitor) -> None:
    page = visitor.get("/setup").text
    assert 'data-controller="password-strength password-reveal"' in page
    assert 'data-password-strength-least-value="16"' in page


def test_the_first_field_to_correct_has_the_focus(code: str, visitor: Visitor) -> None:
    visitor.get("/setup")
    focused = re.findall(
        r'<input[^>]* autofocus[^>]* id="(\w+)"', visitor.post("/setup", answers(code, town="", email="non")).text
    )
    assert focused[:2] == ["town", "email"]  # browsers take the first


def test_the_code_brings_the_town_its_facilitator_and_a_board(code: str, visitor: Visitor) -> None:
    visitor.get("/setup")
    answer = visitor.post("/setup", answers(code))
    assert (answer.status_code, answer.location) == (303, "/boards/accueil")
    board = visitor.get("/boards/accueil").text
    assert "Ville de Sault" in board
    columns = read_session().scalars(select(Column).order_by(Column.rank)).all()
    assert [(column.kind, column.title) for column in columns] == [
        ("guide", "Modalités de fonctionnement"),
        ("service", "CCAS"),
        ("service", "Médiathèque"),
        ("suggestions", "Suggestions"),
    ]
    assert [column.service_id is not None for column in columns] == [False, True, True, False]
    [first] = people()
    assert (first.name, first.role) == ("Anne Roy", "facilitator")
    assert read_session().scalars(select(AuditEntry.action).where(AuditEntry.action == "town_set_up")).all() == [
        "town_set_up"
    ]


def test_afterwards_the_page_is_gone_and_the_facilitator_signs_in(app: Flask, code: str, visitor: Visitor) -> None:
    visitor.get("/setup")
    visitor.post("/setup", answers(code))
    other = Visitor(app)
    assert other.get("/setup").status_code == 404
    other.get("/sign-in")
    assert other.post("/setup", answers(code, email="intrus@sault.example")).status_code == 404
    assert len(people()) == 1
    assert read_session().get_one(Town, 1).setup_hash is None
    assert other.sign_in("anne@sault.example", PASSWORD).status_code == 303


def test_a_town_with_people_never_shows_the_page(town: SmallTown, visitor: Visitor) -> None:
    assert visitor.get("/setup").status_code == 404
    assert new_setup_code(visitor.client.application) is None


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("code", "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", "Ce n’est pas le code"),
        ("code", "", "nécessaire"),
        ("town", " ", "vide"),
        ("name", "=x", "ne commence pas"),
        ("email", "anne", "n’est pas une adresse"),
        ("password", "court", "au moins 16"),
        ("password", "villedesault2026", "deviner"),
        ("services", "x" * 201, "trop long"),
        ("services", "\n".join(f"Service {number}" for number in range(61)), "Au plus 60"),
    ],
)
def test_wrong_answers_are_said_and_nothing_is_made(
    code: str, visitor: Visitor, field: str, text: str, said: str
) -> None:
    visitor.get("/setup")
    refused = visitor.post("/setup", {**answers(code), field: text})
    assert refused.status_code == 422
    assert said in refused.text
    assert f'id="{field}-problem"' in refused.text
    assert PASSWORD not in refused.text
    assert people() == []


def test_the_code_may_be_typed_in_small_letters_and_without_hyphens(code: str, visitor: Visitor) -> None:
    visitor.get("/setup")
    assert visitor.post("/setup", answers(code.lower().replace("-", " "))).status_code == 303


def test_guessing_codes_is_slowed_down(code: str, visitor: Visitor) -> None:
    visitor.get("/setup")
    statuses = [visitor.post("/setup", answers("wrong")).status_code for _ in range(12)]
    assert (statuses[0], statuses[-1]) == (422, 429)


def test_each_start_has_a_code_of_its_own(app: Flask, code: str, visitor: Visitor) -> None:
    newer = new_setup_code(app)
    visitor.get("/setup")
    assert visitor.post("/setup", answers(code)).status_code == 422
    assert newer
    assert visitor.post("/setup", answers(newer)).status_code == 303


def test_a_new_town_may_begin_with_the_template_that_ships(code: str, visitor: Visitor) -> None:
    page = visitor.get("/setup").text
    assert re.search(
        r'<input[^>]* checked[^>]* name="template"|<input[^>]* name="template"[^>]* checked', page
    )  # unless one says otherwise
    assert "13 colonnes prêtes à servir (État civil, CCAS, Médiathèque, Scolaire et périscolaire…)" in page
    assert visitor.post("/setup", answers(code, template="y", services="ccas\nCimetières")).status_code == 303
    columns = read_session().scalars(select(Column).order_by(Column.rank)).all()
    assert [column.title for column in columns[:3]] == ["Modalités de fonctionnement", "État civil", "CCAS"]
    assert [column.title for column in columns[-4:]] == ["Police municipale", "Cimetières", "Agenda", "Suggestions"]
    assert all(column.service_id for column in columns if column.kind == "service")
    assert read_session().query(Service).count() == 11
    assert "Chaque service publie lui-même, sans validation" in visitor.get("/boards/accueil").text
    assert visitor.get("/").location == "/boards/accueil"


def test_a_failed_setup_leaves_nothing_behind(
    app: Flask, code: str, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("boards.commands.import_columns._bring_cards", lambda *_anything: 1 / 0)
    visitor.get("/setup")
    assert visitor.post("/setup", answers(code, template="y")).status_code == 500
    assert (people(), read_session().query(Service).count(), read_session().query(Board).count()) == ([], 0, 0)
    monkeypatch.undo()
    assert visitor.post("/setup", answers(code, template="y")).status_code == 303


def test_the_command_line_sets_a_town_up_once(app: Flask, visitor: Visitor) -> None:
    command = ["init", "--town", "Ville de Sault", "--email", "anne@sault.example", "--name", "Anne Roy", "--password"]
    weak = app.test_cli_runner().invoke(args=[*command, "court"])
    assert (weak.exit_code, "au moins 16" in weak.stderr, people()) == (1, True, [])
    done = app.test_cli_runner().invoke(args=[*command, PASSWORD, "--service", "CCAS", "--no-template"])
    assert (done.exit_code, done.stderr) == (0, "")
    db.session.rollback()
    assert read_session().scalars(select(Service.slug)).all() == ["ccas"]
    assert visitor.sign_in("anne@sault.example", PASSWORD).status_code == 303
    again = app.test_cli_runner().invoke(args=[*command, PASSWORD])
    assert (again.exit_code, "déjà ses habitants" in again.stderr) == (1, True)


def test_the_command_line_begins_with_the_template_unless_told_otherwise(app: Flask, visitor: Visitor) -> None:
    command = [
        "init",
        "--town",
        "Ville de Sault",
        "--email",
        "anne@sault.example",
        "--name",
        "Anne Roy",
        "--password",
        PASSWORD,
    ]
    assert app.test_cli_runner().invoke(args=command).exit_code == 0
    db.session.rollback()
    assert read_session().query(Column).count() == 13
    assert read_session().query(Service).count() == 10


def test_the_setting_overrides_the_towns_own_name(town: SmallTown, visitor: Visitor) -> None:
    visitor.client.application.config["SETTINGS"] = Settings.from_environment({"TOWN_NAME": "Commune nouvelle"})
    visitor.sign_in("ccas@ville.example")
    assert "Commune nouvelle" in visitor.get("/boards/accueil").text


def make_app(folder: Path, template: Path, demo: str) -> Flask:
    folder.mkdir(exist_ok=True)
    if not (folder / "flash-news.sqlite3").exists():
        shutil.copy(template, folder / "flash-news.sqlite3")
    return create_app(Settings.from_environment({"DATA_DIR": str(folder), "DEMO": demo}))


def test_the_demo_is_not_served_as_a_real_town(tmp_path: Path, template: Path) -> None:
    create_demo_town(make_app(tmp_path / "demo", template, "1"))
    check_town(make_app(tmp_path / "demo", template, "1"))
    with pytest.raises(WrongTown, match=f"DATA_DIR={tmp_path}/demo"):
        check_town(make_app(tmp_path / "demo", template, "0"))


def test_a_real_town_is_not_opened_as_the_demo(app: Flask, town: SmallTown, database_url: str, tmp_path: Path) -> None:
    check_town(app)
    with pytest.raises(WrongTown, match="real town"):
        check_town(
            create_app(
                Settings.from_environment({"DATABASE_URL": database_url, "DATA_DIR": str(tmp_path), "DEMO": "1"})
            )
        )


def test_a_demo_made_before_towns_had_rows_is_known_by_its_facilitator(tmp_path: Path, template: Path) -> None:
    create_demo_town(make_app(tmp_path, template, "1"))
    with sqlite3.connect(tmp_path / "flash-news.sqlite3") as connection:
        connection.execute("DELETE FROM town")
    connection.close()
    with pytest.raises(WrongTown):
        check_town(make_app(tmp_path, template, "0"))
    check_town(make_app(tmp_path, template, "1"))
    with make_app(tmp_path, template, "1").app_context():
        assert read_session().get_one(Town, 1).demo


def test_the_server_prints_the_code_that_opens_the_page(tmp_path: Path) -> None:
    server = Server(tmp_path / "var", DEMO="0", SECRET_KEY="k" * 40).start()
    try:
        printed = server.log.read_text(encoding="utf-8")
    finally:
        server.stop()
    assert re.search(rf"{server.url}/setup with the code {{2}}[A-Z2-9]{{5}}(-[A-Z2-9]{{5}}){{4}}", printed)


def test_the_server_refuses_to_start_on_the_wrong_town(demo_data: Path, tmp_path: Path) -> None:
    shutil.copytree(demo_data, tmp_path / "var")
    with pytest.raises(RuntimeError, match="holds the demo town"):
        Server(tmp_path / "var", DEMO="0", SECRET_KEY="k" * 40).start()

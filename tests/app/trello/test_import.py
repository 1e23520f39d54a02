"""`flask board import-trello`: success, wrong person, wrong board, wrong file, and no partial import."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import create_app
from app.audit.models import AuditEntry
from boards.commands.import_columns import ImportColumns
from boards.database import read_session, write_transaction
from boards.models import Board, Card, Change, Column, Kind, Person
from config import Settings
from tests.app.trello import ACCUEIL, Run, accueil, importer, small_board, titles
from tests.town import Town

SLUG = "flash-news-accueil"


@pytest.fixture
def run(app: Flask, tmp_path: Path) -> Run:
    return importer(app, tmp_path)


def board(slug: str = SLUG) -> Board | None:
    return read_session().scalar(select(Board).where(Board.slug == slug))


def everything_stored() -> list[int]:
    return [read_session().query(model).count() for model in (Board, Column, Card, Change, Person)]


def test_an_export_becomes_a_board(run: Run, town: Town) -> None:
    result = run(ACCUEIL)
    assert result.exit_code == 0, result.output
    assert list(titles(SLUG)) == [
        "Modalités de fonctionnement",
        "CCAS",
        "Médiathèque",
        "Boîte à idées",
        "Anciennes infos",
        "Sans colonne",
    ]
    assert titles(SLUG)["CCAS"] == [
        "Permanence du vendredi",
        "Aide alimentaire : nouveaux horaires",
        "Distribution annulée",
        "Même position que la précédente",
    ]
    assert "Tableau «\u202fFlash News – Accueil\u202f» créé\u00a0: /boards/flash-news-accueil" in result.stdout
    assert "6 ajoutées" in result.stdout
    assert "14 ajoutées" in result.stdout


def test_one_change_of_the_facilitator_tells_of_it_all(run: Run, town: Town) -> None:
    run(ACCUEIL)
    (change,) = read_session().scalars(
        select(Change).join(Board, Board.id == Change.board_id).where(Board.slug == SLUG)
    )
    assert (change.type, change.actor_id, change.seq) == (ImportColumns.event_type, town.facilitator, 1)
    assert (len(change.record["columns"]), len(change.record["cards"])) == (6, 14)


def test_members_become_names_and_never_accounts(run: Run, town: Town) -> None:
    people = read_session().query(Person).count()
    run(ACCUEIL)
    assert read_session().query(Person).count() == people
    card = read_session().scalars(select(Card).where(Card.byline == "importé de Trello\u00a0: Claire Martin")).one()
    assert card.author is None


def test_a_service_column_belongs_to_the_service_of_its_name(run: Run, town: Town) -> None:
    run(ACCUEIL)
    columns = read_session().scalars(select(Column).join(Board, Board.id == Column.board_id).where(Board.slug == SLUG))
    assert {column.title for column in columns if column.service_id} == {"CCAS", "Médiathèque"}


def test_the_report_accounts_for_what_was_left_out(run: Run, town: Town) -> None:
    output = run(ACCUEIL).stdout
    assert "Cartes\u00a0: 14 = 1 sous une forme illisible (rien n’en est repris) + 13 infos" in output
    assert "3 autres, ignorées (journal d’activité)" in output
    assert "updateCard 1, addMemberToBoard 1, createBoard 1" in output
    assert "Étiquettes que ne porte aucune carte – Vacances" in output


def test_a_dry_run_prints_the_same_report_and_writes_nothing(run: Run, town: Town) -> None:
    before = everything_stored()
    rehearsal = run(ACCUEIL, "--dry-run")
    assert rehearsal.exit_code == 0
    assert everything_stored() == before
    on_file, _, on_board = rehearsal.stdout.partition("\nEssai à blanc")
    result = run(ACCUEIL).stdout
    assert result.startswith(on_file)
    assert result.endswith(on_board.partition("\n")[2])


def test_a_dry_run_needs_no_facilitator(run: Run, app: Flask) -> None:
    assert run(ACCUEIL, "--dry-run").exit_code == 0


def test_without_a_facilitator_nothing_is_imported(run: Run, app: Flask) -> None:
    result = run(ACCUEIL)
    assert result.exit_code == 1
    assert "Aucun animateur" in result.stderr
    assert board() is None


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("personne@ville.example", "Aucun compte"),
        ("ccas@ville.example", "seul un animateur"),
        ("elu@ville.example", "seul un animateur"),
    ],
)
def test_only_a_facilitator_may_import(run: Run, town: Town, email: str, sentence: str) -> None:
    result = run(ACCUEIL, "--as", email)
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert board() is None


def test_a_named_facilitator_imports(run: Run, town: Town) -> None:
    assert run(ACCUEIL, "--as", "DTAN@ville.example").exit_code == 0


def test_a_board_of_the_same_name_is_not_touched_unless_it_is_named(run: Run, town: Town) -> None:
    export = {**accueil(), "name": "Accueil"}
    result = run(export)
    assert result.exit_code == 1
    assert "--board accueil" in result.stderr
    assert "CCAS" not in titles("accueil")
    assert run(export, "--board", "accueil").exit_code == 0
    assert list(titles("accueil"))[:5] == [*(kind.value.capitalize() for kind in Kind), "Modalités de fonctionnement"]


def test_a_named_board_is_created_when_there_is_none(run: Run, town: Town) -> None:
    assert run(ACCUEIL, "--board", "essai-2031").exit_code == 0
    found = board("essai-2031")
    assert found is not None
    assert found.title == "Flash News – Accueil"


@pytest.mark.parametrize("slug", ["Éte", "a b", "../etc", "", "x" * 81, "-a"])
def test_an_address_that_no_board_can_have_is_refused(run: Run, town: Town, slug: str) -> None:
    result = run(ACCUEIL, "--board", slug)
    assert result.exit_code == 1
    assert "adresse d’un tableau" in result.stderr


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b"[]", b"{", ACCUEIL.read_bytes()[:5000]])
def test_an_unusable_file_is_one_sentence_and_status_1(run: Run, town: Town, tmp_path: Path, content: bytes) -> None:
    before = everything_stored()
    file = tmp_path / "mauvais.json"
    file.write_bytes(content)
    result = run(file)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Ce fichier")
    assert len(result.stderr.splitlines()) == 1
    assert everything_stored() == before


def test_a_failed_import_leaves_no_empty_board(run: Run, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any) -> None:
        raise RuntimeError("the disk is full")

    before = everything_stored()
    monkeypatch.setattr("boards.commands.import_columns._bring_cards", fail)
    assert isinstance(run(ACCUEIL).exception, RuntimeError)
    assert everything_stored() == before


def test_an_empty_board_left_by_a_power_failure_is_taken_over(run: Run, town: Town) -> None:
    with write_transaction() as session:
        session.add(Board(slug=SLUG, title="Flash News – Accueil"))
    assert run(ACCUEIL).exit_code == 0
    assert "CCAS" in titles(SLUG)


def test_an_unprepared_database_is_a_sentence(tmp_path: Path) -> None:
    unprepared = create_app(Settings.from_environment({"DATA_DIR": str(tmp_path)}))
    result = unprepared.test_cli_runner().invoke(args=["board", "import-trello", str(ACCUEIL)])
    assert result.exit_code == 1
    assert "La base de données n’est pas prête" in result.stderr


def test_a_text_of_several_infos_stands_together(run: Run, town: Town) -> None:
    run(small_board({"name": "Règlement", "desc": "mot " * 40_000}, {"name": "Après"}))
    assert titles("accueil-bis") == {"CCAS": ["Règlement", "Règlement (suite 2)", "Règlement (suite 3)", "Après"]}


def test_a_new_board_is_in_the_log_and_takes_nobodys_title(run: Run, town: Town) -> None:
    with write_transaction() as session:
        session.get_one(Board, town.other_board).title = "FLASH NEWS – accueil"
    refused = run(accueil())
    assert refused.exit_code == 1
    assert "porte déjà ce nom" in refused.stderr
    assert board() is None
    with write_transaction() as session:
        session.get_one(Board, town.other_board).title = "Autre"
    assert run(accueil()).exit_code == 0
    [entry] = read_session().query(AuditEntry).filter_by(action="board_added")
    made = board()
    assert made is not None
    assert (entry.subject, entry.actor_id) == (made.title, town.facilitator)

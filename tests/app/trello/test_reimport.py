"""Import a later export of the same board: updates without duplicates, keeping local changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from boards.database import db, read_session, write_transaction
from boards.models import Board, Card, Column
from tests.app.trello import ACCUEIL, Run, accueil, importer, small_board, titles
from tests.town import Town

SLUG = "accueil-bis"


@pytest.fixture
def run(app: Flask, tmp_path: Path) -> Run:
    return importer(app, tmp_path)


def two_lists(*cards: dict[str, Any]) -> dict[str, Any]:
    export = small_board(*cards)
    export["lists"].append({"id": "list-sport", "name": "Sports", "pos": 2})
    return export


def card(title: str) -> Card:
    db.session.rollback()
    return (
        read_session().scalars(select(Card).where(Card.title == title).execution_options(populate_existing=True)).one()
    )


def column(title: str) -> Column:
    db.session.rollback()
    on_board = select(Column).join(Board, Board.id == Column.board_id).where(Board.slug == SLUG, Column.title == title)
    return read_session().scalars(on_board.execution_options(populate_existing=True)).one()


def seq() -> int:
    return read_session().scalars(select(Board.seq).where(Board.slug == SLUG)).one()


def test_the_same_file_again_changes_nothing_at_all(run: Run, town: Town) -> None:
    run(ACCUEIL)
    before = titles("flash-news-accueil")
    result = run(ACCUEIL)
    assert result.exit_code == 0
    assert "Colonnes\u00a0: 0 ajoutée, 0 mise à jour, 6 inchangées, 0 laissée" in result.stdout
    assert "Infos\u00a0: 0 ajoutée, 0 mise à jour, 14 inchangées, 0 laissée" in result.stdout
    assert titles("flash-news-accueil") == before
    assert read_session().scalars(select(Board.seq).where(Board.slug == "flash-news-accueil")).one() == 1


def test_the_board_is_found_again_when_it_was_renamed_in_trello(run: Run, town: Town) -> None:
    run(small_board({}))
    assert "/boards/accueil-bis" in run({**small_board({}, {}), "name": "Un autre nom"}).stdout
    assert read_session().query(Board).filter_by(slug="un-autre-nom").count() == 0


def test_a_board_imported_twice_over_has_to_be_named(run: Run, town: Town) -> None:
    run(small_board({}), "--board", "un")
    with write_transaction() as session:
        session.query(Board).filter_by(slug="un").one().title = "Accueil d’avant"
    run(small_board({}), "--board", "deux")
    result = run(small_board({}))
    assert result.exit_code == 1
    assert "deux, un" in result.stderr


def test_changes_in_trello_are_applied(run: Run, town: Town) -> None:
    run(small_board({"name": "Piscine ouverte"}, {}))
    result = run(small_board({"name": "Piscine fermée", "desc": "Travaux", "due": "2031-01-31T12:00:00Z"}, {}))
    assert "0 ajoutée, 1 mise à jour, 1 inchangée, 0 laissée" in result.stdout
    found = card("Piscine fermée")
    assert (found.body_text.splitlines()[0], str(found.valid_until), found.version) == ("Travaux", "2031-01-31", 2)


def test_a_card_that_changed_its_list_in_trello_changes_its_column(run: Run, town: Town) -> None:
    run(two_lists({}, {}, {"idList": "list-sport"}))
    run(two_lists({"idList": "list-sport"}, {}, {"idList": "list-sport"}))
    assert titles(SLUG) == {"CCAS": ["Info 2"], "Sports": ["Info 1", "Info 3"]}
    assert card("Info 1").version == 1


def test_the_order_of_trello_is_not_taken_over_again(run: Run, town: Town) -> None:
    run(small_board({}, {}, {}))
    result = run(small_board({"pos": 30}, {"pos": 20}, {"pos": 10}))
    assert "celui d’ici est conservé" in result.stdout
    assert titles(SLUG) == {"CCAS": ["Info 1", "Info 2", "Info 3"]}


def test_a_new_card_stands_behind_the_one_it_follows(run: Run, town: Town) -> None:
    run(small_board({}, {}))
    run(small_board({}, {}, {"pos": 1.5}, {"pos": 0.5}, {}))
    assert titles(SLUG) == {"CCAS": ["Info 4", "Info 1", "Info 3", "Info 2", "Info 5"]}


def test_archived_in_trello_then_restored_there(run: Run, town: Town) -> None:
    run(small_board({}))
    run(small_board({"closed": True}))
    assert card("Info 1").archived_at is not None
    run(small_board({}))
    assert card("Info 1").archived_at is None


def test_a_list_renamed_and_closed_in_trello(run: Run, town: Town) -> None:
    run(small_board({}))
    export = small_board({})
    export["lists"][0].update(name="Action sociale", closed=True)
    assert "0 ajoutée, 1 mise à jour, 0 inchangée" in run(export).stdout
    assert column("Action sociale").archived_at is not None


def test_a_card_edited_here_stays_as_it_is(run: Run, town: Town) -> None:
    run(small_board({}, {}))
    board = column("CCAS").board_id
    town.perform(town.agent, board=board, type="edit_card", card=card("Info 1").id, version=1, title="Corrigée ici")
    result = run(small_board({"name": "Changée là-bas"}, {"name": "Changée aussi"}))
    assert "0 ajoutée, 1 mise à jour, 0 inchangée, 1 laissée" in result.stdout
    assert titles(SLUG) == {"CCAS": ["Corrigée ici", "Changée aussi"]}


def test_a_card_moved_or_archived_here_stays_so(run: Run, town: Town) -> None:
    run(two_lists({}, {}))
    board = column("CCAS").board_id
    town.perform(town.facilitator, board=board, type="move_card", card=card("Info 1").id, column=column("Sports").id)
    town.perform(town.facilitator, board=board, type="archive_card", card=card("Info 2").id)
    assert "Infos\u00a0: 0 ajoutée, 0 mise à jour, 0 inchangée, 2 laissées" in run(two_lists({}, {})).stdout
    assert titles(SLUG) == {"CCAS": ["Info 2"], "Sports": ["Info 1"]}
    assert card("Info 2").archived_at is not None


def test_a_card_put_elsewhere_in_its_column_here_still_follows_its_text(run: Run, town: Town) -> None:
    run(small_board({}, {}))
    town.perform(
        town.agent, board=column("CCAS").board_id, type="move_card", card=card("Info 1").id, column=column("CCAS").id
    )
    run(small_board({"name": "Nouveau titre"}, {}))
    assert titles(SLUG) == {"CCAS": ["Info 2", "Nouveau titre"]}


def test_a_column_renamed_here_keeps_its_name(run: Run, town: Town) -> None:
    run(small_board({}))
    home = column("CCAS")
    town.perform(town.facilitator, board=home.board_id, type="edit_column", column=home.id, title="Solidarités")
    assert "Colonnes\u00a0: 0 ajoutée, 0 mise à jour, 0 inchangée, 1 laissée" in run(small_board({}, {})).stdout
    assert titles(SLUG) == {"Solidarités": ["Info 1", "Info 2"]}


def test_a_column_archived_here_stays_so_and_the_report_says_what_it_hides(run: Run, town: Town) -> None:
    run(small_board({}))
    home = column("CCAS")
    town.perform(town.facilitator, board=home.board_id, type="archive_column", column=home.id)
    result = run(small_board({}, {}))
    assert "Infos ajoutées dans une colonne archivée ici (restaurez-la pour les voir)\u00a0: 1" in result.stdout
    assert column("CCAS").archived_at is not None


def test_a_card_deleted_in_trello_stays_and_is_counted(run: Run, town: Town) -> None:
    run(small_board({}, {}))
    assert "absentes de ce fichier, laissées telles quelles\u00a0: 1" in run(small_board({})).stdout
    assert titles(SLUG) == {"CCAS": ["Info 1", "Info 2"]}


def test_a_text_that_grows_and_shrinks_has_as_many_infos_as_it_needs(run: Run, town: Town) -> None:
    run(small_board({"desc": "court"}, {}))
    run(small_board({"desc": "mot " * 25_000}, {}))
    assert titles(SLUG) == {"CCAS": ["Info 1", "Info 1 (suite 2)", "Info 2"]}
    assert "devenues inutiles, archivées\u00a0: 1" in run(small_board({"desc": "court"}, {})).stdout
    assert card("Info 1 (suite 2)").archived_at is not None
    assert "déjà à jour" in run(small_board({"desc": "court"}, {})).stdout
    run(small_board({"desc": "mot " * 25_000}, {}))
    assert card("Info 1 (suite 2)").archived_at is None


def test_one_edit_makes_all_of_a_text_theirs(run: Run, town: Town) -> None:
    run(small_board({"desc": "mot " * 25_000}))
    town.perform(
        town.agent, board=column("CCAS").board_id, type="edit_card", card=card("Info 1").id, version=1, body="abrégé"
    )
    assert "0 ajoutée, 0 mise à jour, 0 inchangée, 3 laissées" in run(small_board({"desc": "autre " * 25_000})).stdout
    assert card("Info 1 (suite 2)").archived_at is None


def test_comments_that_a_truncated_history_lost_are_kept(run: Run, town: Town) -> None:
    def remark(number: int, name: str = "Claire") -> dict[str, Any]:
        data = {"text": f"remarque {number}\n\n> citée", "card": {"id": f"{1:024x}"}}
        return {
            "type": "commentCard",
            "date": f"2024-01-{number:02}T08:00:00Z",
            "memberCreator": {"fullName": name},
            "data": data,
        }

    noise = [{"type": "updateCard"}] * 1000
    run(small_board({}, actions=[remark(2), remark(1)]))
    result = run(small_board({}, actions=[remark(3), remark(2, "Claire M."), *noise]))
    text = card("Info 1").body_text
    assert [text.count(f"remarque {number}") for number in (1, 2, 3)] == [1, 1, 1]
    assert text.index("remarque 1") < text.index("remarque 2") < text.index("remarque 3")
    assert "absents de ce fichier\u00a0: conservés" in result.stdout
    assert "déjà à jour" in run(small_board({}, actions=[remark(3), remark(2, "Claire M."), *noise])).stdout


def test_a_dry_run_of_a_later_export_foretells_what_it_would_do(run: Run, town: Town) -> None:
    run(two_lists({}, {}, {}))
    later = two_lists({"idList": "list-sport"}, {"name": "Changée"}, {}, {})
    before = seq()
    foretold = run(later, "--dry-run").stdout.splitlines()[-4:]
    assert seq() == before
    assert run(later).stdout.splitlines()[-4:] == foretold
    assert "Infos\u00a0: 1 ajoutée, 2 mises à jour, 1 inchangée, 0 laissée" in "\n".join(foretold)


def test_everything_of_the_rich_board_may_change_at_once(run: Run, town: Town) -> None:
    run(ACCUEIL)
    later = accueil()
    later["cards"] = [one for one in later["cards"] if isinstance(one, dict)]
    for number, one in enumerate(later["cards"]):
        one["idList"] = later["lists"][number % 5]["id"]
        one["closed"] = not one.get("closed")
    assert run(later).exit_code == 0
    assert "Infos\u00a0: 0 ajoutée, 0 mise à jour, 14 inchangées" in run(later).stdout

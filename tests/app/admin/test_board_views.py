"""Pages of boards and templates, and the related command line."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from app.admin.board_template_file import SHIPPED_TEMPLATE_FILE, shipped_template
from app.audit.models import AuditEntry
from boards.board_templates import TEMPLATE_MAX_BYTES
from boards.database import db, now, read_session, write_transaction
from boards.directory import make_default
from boards.models import Board, BoardTemplate, Card, Column, Service
from tests.town import Town
from tests.visitor import Visitor


@pytest.fixture
def facilitator(town: Town, visitor: Visitor) -> Visitor:
    visitor.sign_in("dtan@ville.example")
    return visitor


@pytest.fixture
def agent(app: Flask, town: Town) -> Visitor:
    visitor = Visitor(app)
    visitor.sign_in("ccas@ville.example")
    return visitor


def boards() -> list[Board]:
    db.session.rollback()
    return read_session().query(Board).order_by(Board.position, Board.id).all()


def actions() -> list[tuple[str, str]]:
    db.session.rollback()
    return [(entry.action, entry.subject) for entry in read_session().query(AuditEntry).order_by(AuditEntry.id)]


def arrive_on(board: int) -> None:
    with write_transaction() as session:
        make_default(session, board)


def send_file(visitor: Visitor, data: bytes, name: str = "modele.json") -> TestResponse:
    fields = {"csrf_token": visitor.csrf_token, "file": (io.BytesIO(data), name)}
    return visitor.client.post(
        "/town/templates", data=fields, headers={"Accept": "text/html"}, content_type="multipart/form-data"
    )


def said(page: TestResponse, visitor: Visitor) -> str:
    """Follow the redirect and return the first message of the page."""
    assert page.status_code == 303
    found = re.findall(r'<p class="flash[^"]*"[^>]*>([^<]+)</p>', visitor.get(page.location.split("#")[0]).text)
    return " ".join(found)


# --- the list --------------------------------------------------------------------------------------------------------


def test_the_list_shows_boards_in_their_order_with_what_stands_on_them(town: Town, facilitator: Visitor) -> None:
    town.add_card()
    page = facilitator.get("/boards").text
    assert page.index("Accueil</bdi>") < page.index("Autre</bdi>")
    assert page.count("par défaut</span>") == 1
    assert "4 colonnes, 1 info<" in page
    assert "0 colonne, 0 info<" in page


def test_boards_change_places_and_the_log_knows(town: Town, facilitator: Visitor) -> None:
    assert "a changé de place" in said(
        facilitator.post(f"/town/boards/{town.other_board}/move", {"to": "earlier"}), facilitator
    )
    assert [board.title for board in boards()] == ["Autre", "Accueil"]
    assert "déjà au bord" in said(
        facilitator.post(f"/town/boards/{town.other_board}/move", {"to": "earlier"}), facilitator
    )
    facilitator.post(f"/town/boards/{town.other_board}/move", {"to": "later"})
    assert [board.title for board in boards()] == ["Accueil", "Autre"]
    assert actions().count(("board_ordered", "Autre")) == 2


def test_everybody_arrives_on_the_default_board(town: Town, facilitator: Visitor, agent: Visitor) -> None:
    assert agent.get("/").location == "/boards/accueil"
    for _twice in range(2):
        assert "arrive maintenant sur" in said(
            facilitator.post(f"/town/boards/{town.other_board}/default"), facilitator
        )
    assert agent.get("/").location == "/boards/autre"
    assert actions().count(("board_made_default", "Autre")) == 1


def test_a_board_is_renamed_and_its_address_stays(town: Town, facilitator: Visitor) -> None:
    address = f"/town/boards/{town.board}"
    assert 'value="Accueil"' in facilitator.get(address).text
    assert "Les pages ouvertes suivent" in said(
        facilitator.post(address, {"title": " Guichets ", "version": "1"}), facilitator
    )
    assert (town.fresh_board().title, town.fresh_board().slug) == ("Guichets", "accueil")
    assert "Guichets" in facilitator.get("/boards/accueil").text


@pytest.mark.parametrize(
    ("title", "version", "words"),
    [
        ("", "1", "Ce champ est nécessaire"),
        (" \u200b", "1", "ce texte est vide"),
        ("x" * 201, "1", "trop long"),
        ("autre", "1", "Un tableau porte déjà ce nom"),
        ("Comptoirs", "7", "Il s’appelle maintenant «\u202fAccueil\u202f»"),
    ],
)
def test_a_wrong_title_is_said_and_kept(town: Town, facilitator: Visitor, title: str, version: str, words: str) -> None:
    answer = facilitator.post(f"/town/boards/{town.board}", {"title": title, "version": version})
    assert answer.status_code == 422
    assert words in answer.text
    assert 'id="title-problem"' in answer.text
    assert town.fresh_board().title == "Accueil"


def test_after_a_stale_version_sending_again_is_enough(town: Town, facilitator: Visitor) -> None:
    town.perform(town.facilitator, type="edit_board", title="Guichets")
    answer = facilitator.post(f"/town/boards/{town.board}", {"title": "Comptoirs", "version": "1"})
    [version] = re.findall(r'name="version"[^>]* value="(\d+)"', answer.text)
    assert facilitator.post(f"/town/boards/{town.board}", {"title": "Comptoirs", "version": version}).status_code == 303
    assert town.fresh_board().title == "Comptoirs"


# --- archiving -------------------------------------------------------------------------------------------------------


def test_an_archived_board_is_gone_for_agents_and_read_only_for_facilitators(
    town: Town, facilitator: Visitor, agent: Visitor
) -> None:
    card = town.add_card("Piscine fermée")
    arrive_on(town.other_board)
    assert "est archivé" in said(facilitator.post(f"/town/boards/{town.board}/archive"), facilitator)
    gone = [
        "/boards/accueil",
        f"/cards/{card}",
        "/boards/accueil/archive",
        "/boards/accueil/history",
        f"/cards/{card}/history",
        "/api/boards/accueil",
    ]
    assert {path: agent.get(path).status_code for path in gone} == dict.fromkeys(gone, 404)
    assert (
        agent.client.put(
            f"/boards/accueil/folds/{town.free}", json=True, headers={"X-CSRFToken": agent.csrf_token}
        ).status_code
        == 404
    )
    assert agent.command(type="add_card", column=town.service, title="x").status_code == 404
    assert agent.get("/").location == "/boards/autre"
    page = facilitator.get("/boards/accueil").text
    assert "Ce tableau est archivé" in page
    assert "Piscine fermée" in page
    assert set(re.findall(r'data-level="(\w+)"', page)) == {"read"}
    assert "may-arrange" not in re.findall(r'<body class="([^"]*)"', page)[0].split()
    refused = facilitator.command(type="add_card", column=town.service, title="x")
    assert (refused.status_code, refused.get_json(force=True)["code"]) == (409, "board_archived")
    assert (
        'data-level="read"'
        in facilitator.get(f"/cards/{card}", headers={"X-Fragment": "panel", "Accept": "text/html"}).text
    )
    assert 'name="seq"' not in facilitator.get("/boards/accueil/history").text
    assert "Restaurer l’info" not in facilitator.get("/boards/accueil/archive").text


def test_it_is_restored_with_all_that_is_on_it(town: Town, facilitator: Visitor, agent: Visitor) -> None:
    town.add_card("Piscine fermée")
    arrive_on(town.other_board)
    facilitator.post(f"/town/boards/{town.board}/archive")
    assert f'action="/town/boards/{town.board}/restore"' in facilitator.get("/boards/accueil").text
    assert "de nouveau en service" in said(facilitator.post(f"/town/boards/{town.board}/restore"), facilitator)
    assert "Piscine fermée" in agent.get("/boards/accueil").text
    assert "n’est pas archivé" in said(facilitator.post(f"/town/boards/{town.board}/restore"), facilitator)  # twice


def test_the_default_board_and_the_last_one_are_not_archived(town: Town, facilitator: Visitor) -> None:
    assert "tableau par défaut" in said(facilitator.post(f"/town/boards/{town.board}/archive"), facilitator)
    assert "Archiver le tableau" not in facilitator.get(f"/town/boards/{town.board}").text
    facilitator.post(f"/town/boards/{town.other_board}/archive")
    assert "dernier tableau en service" in said(facilitator.post(f"/town/boards/{town.board}/archive"), facilitator)
    assert [board.title for board in boards() if board.archived_at] == ["Autre"]


@pytest.mark.parametrize(
    "path",
    [
        "/town/boards/987654",
        "/town/boards/99999999999999999999",
        "/town/boards/987654/template.json",
        "/town/templates/987654.json",
    ],
)
def test_missing_boards_are_not_found(facilitator: Visitor, path: str) -> None:
    assert facilitator.get(path).status_code == 404


# --- switching -------------------------------------------------------------------------------------------------------


def test_the_title_in_the_top_bar_leads_to_the_other_boards(town: Town, facilitator: Visitor, agent: Visitor) -> None:
    menu = re.findall(r'id="boards-menu".*?</div>', agent.get("/boards/autre").text, re.DOTALL)[0]
    assert re.findall(r'href="(/boards/\w+)"( aria-current="page")?', menu) == [
        ("/boards/accueil", ""),
        ("/boards/autre", ' aria-current="page"'),
    ]
    assert "Gérer les tableaux" not in menu
    assert "Gérer les tableaux" in facilitator.get("/boards/autre").text


def test_where_there_is_one_board_there_is_nothing_to_choose(town: Town, agent: Visitor) -> None:
    town.perform(town.facilitator, board=town.other_board, type="archive_board")
    assert "boards-menu" not in agent.get("/boards/accueil").text


# --- a new board -----------------------------------------------------------------------------------------------------


def test_a_board_begins_with_the_template_that_ships(town: Town, facilitator: Visitor) -> None:
    page = facilitator.get("/town/boards/new").text
    assert "13 colonnes, 8 infos." in page
    assert "Services à créer\u00a0: État civil, Scolaire et périscolaire, Sports, Culture, Urbanisme" in page
    answer = facilitator.post(
        "/town/boards/new", {"title": "Guichet de l’été", "begin_with": "shipped", "create_services": "y"}
    )
    assert answer.location == "/boards/guichet-de-l-ete"
    board = boards()[-1]
    assert read_session().query(Column).filter_by(board_id=board.id).count() == 13
    assert read_session().query(Card).filter_by(board_id=board.id).count() == 8
    assert read_session().query(Service).count() == 10
    assert "Police municipale" in facilitator.get(answer.location).text
    assert ("board_added", "Guichet de l’été") in actions()


def test_without_making_services_or_empty(town: Town, facilitator: Visitor) -> None:
    facilitator.post("/town/boards/new", {"title": "Sans", "begin_with": "shipped"})
    assert read_session().query(Service).count() == 2
    answer = facilitator.post("/town/boards/new", {"title": "Vide", "begin_with": "empty"})
    assert "n’a pas encore de colonne" in facilitator.get(answer.location).text


def test_a_board_takes_the_shape_of_another(town: Town, facilitator: Visitor) -> None:
    town.add_card("Piscine fermée")
    town.add_card("Publier sans validation", column=town.guide, actor=town.facilitator)
    answer = facilitator.post("/town/boards/new", {"title": "Copie", "begin_with": f"board-{town.board}"})
    page = facilitator.get(answer.location).text
    assert "Publier sans validation" in page
    assert "Piscine fermée" not in page


def test_a_double_submit_makes_one_board(town: Town, facilitator: Visitor) -> None:
    fields = {"title": "Plage", "begin_with": "empty"}
    assert [facilitator.post("/town/boards/new", fields).status_code for _twice in range(2)] == [303, 422]
    assert [board.title for board in boards()] == ["Accueil", "Autre", "Plage"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": "", "begin_with": "empty"}, "title"),
        ({"title": "Accueil", "begin_with": "empty"}, "title"),
        ({"title": "Plage", "begin_with": "template-99"}, "begin_with"),
        ({"title": "Plage"}, "begin_with"),
    ],
)
def test_wrong_answers_are_said_and_nothing_is_made(
    town: Town, facilitator: Visitor, fields: dict[str, str], field: str
) -> None:
    answer = facilitator.post("/town/boards/new", fields)
    assert answer.status_code == 422
    assert f'id="{field}-problem"' in answer.text
    assert len(boards()) == 2


# --- templates -------------------------------------------------------------------------------------------------------


def test_a_board_is_saved_as_a_template_exported_imported_and_begun(town: Town, facilitator: Visitor) -> None:
    town.add_card("Publier sans validation", column=town.guide, actor=town.facilitator)
    for words in ("est enregistré", "déjà enregistré"):
        assert words in said(facilitator.post(f"/town/boards/{town.board}/template"), facilitator)
    [kept] = read_session().query(BoardTemplate)
    file = facilitator.get(f"/town/templates/{kept.id}.json")
    assert file.mimetype == "application/json"
    assert file.headers["Content-Disposition"] == 'attachment; filename="accueil.flash-news.json"'
    assert (
        json.loads(file.data)
        == kept.content
        == json.loads(facilitator.get(f"/town/boards/{town.board}/template.json").data)
    )
    assert "est supprimé" in said(facilitator.post(f"/town/templates/{kept.id}/delete"), facilitator)
    assert "n’existe plus" in said(facilitator.post(f"/town/templates/{kept.id}/delete"), facilitator)
    answer = send_file(facilitator, file.data)
    read_session().rollback()
    [again] = read_session().query(BoardTemplate)
    assert answer.location == f"/town/boards/new?begin_with=template-{again.id}"
    page = facilitator.get(answer.location).text
    assert re.search(rf'value="template-{again.id}" checked', page)
    begun = facilitator.post("/town/boards/new", {"title": "Copie", "begin_with": f"template-{again.id}"})
    assert "Publier sans validation" in facilitator.get(begun.location).text
    assert ("template_kept", "Accueil") in actions()


def test_the_one_that_ships_is_exported_too(facilitator: Visitor) -> None:
    file = facilitator.get("/town/templates/shipped.json")
    assert json.loads(file.data) == json.loads(SHIPPED_TEMPLATE_FILE.read_text(encoding="utf-8"))
    assert 'filename="accueil-d-une-ville.flash-news.json"' in file.headers["Content-Disposition"]


def test_importing_twice_keeps_one(town: Town, facilitator: Visitor) -> None:
    for words in ("est importé", "était déjà là"):
        assert words in said(send_file(facilitator, SHIPPED_TEMPLATE_FILE.read_bytes()), facilitator)
    db.session.rollback()
    assert read_session().query(BoardTemplate).count() == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "pas du JSON"),
        (b"\xff\xd8\xff\xe0", "UTF-8"),
        (b"[1, 2]", "pas un modèle"),
        (b" " * (TEMPLATE_MAX_BYTES + 1), "trop volumineux"),
        (
            SHIPPED_TEMPLATE_FILE.read_bytes().replace(b'"kind": "free"', b'"kind": "agenda"'),
            "Colonne 12, nature\u00a0: valeur inconnue.",
        ),
        (SHIPPED_TEMPLATE_FILE.read_bytes().replace(b'"hue": 85', b'"hue": 85, "<script>": 1'), "&lt;script&gt;"),
    ],
)
def test_a_file_that_is_no_template_is_refused_with_its_reason(
    town: Town, facilitator: Visitor, data: bytes, words: str
) -> None:
    answer = send_file(facilitator, data)
    assert answer.status_code == 422
    assert words in answer.text
    assert "Rien n’a été importé." in answer.text
    assert read_session().query(BoardTemplate).count() == 0


def test_a_file_beyond_what_any_form_may_send_is_refused(facilitator: Visitor) -> None:
    assert send_file(facilitator, b" " * 600_000).status_code == 413


def test_no_file_is_said_too(facilitator: Visitor) -> None:
    answer = facilitator.post("/town/templates")
    assert (answer.status_code, "Choisissez un fichier." in answer.text) == (422, True)


def test_script_in_a_title_is_shown_as_text(town: Town, facilitator: Visitor) -> None:
    content = shipped_template().content()
    content["title"] = content["columns"][1]["title"] = content["columns"][1]["service"]["name"] = (
        "<script>alert(1)</script>"
    )
    page = facilitator.get(send_file(facilitator, json.dumps(content).encode()).location).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    kept = read_session().query(BoardTemplate).one().id
    begun = facilitator.post(
        "/town/boards/new", {"title": "Copie", "begin_with": f"template-{kept}", "create_services": "y"}
    )
    for path in (begun.location, "/boards", "/services", "/log"):
        assert "<script>alert" not in facilitator.get(path).text


# --- the command line ------------------------------------------------------------------------------------------------


def test_the_command_line_makes_archives_and_restores_boards(app: Flask, town: Town, tmp_path: Path) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        db.session.rollback()
        result = app.test_cli_runner().invoke(args=["board", *arguments])
        return result.exit_code, result.stdout + result.stderr

    assert run("create", "ete", "Été", "--template", "ville")[0] == 0
    db.session.rollback()
    assert read_session().query(Service).count() == 10
    file = tmp_path / "modele.json"
    file.write_bytes(SHIPPED_TEMPLATE_FILE.read_bytes())
    assert run("create", "hiver", "Hiver", "--template", str(file), "--as", "dtan@ville.example")[0] == 0
    file.write_text("{}")
    for arguments, words in (
        (["create", "x", "X", "--template", str(file)], "pas un modèle"),
        (["create", "x", "X", "--template", str(tmp_path / "absent")], "ne peut pas être lu"),
        (["create", "x", "Accueil", "--template", "ville"], "porte déjà ce nom"),
        (["create", "x", "X", "--template", "ville", "--as", "ccas@ville.example"], "un animateur"),
        (["archive", "accueil"], "tableau par défaut"),
        (["archive", "absent"], "n’existe pas"),
        (["restore", "autre"], "n’est pas archivé"),
    ):
        code, output = run(*arguments)
        assert (code, words in output) == (1, True), output
    assert run("archive", "autre") == (0, "autre\u00a0: tableau archivé.\n")
    assert "autre\t1\tAutre\tarchivé" in run("list")[1]
    assert run("restore", "autre")[0] == 0
    assert "autre\t2\tAutre\ten service" in run("list")[1]


def test_on_an_archived_board_everybody_is_told_that_they_only_read(town: Town, facilitator: Visitor) -> None:
    card = town.add_card()
    town.perform(town.facilitator, type="archive_card", card=town.add_card("Rangée"))
    with write_transaction() as session:
        session.execute(
            update(Card).where(Card.archived_at.is_not(None)).values(archived_at=now() - timedelta(days=400))
        )
    assert "Effacer définitivement" in facilitator.get("/boards/accueil/archive").text
    arrive_on(town.other_board)
    town.perform(town.facilitator, type="archive_board")
    board = facilitator.get("/api/boards/accueil").get_json()
    assert {column["level"] for column in board["columns"]} == {"read"}
    assert 'data-level="read"' in facilitator.get(f"/cards/{card}/history", headers={"X-Fragment": "panel"}).text
    assert "Effacer définitivement" not in facilitator.get("/boards/accueil/archive").text


def test_an_archived_service_is_said_to_come_back(town: Town, facilitator: Visitor) -> None:
    read_session().rollback()
    facilitator.post(f"/town/boards/{town.board}/template")
    facilitator.post(f"/services/{town.ccas}/archive")
    assert "Service archivé à restaurer\u00a0: CCAS" in facilitator.get("/town/boards/new").text
    kept = read_session().query(BoardTemplate).one().id
    fields = {"title": "Copie", "begin_with": f"template-{kept}", "create_services": "y"}
    assert "1 service restauré\u00a0: CCAS." in unescape(
        facilitator.get(str(facilitator.post("/town/boards/new", fields).location)).text
    )
    assert ("service_restored", "CCAS") in actions()


def test_a_kept_template_that_is_none_any_more_takes_nothing_else_away(town: Town, facilitator: Visitor) -> None:
    with write_transaction() as session:
        session.add(BoardTemplate(title="D’un autre temps", content={"format": "flash-news-board", "version": 99}))
        session.flush()
        kept = session.query(BoardTemplate).one().id
    page = facilitator.get("/boards")
    assert page.status_code == 200
    assert "Ce modèle n’est plus lisible." in unescape(page.text)
    assert f"begin_with=template-{kept}" not in page.text
    assert f"template-{kept}" not in facilitator.get("/town/boards/new").text
    refused = facilitator.post("/town/boards/new", {"title": "Copie", "begin_with": f"template-{kept}"})
    assert (refused.status_code, "On ne peut pas commencer un tableau avec ce modèle." in unescape(refused.text)) == (
        422,
        True,
    )
    assert "n’est plus lisible" in said(facilitator.get(f"/town/templates/{kept}.json"), facilitator)
    assert "est supprimé" in said(facilitator.post(f"/town/templates/{kept}/delete"), facilitator)


def test_only_the_chosen_template_is_read(town: Town, facilitator: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_is_read(*_anything: object) -> None:
        raise AssertionError

    for name in ("parse_template", "template_of"):
        monkeypatch.setattr(f"app.admin.board_template_views.{name}", none_is_read)
    assert facilitator.post("/town/boards/new", {"title": "Vide", "begin_with": "shipped"}).status_code == 303

"""« Le tableau tel qu’il était », restoring a text, and erasing from the archive, without script."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import update

from boards.board_templates import save_template, template_of
from boards.database import now, write_transaction
from boards.directory import make_default
from boards.models import Board, Card, Change, Column
from tests.town import PEOPLE, Town
from tests.visitor import Visitor


def visit(app: Flask, who: str) -> Visitor:
    visitor = Visitor(app)
    visitor.sign_in(PEOPLE[who][0])
    return visitor


@pytest.fixture
def sonia(app: Flask, town: Town) -> Visitor:
    """Sign in the agent."""
    return visit(app, "agent")


@pytest.fixture
def card(town: Town) -> int:
    """Create a card that said « Un », then « Deux », on a board begun in 2024 with one change a day."""
    card = town.add_card("Un", body="<p>Ouvert mardi</p>")
    town.perform(town.agent, type="edit_card", card=card, version=1, title="Deux", body="<p>Fermé</p>")
    happened(town, {seq: datetime(2024, 1, seq, 12, tzinfo=UTC) for seq in range(1, town.seq + 1)})
    return card


def happened(town: Town, moments: dict[int, datetime]) -> None:
    with write_transaction() as session:
        session.execute(
            update(Board).where(Board.id == town.board).values(created_at=datetime(2024, 1, 1, 8, tzinfo=UTC))
        )
        for seq, moment in moments.items():
            session.execute(update(Change).where(Change.board_id == town.board, Change.seq == seq).values(at=moment))


def titles(page: str) -> list[str]:
    return [unescape(title) for title in re.findall(r"<h3><a [^>]+>([^<]*)</a>", page)]


def hidden_fields(page: str, action: str) -> dict[str, str]:
    form = page.split(f'action="{action}"')[1].split("</form>")[0]
    return {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}


def at(visitor: Visitor, moment: str) -> str:
    answer = visitor.get(f"/boards/accueil/past?at={moment}")
    assert answer.status_code == 200
    return answer.text


def test_the_board_at_a_moment_by_the_towns_clock(town: Town, sonia: Visitor, card: int) -> None:
    edited = town.seq
    assert titles(at(sonia, f"2024-01-0{edited}T12:59")) == ["Un"]
    assert titles(at(sonia, f"2024-01-0{edited}T13:00")) == ["Deux"]  # noon in UTC is 13 h in Paris
    page = at(sonia, "2024-02-10T10:15")
    assert "Le tableau tel qu’il était le 10 février 2024 à 10\u202fh\u202f15" in page.replace(" h ", "\u202fh\u202f")
    assert 'value="2024-02-10T10:15"' in page
    assert "Revenir à aujourd’hui" in page
    assert "socket.io" not in page
    assert "<script" not in page


def test_the_hour_that_comes_twice_and_the_one_that_never_comes(town: Town, sonia: Visitor, card: int) -> None:
    last = town.seq
    happened(town, {last: datetime(2024, 10, 27, 1, 10, tzinfo=UTC)})  # 2 h 10 for the second time that night
    assert titles(at(sonia, "2024-10-27T01:59")) == ["Un"]
    assert titles(at(sonia, "2024-10-27T02:09")) == ["Un"]
    assert titles(at(sonia, "2024-10-27T02:10")) == ["Deux"]
    happened(town, {last: datetime(2024, 3, 31, 1, 10, tzinfo=UTC)})  # 3 h 10: at 2 h clocks went on to 3 h
    assert titles(at(sonia, "2024-03-31T01:59")) == ["Un"]
    assert titles(at(sonia, "2024-03-31T02:30")) == ["Deux"]
    assert titles(at(sonia, "2024-03-31T03:09")) == ["Un"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("2023-12-31T23:59", "n’existait pas encore"),
        ("2024-01-01T08:59", "n’existait pas encore"),
        ("0001-01-01T00:00", "n’existait pas encore"),
        ("9999-12-31T23:59", "pas encore arrivé"),
        ("2024-02-30T10:00", "un jour qui existe"),
        ("2024-02-10", "un jour qui existe"),
        ("hier", "un jour qui existe"),
        ("<script>", "un jour qui existe"),
    ],
)
def test_a_moment_at_which_there_is_nothing_to_see(sonia: Visitor, card: int, asked: str, words: str) -> None:
    answer = sonia.get("/boards/accueil/past", query_string={"at": asked})
    assert answer.status_code == 422
    assert words in answer.text
    assert f"Vous aviez indiqué\u00a0: {asked}" in unescape(answer.text)
    assert "<script>" not in answer.text.split("<body")[1]


def test_this_minute_can_be_seen_and_the_next_hour_cannot(sonia: Visitor, card: int) -> None:
    here = now().astimezone(ZoneInfo("Europe/Paris"))
    assert titles(at(sonia, f"{here:%Y-%m-%dT%H:%M}")) == ["Deux"]
    for wait in (timedelta(hours=2), timedelta(days=2)):
        assert sonia.get(f"/boards/accueil/past?at={here + wait:%Y-%m-%dT%H:%M}").status_code == 422


def test_from_one_change_to_the_next(town: Town, sonia: Visitor, card: int) -> None:
    page = sonia.get(f"/boards/accueil/past?seq={town.seq - 1}").text
    assert titles(page) == ["Un"]
    assert f"/boards/accueil/past?seq={town.seq}" in page
    assert f"/boards/accueil/past?seq={town.seq - 2}" in page
    assert "Juste après" not in sonia.get(f"/boards/accueil/past?seq={town.seq}").text
    assert "Juste avant" not in sonia.get("/boards/accueil/past?seq=1").text
    for seq in ("0", str(town.seq + 1), "x", "-1", "9" * 30):
        assert sonia.get(f"/boards/accueil/past?seq={seq}").status_code == 422


def test_without_a_moment_one_is_chosen(town: Town, sonia: Visitor) -> None:
    page = sonia.get("/boards/accueil/past").text
    assert 'type="datetime-local"' in page
    assert "Hier soir" not in page  # the board begins today
    happened(town, {})
    page = sonia.get("/boards/accueil/past").text
    assert page.index("Hier soir") < page.index("Il y a une semaine")
    assert 'min="2024-01-01T09:00"' in page


def test_each_entry_of_the_history_leads_to_its_moment(town: Town, sonia: Visitor, card: int) -> None:
    for path in ("/boards/accueil/history", f"/cards/{card}/history"):
        assert f"/boards/accueil/past?seq={town.seq}" in sonia.get(path).text
    assert "/boards/accueil/past" in sonia.get("/boards/accueil").text


def test_unreadable_columns_are_in_no_past_board(app: Flask, town: Town, sonia: Visitor, card: int) -> None:
    secret = town.add_card("Secret", column=town.free, actor=town.facilitator)
    then = town.seq
    assert "Secret" in sonia.get(f"/boards/accueil/past?seq={then}").text
    town.perform(town.facilitator, type="set_rights", column=town.free, agents="none")
    assert "Secret" not in sonia.get(f"/boards/accueil/past?seq={then}").text
    assert sonia.get(f"/boards/accueil/past/{then}/cards/{secret}").status_code == 404
    assert "Secret" in visit(app, "facilitator").get(f"/boards/accueil/past?seq={then}").text


def test_a_card_as_it_was_and_its_text_taken_up_again(town: Town, sonia: Visitor, card: int) -> None:
    then = town.seq - 1
    page = sonia.get(f"/boards/accueil/past/{then}/cards/{card}").text
    assert "Ouvert mardi" in page
    assert "Fermé" not in page
    form = hidden_fields(page, f"/cards/{card}/text")
    answers = [sonia.post(f"/cards/{card}/text", form) for _twice in range(2)]
    assert [answer.headers["Location"] for answer in answers] == [f"/cards/{card}/history"] * 2
    history = sonia.get(f"/cards/{card}/history").text
    assert history.count("Le texte est repris.") == 2
    assert "Texte repris" in history
    assert (town.card(card).title, town.card(card).body_text, town.seq) == ("Un", "Ouvert mardi", then + 2)
    assert "Reprendre ce texte" not in sonia.get(f"/boards/accueil/past/{then}/cards/{card}").text


def test_on_an_archived_board_no_text_is_taken_up(app: Flask, town: Town, card: int) -> None:
    page = f"/boards/accueil/past/{town.seq - 1}/cards/{card}"
    facilitator = visit(app, "facilitator")
    assert "Reprendre ce texte" in facilitator.get(page).text
    with write_transaction() as session:
        make_default(session, town.other_board)
    town.perform(town.facilitator, type="archive_board")
    assert "Reprendre ce texte" not in facilitator.get(page).text


def test_the_history_offers_every_text_that_differs_from_todays(
    app: Flask, town: Town, sonia: Visitor, card: int
) -> None:
    page = sonia.get(f"/cards/{card}/history").text
    assert page.count("Reprendre ce texte") == 1
    assert hidden_fields(page, f"/cards/{card}/text")["seq"] == str(town.seq - 1)
    assert "Reprendre ce texte" not in visit(app, "reader").get(f"/cards/{card}/history").text
    assert "Reprendre ce texte" not in visit(app, "facilitator").get(f"/cards/{card}/history?as=agent").text


def test_a_text_that_cannot_be_taken_up(app: Flask, town: Town, sonia: Visitor, card: int) -> None:
    form = hidden_fields(sonia.get(f"/cards/{card}/history").text, f"/cards/{card}/text")
    town.perform(town.facilitator, type="edit_card", card=card, version=2, title="Trois")
    sonia.post(f"/cards/{card}/text", form)
    assert "modifié entre-temps" in sonia.get(f"/cards/{card}/history").text
    for wrong in ({}, {"seq": "x", "version": "3"}, {"seq": "9" * 30, "version": "3"}, {**form, "key": "k" * 81}):
        assert sonia.post(f"/cards/{card}/text", wrong).status_code == 303
    assert town.card(card).title == "Trois"
    reader = visit(app, "reader")
    reader.post(f"/cards/{card}/text", {"seq": form["seq"], "version": "3"})
    assert town.card(card).title == "Trois"


def test_pages_of_the_past_that_do_not_exist(town: Town, sonia: Visitor, card: int) -> None:
    for path in (
        f"0/cards/{card}",
        f"{town.seq + 1}/cards/{card}",
        f"{'9' * 30}/cards/{card}",
        f"{town.seq}/cards/{'9' * 30}",
        f"1/cards/{card}",
    ):
        assert sonia.get(f"/boards/accueil/past/{path}").status_code == 404
    assert sonia.get(f"/boards/autre/past/1/cards/{card}").status_code == 404
    assert sonia.get("/boards/nulle-part/past").status_code == 404


@pytest.fixture
def archived(town: Town, card: int) -> int:
    town.perform(town.agent, type="archive_card", card=card)
    town.perform(town.facilitator, type="archive_column", column=town.guide)
    return card


def long_ago(*rows: tuple[type[Card | Column], int]) -> None:
    with write_transaction() as session:
        for model, id in rows:
            session.execute(update(model).where(model.id == id).values(archived_at=now() - timedelta(days=31)))


def test_the_archive_says_from_when_on_and_offers_it_then(
    app: Flask, town: Town, sonia: Visitor, archived: int
) -> None:
    dtan = visit(app, "facilitator")
    page = dtan.get("/boards/accueil/archive").text
    assert page.count("effaçable à partir du") == 2
    assert "/erase" not in page
    assert dtan.get(f"/boards/accueil/archive/cards/{archived}/erase").status_code == 409
    long_ago((Card, archived), (Column, town.guide))
    page = dtan.get("/boards/accueil/archive").text
    assert page.count('/erase"') == 2
    assert "effaç" not in sonia.get("/boards/accueil/archive").text.lower()


def test_erasing_a_card_after_saying_what_goes(app: Flask, town: Town, archived: int) -> None:
    long_ago((Card, archived))
    dtan = visit(app, "facilitator")
    path = f"/boards/accueil/archive/cards/{archived}/erase"
    page = dtan.get(path).text
    assert "Cela ne s’annule pas." in page
    assert "Deux" in page
    key = {"key": re.findall(r'name="key" value="(\w+)"', page)[0]}
    assert [dtan.post(path, key).headers["Location"] for _twice in range(2)] == ["/boards/accueil/archive"] * 2
    page = dtan.get("/boards/accueil/archive").text
    assert "L’info est effacée définitivement." in page
    assert "Deux" not in page
    assert dtan.post(path, {"key": "another"}).status_code == 404
    history = dtan.get("/boards/accueil/history").text
    assert "Info effacée définitivement" in history
    assert "Deux" not in history
    assert "Élise Laurent" in history


def test_erasing_a_column_with_its_cards(app: Flask, town: Town) -> None:
    town.add_card("Règle", column=town.guide, actor=town.facilitator)
    town.perform(town.facilitator, type="archive_column", column=town.guide)
    dtan = visit(app, "facilitator")
    path = f"/boards/accueil/archive/columns/{town.guide}/erase"
    dtan.post(path)
    assert "trop tôt" in dtan.get("/boards/accueil/archive").text
    long_ago((Column, town.guide))
    assert "1." in dtan.get(path).text
    dtan.post(path)
    page = dtan.get("/boards/accueil/archive").text
    assert "La colonne est effacée définitivement" in page
    assert "Guide" not in page


def test_the_page_names_the_templates_that_keep_the_text(app: Flask, town: Town) -> None:
    rule = town.add_card("Règle", column=town.guide, actor=town.facilitator)
    other = town.add_card("Info ordinaire")
    with write_transaction() as session:
        template = template_of(session, session.get_one(Board, town.board))
        for title in ("Accueil", "Piscine & sports"):
            save_template(session, template.model_copy(update={"title": title}))
    town.perform(town.facilitator, type="archive_card", card=rule)
    town.perform(town.agent, type="archive_card", card=other)
    town.perform(town.facilitator, type="archive_column", column=town.guide)
    long_ago((Card, rule), (Card, other), (Column, town.guide))
    dtan = visit(app, "facilitator")
    for path in (f"cards/{rule}", f"columns/{town.guide}"):
        page = dtan.get(f"/boards/accueil/archive/{path}/erase").text
        assert "2 modèles de tableau ont une info de même titre" in page
        assert "<bdi>Accueil</bdi>, <bdi>Piscine &amp; sports</bdi>." in page
    assert "Les modèles de tableau ne changent pas" in dtan.get(f"/boards/accueil/archive/cards/{other}/erase").text


def test_agents_erase_nothing(town: Town, sonia: Visitor, archived: int) -> None:
    long_ago((Card, archived), (Column, town.guide))
    for path in (f"cards/{archived}", f"columns/{town.guide}"):
        assert sonia.get(f"/boards/accueil/archive/{path}/erase").status_code == 403
        assert sonia.post(f"/boards/accueil/archive/{path}/erase").status_code == 403
    assert town.card(archived).title == "Deux"

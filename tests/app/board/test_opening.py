"""Opening a board: nothing is done or sent twice, and nothing that is not on it counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event, update

from app.board import views as board_views
from boards.database import db, write_transaction
from boards.models import Person
from tests.town import Town
from tests.visitor import Visitor

BOARD = "/boards/accueil"


@pytest.fixture
def agent(town: Town, visitor: Visitor) -> Visitor:
    visitor.sign_in("ccas@ville.example")
    return visitor


@contextmanager
def statements() -> Iterator[list[str]]:
    asked: list[str] = []

    def remember(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", remember)
    yield asked
    event.remove(db.engine, "before_cursor_execute", remember)


def open_again(visitor: Visitor, tag: str) -> int:
    return visitor.get(BOARD, headers={"Accept": "text/html", "If-None-Match": tag}).status_code


def test_whoever_has_the_page_already_is_sent_no_other(town: Town, agent: Visitor) -> None:
    town.add_card("Piscine fermée")
    page = agent.get(BOARD)
    tag = page.headers["ETag"]
    assert tag.startswith(f'W/"{town.seq}-')
    again = agent.get(BOARD, headers={"Accept": "text/html", "If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == "no-store"


def test_what_alters_the_board_or_what_is_one_s_own_makes_another_page(town: Town, agent: Visitor) -> None:
    card = town.add_card("Piscine fermée")
    tag = agent.get(BOARD).headers["ETag"]
    agent.command(type="edit_card", card=card, version=1, title="Piscine ouverte")
    assert open_again(agent, tag) == 200
    tag = agent.get(BOARD).headers["ETag"]
    agent.client.put(f"{BOARD}/folds/{town.free}", json=True, headers={"X-CSRFToken": agent.csrf_token})
    assert open_again(agent, tag) == 200


def test_a_colleague_s_tag_is_worth_nothing(town: Town, app: Flask, agent: Visitor) -> None:
    tag = agent.get(BOARD).headers["ETag"]
    colleague = Visitor(app)
    colleague.sign_in("mediatheque@ville.example")
    assert open_again(colleague, tag) == 200


def test_a_face_that_alters_is_shown_anew_on_cards_that_did_not(town: Town, agent: Visitor) -> None:
    town.add_card("Piscine fermée")
    assert "Agathe Nouvelle" not in agent.get(BOARD).text
    with write_transaction() as session:
        session.execute(
            update(Person).where(Person.id == town.agent).values(name="Agathe Nouvelle", version=Person.version + 1)
        )
    assert 'title="Agathe Nouvelle"' in agent.get(BOARD).text


def test_while_nothing_alters_no_card_is_read_again_and_never_the_log(town: Town, agent: Visitor) -> None:
    town.add_card("Piscine fermée")
    agent.get(BOARD)
    with statements() as asked:
        agent.get(BOARD)
    assert not [statement for statement in asked if "author_version" in statement]
    assert not [statement for statement in asked if "FROM changes" in statement]


def test_the_archive_is_not_looked_at(town: Town, agent: Visitor) -> None:
    """Whatever asks for cards asks for those on the board, or begins from what this person has marked."""
    town.perform(town.agent, type="archive_card", card=town.add_card("Piscine fermée"))
    with statements() as asked:
        agent.get(BOARD)
    among_cards = [statement for statement in asked if "FROM cards" in statement]
    assert among_cards
    assert [statement for statement in among_cards if "archived_at IS NULL" not in statement] == []


def test_whatever_is_written_on_the_page_brings_no_cards_of_a_hidden_column(town: Town, agent: Visitor) -> None:
    """Even by somebody who knew the mark that stands where cards go."""
    hidden = next(iter(town.perform(town.facilitator, type="add_column", title="Cachée", kind="free").columns))
    town.perform(town.facilitator, type="set_rights", column=hidden, agents="none")
    town.add_card("Carte secrète", column=hidden, actor=town.facilitator)
    mark = board_views._PLACE
    assert mark not in agent.get(BOARD).text
    with write_transaction() as session:
        session.execute(update(Person).where(Person.id == town.agent).values(name=f"{mark}{hidden}{mark}"))
    assert "Carte secrète" not in agent.get(BOARD).text

"""Open a board: unchanged cards are not loaded again, and the archive costs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, update

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


def test_a_face_that_alters_is_shown_anew_on_cards_that_did_not(town: Town, agent: Visitor) -> None:
    town.add_card("Piscine fermée")
    assert "Agathe Nouvelle" not in agent.get(BOARD).text
    with write_transaction() as session:
        session.execute(
            update(Person).where(Person.id == town.agent).values(name="Agathe Nouvelle", version=Person.version + 1)
        )
    assert 'title="Agathe Nouvelle"' in agent.get(BOARD).text


def test_a_card_that_did_not_change_is_not_loaded_again_and_the_log_never(town: Town, agent: Visitor) -> None:
    town.add_card("Piscine fermée")
    agent.get(BOARD)
    with statements() as asked:
        agent.get(BOARD)
    assert not [statement for statement in asked if "WHERE cards.id IN" in statement]
    assert not [statement for statement in asked if "FROM changes" in statement]


def test_the_archive_is_not_looked_at(town: Town, agent: Visitor) -> None:
    """Queries for cards start from the cards on the board or from the person's own markers."""
    town.perform(town.agent, type="archive_card", card=town.add_card("Piscine fermée"))
    with statements() as asked:
        agent.get(BOARD)
    among_cards = [statement for statement in asked if "FROM cards" in statement]
    assert among_cards
    assert [statement for statement in among_cards if "archived_at IS NULL" not in statement] == []

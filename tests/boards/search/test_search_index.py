"""The search index stays in step with the cards: rebuilding it changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import event, select, text

from boards.database import db, now, read_session, write_transaction
from boards.models import Card
from boards.search.index import is_missing, rebuild
from boards.search.models import Variant, Word
from tests.boards.log.test_any_history import AnyHistory
from tests.clock import Clock
from tests.town import Town, found_town

Index = tuple[Any, ...]


def stored_index() -> Index:
    db.session.rollback()
    id = "rowid" if db.engine.dialect.name == "sqlite" else "card_id"
    cards = read_session().execute(text(f"SELECT {id}, title, body FROM card_terms ORDER BY 1")).all()
    words = read_session().scalars(select(Word.word)).all()
    variants = read_session().execute(select(Variant.variant, Variant.word)).all()
    return cards, sorted(words), sorted(variants)


def rebuilt_index() -> Index:
    with write_transaction() as session:
        rebuild(session)
    return stored_index()


def test_after_any_history_making_it_anew_alters_nothing(
    app: Flask, password_hash: str, empty_database: Callable[[], None], clock: Clock
) -> None:
    class Machine(AnyHistory):
        def __init__(self) -> None:
            db.session.rollback()
            empty_database()
            rebuilt_index()
            self.town, self.clock = found_town(password_hash), clock
            app.extensions["card_fragments"].clear()
            super().__init__()

        def teardown(self) -> None:
            assert stored_index() == rebuilt_index()

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=6, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_a_word_that_no_card_has_any_more_is_forgotten(town: Town) -> None:
    card = town.add_card("Passerelles du Quai", body="<p>Toboggan</p>")
    town.perform(town.agent, type="edit_card", card=card, version=1, title="Passerelles", body="<p>Balançoire</p>")
    words = set(stored_index()[1])
    assert {"passerelles", "balancoire"} <= words
    assert "toboggan" not in words


def test_an_erased_card_leaves_no_word_in_the_index(town: Town, app: Flask) -> None:
    card = town.add_card("Zanzibar", body="<p>Ouistiti</p>")
    other = town.add_card("Piscine")
    town.perform(town.agent, type="archive_card", card=card)
    with write_transaction() as session:
        session.get_one(Card, card).archived_at = now() - timedelta(days=40)
    town.perform(town.facilitator, type="erase_card", card=card)
    cards, words, variants = stored_index()
    assert [row[0] for row in cards] == [other]
    assert not {"zanzibar", "ouistiti"} & {*words, *(word for _variant, word in variants)}
    if db.engine.dialect.name == "sqlite":
        held = read_session().execute(text("SELECT block FROM card_terms_data")).scalars()
        assert not any(b"ouistiti" in block for block in held)


def test_a_move_does_not_touch_the_index(town: Town) -> None:
    card = town.add_card("Piscine fermée")
    said: list[str] = []
    event.listen(
        db.engine, "before_cursor_execute", lambda _connection, _cursor, statement, *_more: said.append(statement)
    )
    town.perform(town.facilitator, type="move_card", card=card, column=town.free)
    assert said
    assert not [statement for statement in said if "card_terms" in statement or "search_" in statement]


def test_an_undone_change_restores_the_search_results(town: Town) -> None:
    card = town.add_card("Piscine", body="<p>Fermée lundi</p>")
    committed = town.perform(town.agent, type="edit_card", card=card, version=1, title="Patinoire")
    town.perform(town.agent, type="undo_change", seq=committed.seq)
    assert [title for _id, title, _body in stored_index()[0]] == ["piscin piscine"]
    assert stored_index() == rebuilt_index()


def test_the_longest_text_of_the_strangest_words_is_indexed(town: Town) -> None:
    town.add_card(
        "x" * 200, body=f"<p>{'a' * 30_000} {' '.join(f'{n}mot' for n in range(3000))} ½ ﬁ Ⅷ ñ 日本語 עברית</p>"
    )
    assert stored_index() == rebuilt_index()


def test_cards_older_than_the_index_are_noticed(town: Town) -> None:
    assert not is_missing(read_session())
    town.add_card("Piscine")
    assert not is_missing(read_session())
    with write_transaction() as session:
        session.execute(text("DELETE FROM card_terms"))
    db.session.rollback()
    assert is_missing(read_session())

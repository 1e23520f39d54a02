import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from boards.database import db, read_session, write_lock, write_transaction
from boards.models import Board
from tests.town import Town
from tests.visitor import Visitor


def test_a_writer_waiting_for_the_lock_holds_no_connection(town: Town) -> None:
    """Otherwise fifty waiting writers could take every pooled connection and leave none for the lock holder."""
    board = town.fresh_board()
    assert db.engine.pool.checkedout() == 1  # type: ignore[attr-defined]  # a QueuePool
    with write_lock():
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # as above
    with write_transaction():
        assert board.title
        assert db.engine.pool.checkedout() == 1  # type: ignore[attr-defined]  # the writer's; what was read is kept
    with write_transaction() as session:
        session.get_one(Board, town.board).title = "Autrement"
    assert board.title == "Autrement"


@pytest.mark.postgresql
def test_a_connection_that_ended_in_the_pool_is_not_taken(town: Town, database_url: str) -> None:
    """The check costs no extra round trip to PostgreSQL."""
    connections = [db.engine.connect() for _ in range(3)]
    numbers = [connection.scalar(text("SELECT pg_backend_pid()")) for connection in connections]
    for connection in connections:
        connection.close()
    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as other:
        for number in numbers:
            assert other.execute("SELECT pg_terminate_backend(%s, 10000)", (number,)).fetchone() == (True,)
    assert town.perform(town.agent, type="add_card", column=town.free, title="Après").seq == town.seq
    assert read_session().scalar(text("SELECT pg_backend_pid()")) not in numbers


@pytest.mark.postgresql
def test_repeated_queries_are_prepared(app: Flask, town: Town) -> None:
    """Read transactions end by COMMIT because psycopg drops its statement counts on ROLLBACK."""
    agent = Visitor(app)
    agent.sign_in("ccas@ville.example")
    for number in range(8):
        assert agent.command(type="add_card", column=town.free, title=str(number)).status_code == 200
    prepared = read_session().scalars(text("SELECT statement FROM pg_prepared_statements")).all()
    assert any("FROM sign_ins" in statement for statement in prepared)
    assert any("INSERT INTO changes" in statement for statement in prepared)

import re
from typing import Any

import pytest
from sqlalchemy import delete, event, text

from boards.database import db, read_session, write_transaction
from boards.errors import Conflict, Forbidden, NotFound
from boards.log.change_log import CATCH_UP_LIMIT, CommittedChange, changes_after, written_since
from boards.models import Board, Change, Person
from boards.perform import change_committed
from tests.town import Town


def test_each_change_takes_the_next_seq_and_names_its_actor(town: Town) -> None:
    before = town.seq
    card = town.add_card("Un")
    town.perform(town.facilitator, type="archive_card", card=card)
    assert [(change.seq, change.type, change.actor_id) for change in town.log[-2:]] == [
        (before + 1, "card_added", town.agent),
        (before + 2, "card_archived", town.facilitator),
    ]


def test_a_refused_command_leaves_no_trace(town: Town) -> None:
    before = (town.seq, len(town.log))
    with pytest.raises(Forbidden):
        town.add_card(column=town.guide)
    assert (town.seq, len(town.log)) == before


def test_a_change_records_what_undoes_it(town: Town) -> None:
    town.add_card("déjà là", column=town.free)
    card = town.add_card("Avant", body="<p>Ancien</p>")
    rank = town.card(card).rank
    town.perform(town.facilitator, type="edit_card", card=card, version=1, title="Après", body="<p>Neuf</p>")
    town.perform(town.facilitator, type="move_card", card=card, column=town.free)
    edited, moved = (change.record["cards"][str(card)] for change in town.log[-2:])
    assert {name: edited["before"][name] for name in ("title", "body_html")} == {
        "title": "Avant",
        "body_html": "<p>Ancien</p>",
    }
    assert (moved["before"], moved["after"]["column_id"]) == ({"rank": rank, "column_id": town.service}, town.free)


def test_the_signal_is_sent_only_after_the_commit(town: Town) -> None:
    heard: list[tuple[int, int]] = []

    def listen(_sender: Any, change: CommittedChange) -> None:
        heard.append((change.seq, town.seq))

    with change_committed.connected_to(listen):
        town.add_card("Un")
        with pytest.raises(Forbidden):
            town.add_card(column=town.guide)
    assert heard == [(town.seq, town.seq)]


def test_a_repeated_command_sends_no_second_signal(town: Town) -> None:
    heard: list[int] = []

    def listen(_sender: Any, change: CommittedChange) -> None:
        heard.append(change.seq)

    with change_committed.connected_to(listen):
        for _ in range(3):
            town.perform(town.agent, "same", type="add_card", column=town.service, title="Un")
    assert heard == [town.seq]


def test_the_first_result_is_answered_again_with_the_card_as_it_is_now(town: Town) -> None:
    first = town.perform(town.agent, "same", type="add_card", column=town.service, title="Un")
    card = next(iter(first.cards))
    town.perform(town.facilitator, type="edit_card", card=card, version=1, title="Deux")
    again = town.perform(town.agent, "same", type="add_card", column=town.service, title="Un")
    current = again.cards[card]
    assert current is not None
    assert (again.seq, current.title) == (first.seq, "Deux")


def test_an_unknown_board_is_not_found(town: Town) -> None:
    with pytest.raises(NotFound):
        town.perform(town.agent, board=999, type="archive_card", card=1)


def test_a_disabled_person_acts_no_more(town: Town) -> None:
    with write_transaction() as session:
        session.execute(
            text("UPDATE people SET disabled_at = '2026-01-01 00:00:00+00:00' WHERE id = :id"), {"id": town.agent}
        )
    with pytest.raises(Forbidden, match="account_disabled"):
        town.add_card()


def test_only_the_write_path_may_write(town: Town) -> None:
    board = read_session().get_one(Board, town.board)
    board.title = "En douce"
    with pytest.raises(RuntimeError, match="write_transaction"):
        read_session().flush()
    read_session().rollback()


def test_catching_up_returns_the_current_state_of_later_changes(town: Town) -> None:
    before = town.seq
    card = town.add_card("Un")
    town.perform(town.agent, type="edit_card", card=card, version=1, title="Deux")
    gone = town.add_card("Passagère")
    town.perform(town.agent, type="archive_card", card=gone)
    missed = changes_after(read_session(), town.fresh_board(), before)
    assert missed.changes is not None
    assert [change.seq for change in missed.changes] == [before + 1, before + 2, before + 3, before + 4]
    shown = missed.changes[0].cards[card]
    assert shown is not None
    assert (shown.title, missed.changes[2].cards[gone]) == ("Deux", None)


def test_catching_up_from_the_latest_seq_returns_nothing(town: Town) -> None:
    assert changes_after(read_session(), town.fresh_board(), town.seq).changes == []


@pytest.mark.parametrize("after", [-1, 10**6])
def test_an_impossible_seq_requires_a_fresh_page(town: Town, after: int) -> None:
    assert changes_after(read_session(), town.fresh_board(), after).changes is None


def test_too_many_missed_changes_require_a_fresh_page(town: Town) -> None:
    before = town.seq
    for number in range(CATCH_UP_LIMIT + 1):
        town.add_card(str(number))
    board = town.fresh_board()
    assert changes_after(read_session(), board, before).changes is None
    assert len(changes_after(read_session(), board, before + 1).changes or []) == CATCH_UP_LIMIT


def test_other_workers_rebuild_a_change_from_the_log_alone(town: Town) -> None:
    start = town.seq
    for number in range(4):
        town.add_card(str(number))
    for after in (*range(start - 1, start + 5), start + 9, -1):
        board = town.fresh_board()
        by_log, by_board = written_since(read_session(), board.id, after), changes_after(read_session(), board, after)
        assert by_log.seq == by_board.seq
        assert [change.seq for change in by_log.changes or []] == [change.seq for change in by_board.changes or []]
        assert (by_log.changes is None) == (by_board.changes is None)


def test_a_gap_in_the_log_requires_a_fresh_page(town: Town) -> None:
    before = town.seq
    for number in range(3):
        town.add_card(str(number))
    with write_transaction() as session:
        session.execute(delete(Change).where(Change.board_id == town.board, Change.seq == before + 2))
    assert written_since(read_session(), town.board, before).changes is None


def test_a_key_belongs_to_one_board(town: Town) -> None:
    town.perform(town.facilitator, "k", type="add_column", title="A", kind="free")
    with pytest.raises(Conflict, match="key_reused"):
        town.perform(town.facilitator, "k", board=town.other_board, type="add_column", title="A", kind="free")


@pytest.mark.parametrize(
    ("name", "initials"),
    [("Sonia Bernard", "SB"), ("Marie-Ange Le Goff", "MG"), ("élu", "É"), ("  ", "?"), ("Zoé (CCAS)", "Z")],
)
def test_initials(name: str, initials: str) -> None:
    assert Person(name=name).initials == initials


def test_a_move_sends_few_statements_while_it_holds_the_lock(town: Town) -> None:
    card = town.add_card("À déplacer")
    said: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        said.append(" ".join(statement.split()))

    event.listen(db.engine, "before_cursor_execute", hear)
    town.perform(town.facilitator, "k", type="move_card", card=card, column=town.guide)
    event.remove(db.engine, "before_cursor_execute", hear)
    about = [found[0] for statement in said if (found := re.search(r"(FROM|UPDATE|INTO) \w+", statement))]
    # In order: lock the board; the actor, with any change under this key; the card with its column; the target column;
    # the neighbours; then write the card and the log.
    assert about == [
        "UPDATE boards",
        "FROM people",
        "FROM cards",
        "FROM columns",
        "FROM cards",
        "UPDATE cards",
        "INTO changes",
    ]


def test_catching_up_takes_three_queries(town: Town) -> None:
    before, _card = town.seq, town.add_card("Une")
    board = town.fresh_board()
    said: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", hear)
    assert changes_after(read_session(), board, before).seq == before + 1
    event.remove(db.engine, "before_cursor_execute", hear)
    assert len(said) == 3  # the log, the cards, their columns


def test_sqlite_is_durable_and_checks_its_keys(town: Town) -> None:
    if db.engine.dialect.name != "sqlite":
        return
    asked = {
        name: read_session().execute(text(f"PRAGMA {name}")).scalar()
        for name in ("journal_mode", "synchronous", "foreign_keys")
    }
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}

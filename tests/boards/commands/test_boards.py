"""Board commands: rename, archive, restore, the order of boards and the default board."""

from __future__ import annotations

from typing import Any

import pytest

from app.board.rendering import serialize_change
from boards.commands.reassign_service import ReassignService
from boards.database import db, read_session, write_transaction
from boards.directory import create_board, make_default, place_board, slug_for_board
from boards.errors import Conflict, Forbidden, Invalid, NotFound
from boards.log.change_log import changes_after
from boards.models import Board, Change, Person
from boards.perform import perform, perform_batch
from boards.queries import boards_for, find_board, find_card, home_board
from boards.suggestions import notices, unread_notices
from tests.town import Town

OTHERS = ("agent", "colleague", "reader")


@pytest.fixture(autouse=True)
def default(town: Town) -> None:
    """Make the other board the default, so that the town's own may be archived."""
    choose_default(town.other_board)


def choose_default(board: int) -> bool:
    with write_transaction() as session:
        return make_default(session, board)


def place(board: int, step: int) -> bool:
    with write_transaction() as session:
        return place_board(session, board, step)


def order(town: Town, who: str = "reader") -> list[str]:
    db.session.rollback()
    return [board.title for board in boards_for(read_session(), person(town, who))]


def person(town: Town, who: str) -> Person:
    found: Person = read_session().get_one(Person, getattr(town, who))
    return found


def archive(town: Town) -> None:
    town.perform(town.facilitator, type="archive_board")


# --- renaming --------------------------------------------------------------------------------------------------------


def test_a_facilitator_renames_a_board(town: Town) -> None:
    done = town.perform(town.facilitator, type="edit_board", title="  Accueil  des usagers ", version=1)
    board = town.fresh_board()
    assert (board.title, board.version, board.slug) == ("Accueil des usagers", 2, "accueil")  # its address stays
    for who in OTHERS:
        told = serialize_change(done, person(town, who).audience, "fr")
        assert (told["type"], told["board"]) == ("board_edited", {"title": "Accueil des usagers", "archived": False})


def test_the_log_has_the_title_before_and_after(town: Town) -> None:
    town.perform(town.facilitator, type="edit_board", title="Guichets")
    assert town.log[-1].record["board"] == {"before": {"title": "Accueil"}, "after": {"title": "Guichets"}}
    town.add_card()
    assert "board" not in town.log[-1].record


def test_catching_up_tells_of_the_new_title(town: Town) -> None:
    before = town.seq
    town.perform(town.facilitator, type="edit_board", title="Guichets")
    town.add_card()
    [renamed, added] = changes_after(read_session(), town.fresh_board(), before).changes or []
    assert [change.board.title if change.board else None for change in (renamed, added)] == ["Guichets", None]


def test_of_two_who_rename_it_at_once_the_second_is_told_the_title_of_the_first(town: Town) -> None:
    town.perform(town.facilitator, type="edit_board", title="Guichets", version=1)
    with pytest.raises(Conflict, match="stale_version") as refused:
        town.perform(town.facilitator, type="edit_board", title="Comptoirs", version=1)
    assert refused.value.facts == {"board": town.board, "version": 2, "title": "Guichets"}
    assert town.fresh_board().title == "Guichets"


def test_two_boards_do_not_bear_one_title(town: Town) -> None:
    with pytest.raises(Conflict, match="board_exists"):
        town.perform(town.facilitator, type="edit_board", title="AUTRE")
    town.perform(town.facilitator, type="edit_board", title="ACCUEIL")  # its own, in capitals


@pytest.mark.parametrize(
    "fields",
    [{"title": " "}, {"title": "x" * 201}, {"title": 3}, {}, {"title": "x", "version": 0}, {"title": "x", "slug": "y"}],
)
def test_a_wrong_title_is_refused(town: Town, fields: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        town.perform(town.facilitator, type="edit_board", **fields)
    assert town.fresh_board().title == "Accueil"


@pytest.mark.parametrize("who", OTHERS)
@pytest.mark.parametrize(
    "command",
    [{"type": "edit_board", "title": "x"}, {"type": "archive_board"}, {"type": "restore_board"}],
    ids=lambda each: each["type"],
)
def test_nobody_else_may(town: Town, who: str, command: dict[str, Any]) -> None:
    before = town.seq
    with pytest.raises(Forbidden, match="may_not_arrange"):
        town.perform(getattr(town, who), **command)
    assert town.seq == before


def test_a_new_title_is_taken_back_and_given_again(town: Town) -> None:
    renamed = town.perform(town.facilitator, type="edit_board", title="Guichets").seq
    for who in OTHERS:
        with pytest.raises(Forbidden):
            town.perform(getattr(town, who), type="undo_change", seq=renamed)
    undone = town.perform(town.facilitator, type="undo_change", seq=renamed)
    assert (town.fresh_board().title, undone.board and undone.board.title) == ("Accueil", "Accueil")
    town.perform(town.facilitator, type="undo_change", seq=undone.seq)
    assert town.fresh_board().title == "Guichets"


def test_not_when_it_was_renamed_since_or_the_title_is_taken(town: Town) -> None:
    first = town.perform(town.facilitator, type="edit_board", title="Guichets").seq
    town.perform(town.facilitator, board=town.other_board, type="edit_board", title="Accueil")
    with pytest.raises(Conflict, match="board_exists"):
        town.perform(town.facilitator, type="undo_change", seq=first)
    town.perform(town.facilitator, type="edit_board", title="Comptoirs")
    with pytest.raises(Conflict, match="changed_since"):
        town.perform(town.facilitator, type="undo_change", seq=first)


def test_archiving_and_restoring_are_not_undone_but_done_the_other_way(town: Town) -> None:
    archive(town)
    restored = town.perform(town.facilitator, type="restore_board").seq
    for seq in (restored - 1, restored):
        with pytest.raises(Conflict, match="cannot_undo"):
            town.perform(town.facilitator, type="undo_change", seq=seq)


# --- archiving -------------------------------------------------------------------------------------------------------


def test_an_archived_board_is_there_for_facilitators_only(town: Town) -> None:
    card = town.add_card()
    archive(town)
    db.session.rollback()
    assert find_board(read_session(), person(town, "facilitator"), "accueil").archived_at is not None
    assert find_card(read_session(), person(town, "facilitator"), card)[0].id == card
    for who in OTHERS:
        with pytest.raises(NotFound, match="board_not_found"):
            find_board(read_session(), person(town, who), "accueil")
        with pytest.raises(NotFound, match="card_not_found"):
            find_card(read_session(), person(town, who), card)
        assert order(town, who) == ["Autre"]
    assert order(town, "facilitator") == ["Autre"]


def test_nobody_is_told_of_a_suggestion_on_it_until_it_is_back(town: Town) -> None:
    idea = town.add_card("Un écran à l’entrée", column=town.suggestions)
    town.perform(town.facilitator, type="set_status", card=idea, status="studied")

    def told() -> tuple[int, int]:
        db.session.rollback()
        return len(notices(read_session(), person(town, "agent"))), unread_notices(
            read_session(), person(town, "agent")
        )

    assert told() == (1, 1)
    archive(town)
    assert told() == (0, 0)
    town.perform(town.facilitator, type="restore_board")
    assert told() == (1, 1)


def test_it_takes_nothing_but_being_restored(town: Town) -> None:
    card, last = town.add_card(), town.seq
    archive(town)
    before = town.seq
    for command in (
        {"type": "add_card", "column": town.free, "title": "x"},
        {"type": "edit_card", "card": card, "version": 1, "title": "x"},
        {"type": "move_card", "card": card, "column": town.free},
        {"type": "add_column", "title": "x", "kind": "free"},
        {"type": "set_rights", "column": town.free, "agents": "read"},
        {"type": "undo_change", "seq": last},
        {"type": "edit_board", "title": "x"},
        {"type": "archive_board"},
    ):
        with pytest.raises(Conflict, match="board_archived"):
            town.perform(town.facilitator, **command)
    assert town.seq == before
    town.perform(town.facilitator, type="restore_board")
    assert town.fresh_board().archived_at is None
    town.perform(town.agent, type="edit_card", card=card, version=1, title="Comme avant")


@pytest.mark.parametrize("key", [None, "key"])
def test_to_those_who_do_not_see_it_an_archived_board_does_not_exist(town: Town, key: str | None) -> None:
    archive(town)
    with pytest.raises(NotFound, match="board_not_found"):
        town.perform(town.agent, key, type="add_card", column=town.service, title="Une carte")


def test_a_lost_answer_is_given_again_although_the_board_was_archived_since(town: Town) -> None:
    command: dict[str, Any] = {"type": "add_card", "column": town.service, "title": "Piscine fermée"}
    first = town.perform(town.agent, "key", **command)
    archive(town)
    assert town.perform(town.agent, "key", **command).seq == first.seq


def test_everybody_hears_that_it_was_archived_and_restored(town: Town) -> None:
    for type, archived in (("archive_board", True), ("restore_board", False)):
        done = town.perform(town.facilitator, type=type)
        for who in OTHERS:
            assert serialize_change(done, person(town, who).audience, "fr")["board"] == {
                "title": "Accueil",
                "archived": archived,
            }


def test_a_board_in_use_is_not_restored(town: Town) -> None:
    with pytest.raises(Conflict, match="board_not_archived"):
        town.perform(town.facilitator, type="restore_board")


def test_the_default_board_is_not_archived(town: Town) -> None:
    with pytest.raises(Conflict, match="board_is_default"):
        town.perform(town.facilitator, board=town.other_board, type="archive_board")


def test_where_no_default_was_chosen_the_first_board_is_it(town: Town) -> None:
    with write_transaction() as session:
        session.get_one(Board, town.other_board).is_default = False
    with pytest.raises(Conflict, match="board_is_default"):
        archive(town)
    town.perform(town.facilitator, board=town.other_board, type="archive_board")


def test_the_last_board_is_not_archived(town: Town) -> None:
    choose_default(town.board)
    town.perform(town.facilitator, board=town.other_board, type="archive_board")
    with pytest.raises(Conflict, match="last_board"):
        archive(town)


def test_services_merge_although_a_board_of_theirs_is_archived(town: Town) -> None:
    archive(town)
    command = ReassignService(service=town.ccas, to=town.mediatheque)
    perform_batch(town.facilitator, {town.board: command}, also=lambda _session: None)
    assert town.column(town.service).service_id == town.mediatheque


# --- the town's order ------------------------------------------------------------------------------------------------


def test_a_new_board_comes_last_and_boards_change_places(town: Town) -> None:
    with write_transaction() as session:
        create_board(session, "plage", "Plage")
    assert order(town) == ["Accueil", "Autre", "Plage"]
    assert place(town.other_board, -1)
    assert order(town) == ["Autre", "Accueil", "Plage"]
    assert not place(town.other_board, -1)  # at the edge
    assert place(town.other_board, 1)
    assert order(town) == ["Accueil", "Autre", "Plage"]


def test_archived_boards_do_not_count_among_places(town: Town) -> None:
    with write_transaction() as session:
        last = create_board(session, "plage", "Plage").id
    archive(town)
    assert not place(town.board, 1)
    assert place(last, -1)
    town.perform(town.facilitator, type="restore_board")
    assert order(town) == ["Plage", "Autre", "Accueil"]


def test_everybody_arrives_on_the_default_else_on_the_first(town: Town) -> None:
    def home() -> str:
        db.session.rollback()
        board = home_board(read_session(), person(town, "reader"))
        return board.title if board else ""

    assert home() == "Autre"
    assert choose_default(town.board)
    assert home() == "Accueil"
    assert not choose_default(town.board)  # twice is once
    with write_transaction() as session:
        session.get_one(Board, town.board).is_default = False
    assert home() == "Accueil"


def test_no_archived_or_unknown_board_becomes_the_default(town: Town) -> None:
    archive(town)
    with pytest.raises(Conflict, match="board_archived"):
        choose_default(town.board)
    with pytest.raises(NotFound):
        choose_default(987_654)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Été à la plage", "ete-a-la-plage"),
        ("Accueil", "accueil-2"),
        ("2026", "tableau-2026"),
        ("12 34", "tableau-12-34"),
        ("—", "tableau"),
        ("é" * 200, "e" * 75),
    ],
)
def test_the_address_is_made_from_the_title(town: Town, title: str, slug: str) -> None:
    assert slug_for_board(read_session(), title) == slug


def test_a_command_on_a_board_that_is_not_there_is_refused(town: Town) -> None:
    with pytest.raises(NotFound):
        perform(town.facilitator, 987_654, ReassignService(service=1, to=2))
    assert read_session().query(Change).filter_by(board_id=987_654).count() == 0

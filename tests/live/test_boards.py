"""Live board changes: rename, archive and restore reach open pages; an archived board admits facilitators only."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest

from tests.live.person import LivePerson
from tests.server import Server

Connect = Callable[[str], LivePerson]


@pytest.fixture
def board(shared_server: Server) -> Iterator[str]:
    """Create a board from the built-in template that is not the default."""
    slug = f"ete-{uuid.uuid4().hex[:6]}"
    made = shared_server.flask("board", "create", slug, f"Été {slug}", "--template", "ville")
    assert made.returncode == 0, made.stderr
    yield slug
    shared_server.flask("board", "archive", slug)


def seq_of(someone: LivePerson, board: str) -> int:
    seq: int = someone.web.get(f"{someone.url}/api/boards/{board}", timeout=60).json()["seq"]
    return seq


def join(someone: LivePerson, board: str) -> LivePerson:
    assert "error" not in someone.join(seq_of(someone, board), board)
    return someone


def test_a_new_title_reaches_every_role(board: str, person: Connect) -> None:
    dtan, *others = (join(person(name), board) for name in ("dtan", "ccas", "elu"))
    seq = dtan.send(board=board, type="edit_board", title=f"Plage {board}")["seq"]
    for someone in others:
        change = someone.hear_up_to(seq)[-1]
        assert (change["type"], change["board"]) == ("board_edited", {"title": f"Plage {board}", "archived": False})
        assert change["actor"]["name"] == "Élise Laurent"


def test_those_who_have_it_open_hear_that_it_is_archived_and_restored(board: str, person: Connect) -> None:
    dtan, ccas = join(person("dtan"), board), join(person("ccas"), board)
    for type, archived in (("archive_board", True), ("restore_board", False)):
        seq = dtan.send(board=board, type=type)["seq"]
        assert ccas.hear_up_to(seq)[-1]["board"]["archived"] is archived
    assert "error" not in ccas.join(seq, board)


def test_an_archived_board_lets_nobody_in_and_takes_nothing(board: str, person: Connect) -> None:
    dtan, ccas = join(person("dtan"), board), join(person("ccas"), board)
    told = dtan.web.get(f"{dtan.url}/api/boards/{board}", timeout=60).json()
    card, column = told["cards"][0]["id"], told["columns"][1]["id"]
    seq = dtan.send(board=board, type="archive_board")["seq"]
    ccas.hear_up_to(seq)
    assert (
        ccas.send(board=board, type="add_card", column=column, title="Trop tard")["error"]["code"] == "board_not_found"
    )
    assert ccas.ask("typing", {"card": card, "on": True})["error"]["code"] == "card_not_found"
    assert ccas.join(seq, board)["error"]["code"] == "board_not_found"
    late = person("sports")
    assert late.join(seq, board)["error"]["code"] == "board_not_found"
    assert late.web.get(f"{late.url}/boards/{board}", timeout=60).status_code == 404
    assert (
        dtan.send(board=board, type="add_card", column=column, title="Trop tard")["error"]["code"] == "board_archived"
    )
    assert dtan.join(seq - 1, board)["changes"][0]["board"]["archived"] is True


def test_a_returning_client_learns_of_archiving(board: str, person: Connect) -> None:
    dtan, elu = join(person("dtan"), board), join(person("elu"), board)
    before = seq_of(elu, board)
    elu.leave()
    dtan.send(board=board, type="edit_board", title=f"Automne {board}")
    elu.connect()
    assert elu.join(before, board)["changes"][0]["board"]["title"] == f"Automne {board}"


def test_a_board_archived_by_another_process_is_told_too(shared_server: Server, board: str, person: Connect) -> None:
    ccas = join(person("ccas"), board)
    assert shared_server.flask("board", "archive", board).returncode == 0
    ccas.wait_until(lambda: [change for change in ccas.changes() if change.get("board", {}).get("archived")])

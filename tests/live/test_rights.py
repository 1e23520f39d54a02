"""Live rights: unreadable content is never sent, and withdrawn rights apply to open connections."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.live.person import LiveClient, LivePerson, only
from tests.server import Server

Connect = Callable[[str], LivePerson]
SECRET = "Code de l’alarme"


@pytest.fixture
def elu(person: Connect) -> LivePerson:
    elu = person("elu")
    elu.join()
    return elu


@pytest.fixture
def hidden(dtan: LivePerson) -> int:
    """Create a column that readers and agents do not see, except the agents of sports."""
    column = only(dtan.send(type="add_column", title="Régie", kind="free")["changes"][0]["columns"])
    sports = next(each for each in dtan.columns() if each["title"] == "Sports")
    dtan.send(
        type="set_rights", column=column, agents="none", readers="none", services={str(sports["service"]): "edit"}
    )
    return column


def test_a_hidden_column_is_in_no_payload(dtan: LivePerson, hidden: int, person: Connect) -> None:
    ccas, elu = person("ccas"), person("elu")
    answers = [someone.join(0) for someone in (ccas, elu)]
    card = only(dtan.send(type="add_card", column=hidden, title=SECRET)["changes"][0]["cards"])
    dtan.send(type="edit_card", card=card, version=1, body=f"<p>{SECRET}</p>")
    last = dtan.send(type="archive_card", card=card)["seq"]
    for someone, answer in zip((ccas, elu), answers, strict=True):
        heard = someone.hear_up_to(last)
        assert [change["type"] for change in heard[-3:]] == ["unseen"] * 3
        assert {change["actor"] for change in heard[-3:]} == {None}
        board = someone.board()
        for told in (heard, answer, board, someone.join(last - 3)):
            assert SECRET not in json.dumps(told, ensure_ascii=False)
        assert hidden not in {column["id"] for column in board["columns"]}


def test_permitted_people_receive_changes_of_a_hidden_column(dtan: LivePerson, hidden: int, person: Connect) -> None:
    sports = person("sports")
    sports.join()
    seq = dtan.send(type="add_card", column=hidden, title=SECRET)["seq"]
    [card] = sports.hear_up_to(seq)[-1]["cards"].values()
    assert card["title"] == SECRET


def test_typing_in_a_hidden_column_is_not_told(dtan: LivePerson, hidden: int, person: Connect) -> None:
    sports, elu = person("sports"), person("elu")
    for someone in (sports, elu):
        someone.join()
    card = only(dtan.send(type="add_card", column=hidden, title=SECRET)["changes"][0]["cards"])
    dtan.ask("typing", {"card": card, "on": True})
    sports.wait_until(lambda: [told for told in sports.events("typing") if told["card"] == card])
    elu.hear_up_to(
        dtan.send(type="add_card", column=dtan.columns()[0]["id"], title="Après")["seq"]
    )  # whatever was told before has come
    assert [told for told in elu.events("typing") if told["card"] == card] == []
    assert elu.ask("typing", {"card": card, "on": True})["error"]["code"] == "card_not_found"


def test_a_right_withdrawn_reaches_open_connections_with_the_change(dtan: LivePerson, elu: LivePerson) -> None:
    column = dtan.columns()[1]["id"]
    seq = dtan.send(type="set_rights", column=column, readers="none")["seq"]
    change = elu.hear_up_to(seq)[-1]
    assert (change["columns"], change["cards"]) == ({str(column): None}, {})
    seq = dtan.send(type="set_rights", column=column, readers=None)["seq"]
    back = elu.hear_up_to(seq)[-1]
    assert back["columns"][str(column)]["level"] == "read"
    assert len(back["cards"]) == len([card for card in dtan.board()["cards"] if card["column"] == column])


def test_a_service_left_takes_its_rights_along_within_seconds(
    shared_server: Server, hidden: int, dtan: LivePerson, person: Connect
) -> None:
    culture = person("culture")
    culture.join()
    column = next(each["id"] for each in dtan.columns() if each["title"] == "Culture")
    assert "error" not in culture.send(type="add_card", column=column, title="Encore du service")
    assert shared_server.flask("people", "set-services", "culture@demo.example", "sports").returncode == 0
    culture.wait_until(lambda: culture.events("view_changed"))
    assert culture.send(type="add_card", column=column, title="Plus du service")["error"]["code"] == "may_not_add"
    assert hidden in {each["id"] for each in culture.board()["columns"]}
    seq = dtan.send(type="add_card", column=hidden, title="Du nouveau service")["seq"]
    assert culture.hear_up_to(seq)[-1]["type"] == "card_added"
    shared_server.flask("people", "set-services", "culture@demo.example", "culture")


def test_leaving_a_service_while_away_requires_a_fresh_board_on_return(
    shared_server: Server, hidden: int, person: Connect
) -> None:
    sports = person("sports")
    page = sports.web.get(f"{shared_server.url}/boards/accueil", timeout=60).text
    assert f'id="column-{hidden}"' in page
    [(seq, view)] = re.findall(r'data-seq="(\d+)"\s+data-view="([^"]+)"', page)
    sports.leave()
    assert shared_server.flask("people", "set-services", "sports@demo.example", "culture").returncode == 0
    sports.connect()
    try:
        back = {"board": "accueil", "after": int(seq)}
        assert sports.ask("join", {**back, "view": view}).get("resync") is True
        fresh = sports.web.get(f"{shared_server.url}/boards/accueil", timeout=60).text
        assert f'id="column-{hidden}"' not in fresh
        [view] = re.findall(r'data-view="([^"]+)"', fresh)
        assert sports.ask("join", {**back, "view": view})["changes"] == []
    finally:
        shared_server.flask("people", "set-services", "sports@demo.example", "sports")


def test_a_programs_connection_ends_with_its_token(shared_server: Server, person: Connect) -> None:
    owner = person("ccas")
    made = owner.web.post(
        f"{shared_server.url}/profile/tokens",
        data={"label": "Écran", "scope": "read", "csrf_token": owner.csrf_token},
        timeout=60,
    ).text
    [token], [revoke] = re.findall(r"fn_[\w-]{43}", made), re.findall(r'"(/profile/tokens/\d+/revoke)"', made)
    ended = threading.Event()
    program = LiveClient()
    program.on("disconnect", lambda *_reason: ended.set())
    program.connect(
        shared_server.url, headers={"Authorization": f"Bearer {token}"}, transports=["websocket"], wait_timeout=60
    )
    assert program.call("join", {"board": "accueil", "after": 0}, timeout=60)["seq"]
    assert "jamais utilisé" not in owner.web.get(f"{shared_server.url}/profile", timeout=60).text
    owner.web.post(f"{shared_server.url}{revoke}", data={"csrf_token": owner.csrf_token}, timeout=60)
    assert ended.wait(timeout=60)


def test_a_facilitator_who_looks_as_a_reader_hears_what_readers_hear(
    dtan: LivePerson, hidden: int, person: Connect
) -> None:
    looking = person("dtan")
    looking.ask("join", {"board": "accueil", "after": looking.board()["seq"], "as": "reader"})
    seq = dtan.send(type="add_card", column=hidden, title=SECRET)["seq"]
    assert looking.hear_up_to(seq)[-1]["type"] == "unseen"
    assert looking.send(type="add_card", column=hidden, title="Non")["error"]["code"] == "only_previewing"
    looking.join(seq - 1)  # as oneself again
    seq = dtan.send(type="add_card", column=hidden, title="Vue")["seq"]
    assert looking.hear_up_to(seq)[-1]["type"] == "card_added"


@pytest.mark.parametrize("who", ["ccas", "elu"])
def test_nobody_else_looks_as_somebody_else(person: Connect, who: str) -> None:
    someone = person(who)
    answer = someone.ask("join", {"board": "accueil", "after": 0, "as": "agent"})
    assert answer["error"]["code"] == "may_not_preview"


@pytest.mark.parametrize(
    "place", ["service:987654", "service:x", "facilitator", "", 3, ["reader"], {"a": 1}, "service:" + "9" * 40]
)
def test_a_place_that_is_none_is_refused(dtan: LivePerson, place: Any) -> None:
    assert dtan.ask("join", {"board": "accueil", "after": 0, "as": place})["error"]["status"] in (404, 422)

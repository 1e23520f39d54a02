"""Invalid and hostile live input is refused without harm to the server or the data."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
import socketio
import websocket

from tests.live.person import LiveClient, LivePerson
from tests.server import Server

Connect = Callable[[str], LivePerson]

WRONG_COMMANDS: list[tuple[tuple[Any, ...], int]] = [
    ((), 422),
    ((None,), 422),
    (("add_card",), 422),
    ((12,), 422),
    (([],), 422),
    (({}, {}), 422),
    (({},), 422),
    (({"board": "accueil"},), 422),
    (({"board": "accueil", "type": "nope"},), 422),
    (({"board": None, "type": "archive_card", "card": 1},), 422),
    (({"board": {"$ne": 1}, "type": "archive_card", "card": 1},), 422),
    (({"board": "nulle-part", "type": "archive_card", "card": 1},), 404),
    (({"board": "accueil", "type": "archive_card", "card": 10**15},), 404),
    (({"board": "accueil", "type": "archive_card", "card": True},), 422),
    (({"board": "accueil", "type": "archive_card", "card": 1, "actor": 1},), 422),
    (({"board": "accueil", "type": "add_card", "column": 1, "title": "\x00"},), 422),
]


@pytest.mark.parametrize(("arguments", "status"), WRONG_COMMANDS, ids=lambda value: str(value)[:70])
def test_a_wrong_command_is_refused(person: Connect, arguments: tuple[Any, ...], status: int) -> None:
    ccas = person("ccas")
    before = ccas.board()["seq"]
    answer = ccas.socket.call("command", arguments, timeout=60)
    assert (answer["error"]["status"], ccas.board()["seq"]) == (status, before)
    assert answer["error"]["detail"]


@pytest.mark.parametrize(
    "data", [None, "x", {}, {"board": []}, {"board": "nulle-part", "after": 0}, {"board": -1}, {"board": 10**30}]
)
def test_a_wrong_join_is_refused(person: Connect, data: Any) -> None:
    assert person("ccas").ask("join", data)["error"]["status"] in (404, 422)


@pytest.mark.parametrize("data", [None, {"card": "1"}, {"card": -1}, {"card": 10**30}, {"card": 10**12}, {"card": [1]}])
def test_wrong_typing_is_refused(person: Connect, data: Any) -> None:
    assert person("ccas").ask("typing", data)["error"]["status"] in (404, 422)


def test_a_reader_is_refused_what_they_may_not_do(person: Connect) -> None:
    reader = person("elu")
    card = reader.board()["cards"][0]["id"]
    before = reader.board()["seq"]
    assert reader.send(type="archive_card", card=card)["error"]["status"] == 403
    assert reader.board()["seq"] == before


def test_events_named_connect_and_disconnect_grant_and_break_nothing(person: Connect) -> None:
    ccas = person("ccas")
    ccas.join()
    for event in ("connect", "disconnect", "connect"):
        ccas.socket.emit(event, {"auth": "me"})
    answer = ccas.ask("join", {"board": "accueil", "after": 0})
    assert "error" in answer or answer["people"]
    assert ccas.web.get(f"{ccas.url}/healthz", timeout=60).status_code == 200


def test_strangers_get_no_connection(shared_server: Server) -> None:
    client = LiveClient()
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(shared_server.url, wait_timeout=60)


def test_another_sites_page_gets_no_connection(shared_server: Server) -> None:
    ccas = LivePerson(shared_server.url, "ccas@demo.example")
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "https://evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
        {"Origin": "null"},
    ):
        response = requests.get(
            f"{shared_server.url}/socket.io/?EIO=4&transport=polling",
            headers={"Cookie": ccas.cookies, **headers},
            timeout=60,
        )
        assert response.status_code == 400


FRAMES: list[str | bytes] = [
    "",
    "x",
    "9",
    "4",
    "42",
    "42{",
    '42["command"',
    '42["command",NaN]',
    '42["command",{"board":"accueil","type":"add_card","column":1,"title":"x","hue":Infinity}]',
    "42" + "[" * 50_000,
    '421["command",' + '{"a":' * 5000 + "1" + "}" * 5000 + "]",
    "451-",
    '451-["command",{"_placeholder":true,"num":0}]',
    '459999999999-["command",{"_placeholder":true,"num":5}]',
    '42/other,["command",{}]',
    "41",
    "40{}",
    "43[1]",
    '42["",{}]',
    "42[null,{}]",
    "42[]",
    "42{}",
    b"\x00\xff\xfe",
    "6" * 1000,
]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: repr(frame[:40]))
def test_malformed_frames_leave_the_server_well(shared_server: Server, frame: str | bytes) -> None:
    ccas = LivePerson(shared_server.url, "ccas@demo.example")
    before = ccas.board()["seq"]
    socket = raw_socket(shared_server, ccas)
    if isinstance(frame, bytes):
        socket.send_binary(frame)
    else:
        socket.send(frame)
    socket.close()
    witness = LivePerson(shared_server.url, "mediatheque@demo.example").connect()
    assert witness.join()["seq"] == before
    witness.leave()


def test_a_frame_beyond_the_limit_closes_only_its_own_connection(shared_server: Server, person: Connect) -> None:
    witness = person("mediatheque")
    witness.join()
    ccas = LivePerson(shared_server.url, "ccas@demo.example")
    socket = raw_socket(shared_server, ccas)
    try:
        socket.send('42["command",{"title":"' + "x" * 2_000_000 + '"}]')
        while socket.recv():
            pass
    except (websocket.WebSocketException, OSError):
        pass
    assert "error" not in witness.join()


def raw_socket(server: Server, person: LivePerson) -> websocket.WebSocket:
    """Open an Engine.IO connection in the namespace and give direct access to its frames."""
    socket = websocket.create_connection(
        f"ws://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=websocket",
        cookie=person.cookies,
        timeout=60,
        suppress_origin=True,
    )
    assert json.loads(socket.recv()[1:])["sid"]
    socket.send("40")
    assert str(socket.recv()).startswith("40")
    return socket

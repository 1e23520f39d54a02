"""Broadcast frames: encoded once, equal to those of the pinned Socket.IO, and the same bytes for every socket."""

from __future__ import annotations

from typing import Any

import pytest
import socketio
from engineio.socket import Socket
from socketio.manager import Manager
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, TextMessage

from app.live.transport import broadcast_manager
from app.live.transport.broadcast_manager import BroadcastManager
from app.live.transport.websocket import SOCKET_KEY
from app.web import json as strict_json

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: town\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
CHANGES = [{"seq": 7, "cards": {"1": {"title": "Piscine fermée", "html": "<li>" + "é" * 40_000}}}]


class RecordedSocket(list[bytes]):
    """Stand in for a BufferedSocket that keeps what is written to it."""

    pending_frames = 0

    def write(self, frame: bytes) -> bool:
        self.append(frame)
        return True


class Hall:
    """Socket.IO server with clients registered by hand, as after their handshakes."""

    def __init__(self, manager: Manager) -> None:
        self.server = socketio.Server(client_manager=manager, async_mode="threading", json=strict_json)
        self.manager = manager

    def enter(self, name: str, *rooms: str, websocket: bool = True, socket: RecordedSocket | None = None) -> str:
        client = Socket(self.server.eio, name)
        client.connected, client.upgraded, client.last_ping = True, websocket, None
        self.server.eio.sockets[name] = client
        self.server.environ[name] = {} if socket is None else {SOCKET_KEY: socket}
        sid: str = self.manager.connect(name, "/")
        for room in rooms:
            self.manager.enter_room(sid, "/", room)
        return sid

    def queued(self, name: str) -> list[str]:
        queue = self.server.eio.sockets[name].queue
        return [queue.get_nowait().encode() for _ in range(queue.qsize())]


@pytest.mark.parametrize("data", [None, "text", CHANGES, {"board": 1}, ("several", 2), []], ids=str)
def test_the_frame_is_what_the_plain_way_sends(data: Any) -> None:
    plain, fast, socket = Hall(Manager()), Hall(BroadcastManager()), RecordedSocket()
    plain.enter("client", "board")
    fast.enter("client", "board", socket=socket)
    for hall in (plain, fast):
        hall.server.emit("changes", data, to=["board"])
    driver = WSConnection(ConnectionType.SERVER)  # as simple-websocket has one for each connection
    driver.receive_data(HANDSHAKE)
    list(driver.events())
    driver.send(AcceptConnection())
    assert socket == [driver.send(TextMessage(data=text)) for text in plain.queued("client")]
    assert fast.queued("client") == []


def test_all_are_given_the_very_same_bytes_and_each_once() -> None:
    hall, sockets = Hall(BroadcastManager()), [RecordedSocket() for _ in range(3)]
    for number, socket in enumerate(sockets):
        hall.enter(f"client {number}", "agents", *(["readers"] if number else []), socket=socket)
    hall.server.emit("changes", CHANGES, to=["agents", "readers"])
    assert [len(socket) for socket in sockets] == [1, 1, 1]
    assert len({id(socket[0]) for socket in sockets}) == 1


def test_skipped_clients_and_other_rooms_receive_nothing() -> None:
    hall, inside, skipped, elsewhere = Hall(BroadcastManager()), RecordedSocket(), RecordedSocket(), RecordedSocket()
    hall.enter("inside", "board", socket=inside)
    who = hall.enter("skipped", "board", socket=skipped)
    hall.enter("elsewhere", "other", socket=elsewhere)
    hall.server.emit("typing", {}, to=["board"], skip_sid=who)
    assert [len(socket) for socket in (inside, skipped, elsewhere)] == [1, 0, 0]


def test_polling_clients_use_the_standard_path() -> None:
    hall = Hall(BroadcastManager())
    hall.enter("polls", "board", websocket=False)
    hall.enter("has changed over", "board")
    hall.server.emit("view_changed", {"board": 1}, to=["board"])
    assert hall.queued("polls") == hall.queued("has changed over") == ['42["view_changed",{"board":1}]']


def test_nothing_overtakes_what_waits_for_a_client() -> None:
    hall, socket = Hall(BroadcastManager()), RecordedSocket()
    sid = hall.enter("client", "board", socket=socket)
    hall.server.eio.send("client", "3the answer to something")
    hall.server.emit("changes", CHANGES, to=["board"])
    assert socket == []
    assert [text[:5] for text in hall.queued("client")] == ["43the", '42["c']
    hall.server.emit("changes", CHANGES, to=sid)
    assert len(socket) == 1


def test_an_event_that_asks_for_an_answer_goes_the_plain_way() -> None:
    hall, socket = Hall(BroadcastManager()), RecordedSocket()
    sid = hall.enter("client", socket=socket)
    hall.server.emit("asked", {}, to=sid, callback=lambda: None)
    assert (socket, hall.queued("client")) == ([], ['421["asked",{}]'])


def test_a_polling_client_that_does_not_fetch_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadcast_manager, "MAX_QUEUED_PACKETS", 3)
    hall, socket = Hall(BroadcastManager()), RecordedSocket()
    hall.enter("asleep", "board", websocket=False)
    hall.enter("awake", "board", socket=socket)
    for _ in range(5):
        hall.server.emit("changes", CHANGES, to=["board"])
    assert len(socket) == 5
    assert hall.server.eio.sockets["asleep"].closed
    assert [sid for sid, _ in hall.manager.get_participants("/", "board")] == [
        hall.manager.sid_from_eio_sid("awake", "/")
    ]


def test_one_that_has_just_gone_hinders_nobody() -> None:
    hall, socket = Hall(BroadcastManager()), RecordedSocket()
    hall.enter("gone", "board", socket=RecordedSocket())
    hall.enter("here", "board", socket=socket)
    del hall.server.eio.sockets["gone"]
    hall.server.emit("changes", CHANGES, to=["board"])
    assert len(socket) == 1

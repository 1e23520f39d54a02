"""Slow or non-reading clients delay nobody and are dropped in the end."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from threading import Thread

import pytest
import websocket as websocket_client

from app.live.transport import websocket
from app.live.transport.websocket import MAX_PENDING_BYTES, BufferedSocket
from app.web.metrics import REGISTRY
from tests.live.person import LivePerson
from tests.server import Server

LARGE = bytes(range(256)) * 2000
LARGE_ANSWERS = 24
MISSED = 50  # changes in each of them
Connect = Callable[[str], LivePerson]


class Ends:
    """Socket pair with small buffers and a BufferedSocket on one end; background work is started by hand."""

    def __init__(self) -> None:
        self.near, self.far = socket.socketpair()
        self.near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        self.near.setblocking(False)
        self.far.settimeout(10)
        self.work: list[Callable[[], None]] = []
        self.buffered = BufferedSocket(self.near, self.work.append)

    def begin(self) -> Thread:
        work = Thread(target=self.work.pop(0))
        work.start()
        return work

    def read(self, count: int) -> bytes:
        received = bytearray()
        while len(received) < count and (part := self.far.recv(65_536)):
            received += part
        return bytes(received)


@pytest.fixture
def ends() -> Iterator[Ends]:
    ends = Ends()
    yield ends
    ends.near.close()
    ends.far.close()


def test_frames_of_whatever_size_arrive_whole_and_in_their_order_and_the_sender_never_waits(ends: Ends) -> None:
    frames = [b"first", LARGE, b"pong", LARGE[::-1], b"last"]
    for frame in frames:
        assert ends.buffered.send(frame) == len(frame)  # nobody reads yet
    assert ends.buffered.pending_frames == 4
    following = ends.begin()
    assert ends.read(sum(map(len, frames))) == b"".join(frames)
    following.join(10)
    assert ends.buffered.pending_frames == 0


def test_once_it_has_caught_up_it_may_fall_behind_again(ends: Ends) -> None:
    for _ in range(2):
        ends.buffered.send(LARGE)
        following = ends.begin()
        assert ends.read(len(LARGE)) == LARGE
        following.join(10)


def test_a_client_too_far_behind_is_dropped(ends: Ends) -> None:
    before = dropped("behind")
    for _ in range(MAX_PENDING_BYTES // len(LARGE)):
        assert ends.buffered.write(LARGE)
    assert not ends.buffered.write(LARGE) or not ends.buffered.write(LARGE)
    assert dropped("behind") == before + 1
    assert ends.buffered.pending_frames == 0  # nothing of it is kept
    with pytest.raises(BrokenPipeError):
        ends.buffered.send(b"a pong")
    drain_to_the_end(ends.far)


def test_one_message_beyond_the_bound_is_no_reason_while_it_is_being_read(ends: Ends) -> None:
    whole_board = LARGE * (MAX_PENDING_BYTES // len(LARGE) + 1)
    assert ends.buffered.write(whole_board)
    following = ends.begin()
    assert ends.read(len(whole_board)) == whole_board
    following.join(10)


def test_a_client_that_reads_nothing_for_too_long_is_dropped(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "STUCK_SECONDS", 0.01)
    before = dropped("stuck")
    ends.buffered.write(LARGE)
    ends.begin().join(10)
    assert dropped("stuck") == before + 1
    assert not ends.buffered.write(b"more")


def test_a_missing_answer_to_a_closing_frame_is_not_awaited(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "CLOSING_SECONDS", 0)
    ends.buffered.send(b"\x88\x02\x03\xe8")
    ends.begin().join(10)
    drain_to_the_end(ends.far)


def test_a_client_that_has_gone_is_no_error_for_whoever_tells_it(ends: Ends) -> None:
    ends.far.close()
    ends.buffered.write(b"once")
    assert not ends.buffered.write(b"twice")


def test_others_notice_nothing_of_one_that_does_not_read_and_it_heals_by_catching_up(
    shared_server: Server, person: Connect
) -> None:
    ccas, library = person("ccas"), person("mediatheque")
    library.join()
    start = ccas.join()["seq"]
    sleeper = LivePerson(shared_server.url, "etat-civil@demo.example")
    stream = socket.socket()
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stream.connect(("127.0.0.1", shared_server.port))
    url = f"ws://127.0.0.1:{shared_server.port}/socket.io/?EIO=4&transport=websocket"
    asleep = websocket_client.create_connection(
        url, socket=stream, cookie=sleeper.cookies, timeout=60, suppress_origin=True
    )
    asleep.send("40")
    asleep.send(asks_to_join(start))
    ccas.wait_until(lambda: ccas.events("presence") and ccas.events("presence")[-1]["total"] == 3)

    for _ in range(LARGE_ANSWERS):
        asleep.send(asks_to_join(start - MISSED))  # and reads none of the answers
    ccas.wait_until(lambda: ccas.events("presence")[-1]["total"] == 2)
    here = ccas.columns()[0]["id"]
    for number in range(3):
        last = ccas.send(type="add_card", column=here, title=f"Pour qui écoute {number}")["seq"]
    assert [change["seq"] for change in library.hear_up_to(last)] == list(range(start + 1, last + 1))
    stream.close()

    back = sleeper.connect()
    assert [change["seq"] for change in back.join(after=start)["changes"]] == list(range(start + 1, last + 1))
    back.leave()


def asks_to_join(after: int) -> str:
    return "420" + json.dumps(["join", {"board": "accueil", "after": after}])


def dropped(reason: str) -> float:
    return REGISTRY.get_sample_value("flash_news_dropped_clients_total", {"reason": reason}) or 0


def drain_to_the_end(stream: socket.socket) -> None:
    """Read until the stream ends, else time out."""
    try:
        while stream.recv(65_536):
            pass
    except ConnectionResetError:
        pass

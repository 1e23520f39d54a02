"""Raw bytes and malformed frames at a WebSocket; other clients must miss nothing."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from socket import SHUT_WR

import pytest
import requests
import websocket
from hypothesis import example, given
from hypothesis import strategies as st

from tests.fuzz.commands import HOSTILE, any_command
from tests.fuzz.conftest import Effort
from tests.live.person import LivePerson
from tests.server import Server

TEXT, BINARY, MASK = 0x1, 0x2, b"\x01\x02\x03\x04"
EVENTS = ["command", "join", "typing", "connect", "disconnect", "message", "", "seen", "__class__"]

hostile = st.sampled_from(HOSTILE).filter(lambda value: value != 10**400)
payloads = (
    any_command().map(lambda command: {"board": "accueil", **command})
    | st.fixed_dictionaries({"board": hostile, "after": hostile}, optional={"as": hostile, "view": hostile})
    | st.fixed_dictionaries({"card": hostile | st.integers(1, 200), "on": hostile})
    | hostile
)
# Engine.IO type, Socket.IO type, attachments, namespace, acknowledgement id, payload.
packets = st.tuples(
    st.sampled_from(["4"] * 12 + list("012356789b")),
    st.sampled_from(["2"] * 8 + list("01345678")),
    st.sampled_from([""] * 8 + ["1-", "0-", "9999999999-", "-1-"]),
    st.sampled_from([""] * 8 + ["/,", "/other,", "/\x00,", "/" + "x" * 300]),
    st.sampled_from(["", "0", "1", "7", "9" * 30, "-1"]),
    st.lists(st.sampled_from(EVENTS) | payloads, max_size=3),
).map(lambda parts: "".join(parts[:5]) + json.dumps(parts[5]))
events = st.tuples(st.sampled_from(EVENTS), payloads).map(lambda event: "421" + json.dumps(event))
messages = events | packets | packets.map(lambda packet: packet[: len(packet) // 2]) | st.text(max_size=20)


def frame(
    payload: bytes, opcode: int = TEXT, first: int = 0x80, *, masked: bool = True, length: int | None = None
) -> bytes:
    """Build an RFC 6455 frame, optionally with a wrong length."""
    size = len(payload) if length is None else length
    bit = 0x80 if masked else 0
    head = (
        struct.pack("!BB", first | opcode, bit | size)
        if size < 126
        else struct.pack("!BBH", first | opcode, bit | 126, size & 0xFFFF)
    )
    return head + ((MASK + bytes(byte ^ MASK[place % 4] for place, byte in enumerate(payload))) if masked else payload)


whole = messages.map(lambda message: frame(message.encode("utf-8", "surrogatepass")))
broken = st.builds(
    frame,
    st.binary(max_size=200),
    opcode=st.integers(0, 15),
    first=st.sampled_from([0x80, 0x80, 0x00, 0x40, 0xF0]),
    masked=st.booleans(),
    length=st.none() | st.integers(0, 70_000),
) | st.binary(max_size=60)
conversations = st.lists(whole | whole | whole | broken, min_size=1, max_size=6)


@pytest.fixture
def witness(server_of_the_module: Server) -> Iterator[LivePerson]:
    """A client that listens during the test."""
    witness = LivePerson(server_of_the_module.url, "dtan@demo.example").connect()
    witness.join()
    yield witness
    witness.leave()


def test_the_server_survives_any_input_and_other_clients_miss_nothing(
    server_of_the_module: Server, witness: LivePerson, effort: Effort
) -> None:
    sender = LivePerson(server_of_the_module.url, "ccas@demo.example")
    seen = witness.board()["seq"]
    column = witness.columns("free")[0]["id"]

    @effort(40)
    @given(sent=conversations)
    @example(sent=[frame(b'421["join",{"board":"' + b"9" * 4301 + b'"}]')])
    @example(sent=[frame(b'421["join",{"board":"accueil","after":' + b"9" * 4301 + b"}]")])
    @example(sent=[frame(b"42" + b"9" * 4301 + b'["join",{}]')])
    @example(sent=[frame(b'45-1-["join",{}]'), frame(b"\x00", BINARY)])
    @example(sent=[frame(b'42["join"', first=0), frame(b"\x00", 0x9, first=0)])
    def take(sent: list[bytes]) -> None:
        converse(server_of_the_module, sender, sent)
        assert requests.get(f"{server_of_the_module.url}/healthz", timeout=10).status_code == 200

    take()
    told = witness.send(type="add_card", column=column, title="Toujours là")
    heard = [change["seq"] for change in witness.hear_up_to(told["seq"])]
    assert heard == list(range(seen + 1, told["seq"] + 1))
    log = server_of_the_module.log.read_text(encoding="utf-8")
    assert "Traceback" not in log, log[log.index("Traceback") - 600 :][:3000]


def converse(server: Server, sender: LivePerson, sent: list[bytes]) -> None:
    """Connect like a browser, join the namespace, send the given bytes and close."""
    address = f"ws://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=websocket"
    socket = websocket.create_connection(address, cookie=sender.cookies, timeout=10, suppress_origin=True)
    socket.send("40")
    stream = socket.sock
    assert stream is not None
    with stream:
        try:
            for each in sent:
                stream.sendall(each)
            stream.shutdown(SHUT_WR)
            while stream.recv(65_536):
                pass  # until the other end has heard all of it, and has closed
        except OSError:
            pass  # it closed earlier, as it may

"""Presence: people per board, and audience groups with a connection."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.live.presence import MAX_SHOWN_PEOPLE, Connection, ConnectionRegistry, Group
from boards.models import Audience, Role

AGENT, FACILITATOR = Audience(Role.AGENT), Audience(Role.FACILITATOR)


def added(connections: ConnectionRegistry, sid: str, audience: Audience = AGENT) -> Connection:
    return connections.add(sid, {"id": 1, "name": "Anna"}, 1, audience, "fr")


def test_a_board_has_a_group_for_as_long_as_somebody_of_it_is_there() -> None:
    connections = ConnectionRegistry()
    first, second = added(connections, "first"), added(connections, "second")
    assert (connections.boards(), connections.groups(1)) == (set(), set())
    connections.move(first, 1, AGENT, None)
    connections.move(second, 1, AGENT, None)
    assert (connections.boards(), connections.groups(1)) == ({1}, {Group(AGENT, "fr")})
    connections.move(first, 2, AGENT, None)
    assert (connections.boards(), connections.groups(1)) == ({1, 2}, {Group(AGENT, "fr")})
    connections.remove("second")
    assert (connections.boards(), connections.groups(1)) == ({2}, set())


def test_a_preview_joins_the_group_of_the_previewed_audience() -> None:
    connections = ConnectionRegistry()
    connection = added(connections, "sid", FACILITATOR)
    connections.move(connection, 1, FACILITATOR, AGENT)
    assert connections.groups(1) == {Group(AGENT, "fr")}
    connections.move(connection, 1, FACILITATOR, None)
    assert connections.groups(1) == {Group(FACILITATOR, "fr")}


def test_repeated_or_late_events_count_once() -> None:
    connections = ConnectionRegistry()
    connection, stays = added(connections, "sid"), added(connections, "stays")
    for _ in range(2):
        connections.move(connection, 1, AGENT, None)
    connections.move(stays, 1, AGENT, None)
    connections.remove("sid")
    connections.remove("sid")
    connections.move(connection, None, AGENT, None)
    connections.move(connection, 1, AGENT, None)  # a join that was under way when the connection ended
    assert connections.groups(1) == {Group(AGENT, "fr")}
    connections.remove("stays")
    assert connections.groups(1) == set()


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 15), st.sampled_from([1, 2, None, "leaves"]))))
def test_presence_lists_the_connected_people(steps: list[tuple[int, int, int | str | None]]) -> None:
    connections, at = ConnectionRegistry(), dict[str, tuple[int, int | None]]()
    for tab, id, board in steps:
        sid = f"{tab}-{id}"
        if board == "leaves":
            connections.remove(sid)
            at.pop(sid, None)
        else:
            assert not isinstance(board, str)
            connection = connections.add(sid, {"id": id, "name": f"Anna {id:02}"}, 1, AGENT, "fr")
            connections.move(connection, board, AGENT, None)
            at[sid] = id, board
        for each in (1, 2):
            there = sorted({id for id, board in at.values() if board == each})
            presence = connections.presence(each)
            assert (presence["total"], [person["id"] for person in presence["people"]]) == (
                len(there),
                there[:MAX_SHOWN_PEOPLE],
            )


def test_a_renamed_person_is_shown_by_the_new_name() -> None:
    connections = ConnectionRegistry()
    for sid, name in (("old", "Zoé"), ("new", "Anna")):
        connections.move(connections.add(sid, {"id": 1, "name": name}, 1, AGENT, "fr"), 1, AGENT, None)
    connections.move(connections.add("boris", {"id": 2, "name": "Boris"}, 1, AGENT, "fr"), 1, AGENT, None)
    assert [person["name"] for person in connections.presence(1)["people"]] == ["Anna", "Boris"]
    connections.remove("old")
    assert [person["name"] for person in connections.presence(1)["people"]] == ["Anna", "Boris"]

"""Who sits at which board, and which groups have somebody there: what is asked with every change."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.live.presence import SHOWN, Connection, ConnectionRegistry, Group
from boards.models import Audience, Role

AGENT, FACILITATOR = Audience(Role.AGENT), Audience(Role.FACILITATOR)


def taken(seats: ConnectionRegistry, sid: str, audience: Audience = AGENT) -> Connection:
    return seats.take(sid, {"id": 1, "name": "Anna"}, 1, audience, "fr")


def test_a_board_has_a_group_for_as_long_as_somebody_of_it_is_there() -> None:
    seats = ConnectionRegistry()
    first, second = taken(seats, "first"), taken(seats, "second")
    assert (seats.boards(), seats.groups(1)) == (set(), set())
    seats.place(first, 1, AGENT, None)
    seats.place(second, 1, AGENT, None)
    assert (seats.boards(), seats.groups(1)) == ({1}, {Group(AGENT, "fr")})
    seats.place(first, 2, AGENT, None)
    assert (seats.boards(), seats.groups(1)) == ({1, 2}, {Group(AGENT, "fr")})
    seats.leave("second")
    assert (seats.boards(), seats.groups(1)) == ({2}, set())


def test_whoever_previews_hears_what_those_would_hear() -> None:
    seats = ConnectionRegistry()
    seat = taken(seats, "sid", FACILITATOR)
    seats.place(seat, 1, FACILITATOR, AGENT)
    assert seats.groups(1) == {Group(AGENT, "fr")}
    seats.place(seat, 1, FACILITATOR, None)
    assert seats.groups(1) == {Group(FACILITATOR, "fr")}


def test_what_is_said_twice_or_too_late_counts_once() -> None:
    seats = ConnectionRegistry()
    seat, stays = taken(seats, "sid"), taken(seats, "stays")
    for _ in range(2):
        seats.place(seat, 1, AGENT, None)
    seats.place(stays, 1, AGENT, None)
    seats.leave("sid")
    seats.leave("sid")
    seats.place(seat, None, AGENT, None)
    seats.place(seat, 1, AGENT, None)  # a join that was under way when the connection ended
    assert seats.groups(1) == {Group(AGENT, "fr")}
    seats.leave("stays")
    assert seats.groups(1) == set()


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 15), st.sampled_from([1, 2, None, "leaves"]))))
def test_who_is_on_a_board_is_who_sits_there(steps: list[tuple[int, int, int | str | None]]) -> None:
    seats, at = ConnectionRegistry(), dict[str, tuple[int, int | None]]()
    for tab, id, board in steps:
        sid = f"{tab}-{id}"
        if board == "leaves":
            seats.leave(sid)
            at.pop(sid, None)
        else:
            assert not isinstance(board, str)
            seat = seats.take(sid, {"id": id, "name": f"Anna {id:02}"}, 1, AGENT, "fr")
            seats.place(seat, board, AGENT, None)
            at[sid] = id, board
        for each in (1, 2):
            there = sorted({id for id, board in at.values() if board == each})
            presence = seats.presence(each)
            assert (presence["total"], [person["id"] for person in presence["people"]]) == (len(there), there[:SHOWN])


def test_whoever_goes_by_another_name_since_is_shown_by_it() -> None:
    seats = ConnectionRegistry()
    for sid, name in (("old", "Zoé"), ("new", "Anna")):
        seats.place(seats.take(sid, {"id": 1, "name": name}, 1, AGENT, "fr"), 1, AGENT, None)
    seats.place(seats.take("boris", {"id": 2, "name": "Boris"}, 1, AGENT, "fr"), 1, AGENT, None)
    assert [person["name"] for person in seats.presence(1)["people"]] == ["Anna", "Boris"]
    seats.leave("old")
    assert [person["name"] for person in seats.presence(1)["people"]] == ["Anna", "Boris"]

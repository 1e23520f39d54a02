"""Who sits at which board, and which groups have somebody there: what is asked with every change."""

from __future__ import annotations

from app.presence import Group, Seat, Seats
from boards.models import Audience, Role

AGENT, FACILITATOR = Audience(Role.AGENT), Audience(Role.FACILITATOR)


def taken(seats: Seats, sid: str, audience: Audience = AGENT) -> Seat:
    return seats.take(sid, {"id": 1, "name": "Anna"}, 1, audience, "fr")


def test_a_board_has_a_group_for_as_long_as_somebody_of_it_is_there() -> None:
    seats = Seats()
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
    seats = Seats()
    seat = taken(seats, "sid", FACILITATOR)
    seats.place(seat, 1, FACILITATOR, AGENT)
    assert seats.groups(1) == {Group(AGENT, "fr")}
    seats.place(seat, 1, FACILITATOR, None)
    assert seats.groups(1) == {Group(FACILITATOR, "fr")}


def test_what_is_said_twice_or_too_late_counts_once() -> None:
    seats = Seats()
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

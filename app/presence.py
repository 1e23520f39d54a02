"""Who sits at which board: one seat for each open live connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SHOWN = 12  # more avatars than a top bar has room for; with a thousand agents the whole list would be most of the traffic


@dataclass
class Seat:
    sid: str
    person: dict[str, Any]
    sign_in_id: int
    board_id: int | None = None
    typing_card: int | None = None


class Seats:
    """The seats of this process. Every method bears being called twice: a client may repeat any event."""

    def __init__(self) -> None:
        self._seats: dict[str, Seat] = {}

    def take(self, sid: str, person: dict[str, Any], sign_in_id: int) -> Seat:
        return self._seats.setdefault(sid, Seat(sid, person, sign_in_id))

    def find(self, sid: str) -> Seat | None:
        return self._seats.get(sid)

    def leave(self, sid: str) -> Seat | None:
        return self._seats.pop(sid, None)

    def presence(self, board_id: int) -> dict[str, Any]:
        """Who is on the board: {people, total}. Each person once however many tabs they have open, the first `SHOWN` by name."""
        people = {seat.person["id"]: seat.person for seat in self._seats.values() if seat.board_id == board_id}
        return {"people": list(people.values())[:SHOWN], "total": len(people)}

    def boards(self) -> set[int]:
        return {seat.board_id for seat in self._seats.values() if seat.board_id is not None}

    def all(self) -> list[Seat]:
        return list(self._seats.values())

    def __len__(self) -> int:
        return len(self._seats)

"""Who sits at which board: one seat for each open live connection."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import nsmallest
from typing import Any, NamedTuple

from boards.models import Audience
from boards.text import sorting_key

SHOWN = 12  # more avatars than a top bar has room for; with a thousand agents the whole list would be most of the traffic


class Group(NamedTuple):
    """Those who hear the same of a board, in the same words."""

    audience: Audience
    language: str


@dataclass
class Seat:
    """Where it is, and whose, is altered by `Seats.place` alone, which keeps count."""

    sid: str
    person: dict[str, Any]
    sign_in_id: int
    own_audience: Audience
    language: str  # of the page at this connection: it speaks one until it is loaded anew
    board_id: int | None = None
    typing_card: int | None = None
    typing_column: int = 0  # where that card stands
    token_id: int = 0  # of a program; 0 for a browser
    # Those in whose place a facilitator looks at the board: they hear what these would hear.
    previewed: Audience | None = None

    @property
    def audience(self) -> Audience:
        return self.previewed or self.own_audience

    @property
    def group(self) -> Group:
        return Group(self.audience, self.language)


@dataclass(frozen=True)
class Company:
    """Those on one board: everybody's id, and the first `SHOWN` by name, so that several workers together still know the first."""

    ids: frozenset[int] = frozenset()
    people: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, people: Iterable[dict[str, Any]], ids: Iterable[int] = ()) -> Company:
        """Each person once; `ids` are those of whom no more is known."""
        by_id = {person["id"]: person for person in people}
        return cls(frozenset(by_id) | frozenset(ids), nsmallest(SHOWN, by_id.values(), key=_by_name))

    def and_also(self, others: Company) -> Company:
        return Company.of([*others.people, *self.people], self.ids | others.ids)


class Seats:
    """The seats of this process, and who sits at other workers. Every method bears being called twice: a client may repeat any event."""

    def __init__(self) -> None:
        self._seats: dict[str, Seat] = {}
        # How many of each group are on each board; kept up to date, since it is asked for with every change.
        self._groups: defaultdict[int, Counter[Group]] = defaultdict(Counter)
        self.elsewhere: dict[int, Company] = {}  # board → those whose connections other workers hold

    def take(self, sid: str, person: dict[str, Any], sign_in_id: int, audience: Audience, language: str) -> Seat:
        return self._seats.setdefault(sid, Seat(sid, person, sign_in_id, audience, language))

    def find(self, sid: str) -> Seat | None:
        return self._seats.get(sid)

    def leave(self, sid: str) -> Seat | None:
        seat = self._seats.pop(sid, None)
        if seat is not None:
            self._count(seat, -1)
        return seat

    def place(self, seat: Seat, board_id: int | None, own_audience: Audience, previewed: Audience | None) -> None:
        """From now on this seat is at this board, if any, and hears what these may hear."""
        taken = seat.sid in self._seats  # whoever has left meanwhile counts no more
        if taken:
            self._count(seat, -1)
        seat.board_id, seat.own_audience, seat.previewed = board_id, own_audience, previewed
        if taken:
            self._count(seat, 1)

    def presence(self, board_id: int) -> dict[str, Any]:
        """Who is on the board, at whichever worker: {people, total}. Each person once however many tabs they have open, the first `SHOWN` by name."""
        company = Company.of(seat.person for seat in self._seats.values() if seat.board_id == board_id)
        if there := self.elsewhere.get(board_id):
            company = company.and_also(there)
        return {"people": company.people, "total": len(company.ids)}

    def companies(self) -> dict[int, Company]:
        """Those who sit here, by board."""
        people: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        for seat in self._seats.values():
            if seat.board_id is not None:
                people[seat.board_id].append(seat.person)
        return {board_id: Company.of(seated) for board_id, seated in people.items()}

    def groups(self, board_id: int) -> set[Group]:
        """The groups that have somebody on the board."""
        return set(self._groups[board_id]) if board_id in self._groups else set()

    def boards(self) -> set[int]:
        return set(self._groups)

    def all(self) -> list[Seat]:
        return list(self._seats.values())

    def _count(self, seat: Seat, by: int) -> None:
        if seat.board_id is None:
            return
        groups, group = self._groups[seat.board_id], seat.group
        groups[group] += by
        if not groups[group]:
            del groups[group]
        if not groups:
            del self._groups[seat.board_id]

    def __len__(self) -> int:
        return len(self._seats)


def _by_name(person: dict[str, Any]) -> tuple[str, int]:
    return _key_of(person["name"]), person["id"]


_key_of = lru_cache(4096)(sorting_key)  # asked for everybody on a board whenever somebody joins it

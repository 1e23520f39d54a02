"""Who sits at which board: one seat for each open live connection."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import nsmallest
from typing import Any, NamedTuple

from boards.models import Audience
from boards.text.sanitize import sorting_key

SHOWN = (
    12  # more avatars than a top bar has room for; with a thousand agents the whole list would be most of the traffic
)


class Group(NamedTuple):
    """Those who hear the same of a board, in the same words."""

    audience: Audience
    language: str


@dataclass
class Connection:
    """Where it is, and whose, is altered by `Seats.place` alone, which keeps count of them."""

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
class PresenceList:
    """Those on one board: everybody's id, and the first `SHOWN` by name, so that several workers together still know the first."""

    ids: frozenset[int] = frozenset()
    people: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, people: Iterable[dict[str, Any]], ids: Iterable[int] = ()) -> PresenceList:
        """Each person once; `ids` are those of whom no more is known."""
        by_id = {person["id"]: person for person in people}
        return cls(frozenset(by_id) | frozenset(ids), nsmallest(SHOWN, by_id.values(), key=_by_name))

    def and_also(self, others: PresenceList) -> PresenceList:
        return PresenceList.of([*others.people, *self.people], self.ids | others.ids)


class _Table:
    """Those who sit at one board here: how many of each group, and each person once however many tabs they have open, in the order of their names.

    Kept up to date with each who comes and goes: both are asked for with every change, and a thousand may arrive at once.
    """

    def __init__(self) -> None:
        self.groups: Counter[Group] = Counter()
        self._tabs: Counter[int] = Counter()
        self._people: dict[int, dict[str, Any]] = {}
        self._by_name: list[tuple[str, int]] = []

    def come(self, seat: Connection) -> None:
        self.groups[seat.group] += 1
        id = seat.person["id"]
        if id in self._tabs:
            self._strike_out(id)  # their name may be another by now
        self._tabs[id] += 1
        self._people[id] = seat.person
        insort(self._by_name, _by_name(seat.person))

    def go(self, seat: Connection) -> None:
        self.groups -= Counter([seat.group])  # which leaves no group with nobody
        id = seat.person["id"]
        self._tabs[id] -= 1
        if not self._tabs[id]:
            self._strike_out(id)
            del self._tabs[id], self._people[id]

    def _strike_out(self, id: int) -> None:
        del self._by_name[bisect_left(self._by_name, _by_name(self._people[id]))]

    @property
    def company(self) -> PresenceList:
        return PresenceList(frozenset(self._tabs), [self._people[id] for _name, id in self._by_name[:SHOWN]])


class ConnectionRegistry:
    """The seats of this process, and who sits at other workers. Every method bears being called twice: a client may repeat any event."""

    def __init__(self) -> None:
        self._seats: dict[str, Connection] = {}
        self._tables: dict[int, _Table] = {}  # those boards alone where somebody sits
        self.elsewhere: dict[int, PresenceList] = {}  # board → those whose connections other workers hold

    def take(self, sid: str, person: dict[str, Any], sign_in_id: int, audience: Audience, language: str) -> Connection:
        return self._seats.setdefault(sid, Connection(sid, person, sign_in_id, audience, language))

    def find(self, sid: str) -> Connection | None:
        return self._seats.get(sid)

    def leave(self, sid: str) -> Connection | None:
        seat = self._seats.pop(sid, None)
        if seat is not None:
            self._get_up(seat)
        return seat

    def place(self, seat: Connection, board_id: int | None, own_audience: Audience, previewed: Audience | None) -> None:
        """From now on this seat is at this board, if any, and hears what these may hear."""
        taken = seat.sid in self._seats  # whoever has left meanwhile sits nowhere any more
        if taken:
            self._get_up(seat)
        seat.board_id, seat.own_audience, seat.previewed = board_id, own_audience, previewed
        if taken:
            self._sit_down(seat)

    def presence(self, board_id: int) -> dict[str, Any]:
        """Who is on the board, at whichever worker: {people, total}. Each person once, the first `SHOWN` by name."""
        company = self._tables[board_id].company if board_id in self._tables else PresenceList()
        if there := self.elsewhere.get(board_id):
            company = company.and_also(there)
        return {"people": company.people, "total": len(company.ids)}

    def companies(self) -> dict[int, PresenceList]:
        """Those who sit here, by board."""
        return {board_id: table.company for board_id, table in self._tables.items()}

    def groups(self, board_id: int) -> set[Group]:
        """The groups that have somebody on the board."""
        return set(self._tables[board_id].groups) if board_id in self._tables else set()

    def boards(self) -> set[int]:
        return set(self._tables)

    def all(self) -> list[Connection]:
        return list(self._seats.values())

    def _sit_down(self, seat: Connection) -> None:
        if seat.board_id is not None:
            self._tables.setdefault(seat.board_id, _Table()).come(seat)

    def _get_up(self, seat: Connection) -> None:
        if seat.board_id is None:
            return
        table = self._tables[seat.board_id]
        table.go(seat)
        if not table.groups:
            del self._tables[seat.board_id]

    def __len__(self) -> int:
        return len(self._seats)


def _by_name(person: dict[str, Any]) -> tuple[str, int]:
    return _key_of(person["name"]), person["id"]


_key_of = lru_cache(4096)(sorting_key)  # asked for whenever somebody joins or leaves a board

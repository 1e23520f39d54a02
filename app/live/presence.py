"""Keep the open live connections of this process, and the people present on each board."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import nsmallest
from typing import Any, NamedTuple

from boards.models import Audience
from boards.text.sanitize import sorting_key

MAX_SHOWN_PEOPLE = 12  # more avatars than a top bar has room for; the names of a thousand would be most of the traffic


class Group(NamedTuple):
    """Group viewers who receive the same view of a board in the same language."""

    audience: Audience
    language: str


@dataclass
class Connection:
    """Describe one live connection; only `ConnectionRegistry.move` changes its board and audiences."""

    sid: str
    person: dict[str, Any]
    sign_in_id: int
    own_audience: Audience
    language: str  # of the page that opened the connection
    board_id: int | None = None
    typing_card: int | None = None
    typing_column: int = 0  # of that card
    token_id: int = 0  # of a program; 0 for a browser
    previewed: Audience | None = None  # whose view a facilitator previews

    @property
    def audience(self) -> Audience:
        """Return the audience whose view this connection receives."""
        return self.previewed or self.own_audience

    @property
    def group(self) -> Group:
        """Return the group that this connection belongs to."""
        return Group(self.audience, self.language)


@dataclass(frozen=True)
class PresenceList:
    """List the people on one board: all ids, and the first `MAX_SHOWN_PEOPLE` by name."""

    ids: frozenset[int] = frozenset()
    people: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, people: Iterable[dict[str, Any]], ids: Iterable[int] = ()) -> PresenceList:
        """Build a list with each person once; `ids` are those of whom no more is known."""
        by_id = {person["id"]: person for person in people}
        return cls(frozenset(by_id) | frozenset(ids), nsmallest(MAX_SHOWN_PEOPLE, by_id.values(), key=_by_name))

    def merge(self, other: PresenceList) -> PresenceList:
        """Return the people of both lists; those of this one know best what a person is called."""
        return PresenceList.of([*other.people, *self.people], self.ids | other.ids)


class _BoardPresence:
    """Count one board's connections by group and by person: one person may have several tabs open."""

    def __init__(self) -> None:
        self.groups: Counter[Group] = Counter()
        self._tabs: Counter[int] = Counter()
        self._people: dict[int, dict[str, Any]] = {}

    def add(self, connection: Connection) -> None:
        id = connection.person["id"]
        self.groups[connection.group] += 1
        self._tabs[id] += 1
        self._people[id] = connection.person

    def remove(self, connection: Connection) -> None:
        id = connection.person["id"]
        self.groups -= Counter([connection.group])  # which drops groups without connections
        self._tabs[id] -= 1
        if not self._tabs[id]:
            del self._tabs[id], self._people[id]

    @property
    def presence_list(self) -> PresenceList:
        return PresenceList.of(self._people.values())


class ConnectionRegistry:
    """Keep this process's connections and the presence at other workers.

    Every method may be called twice: a client may repeat any event.
    """

    def __init__(self) -> None:
        self._connections: dict[str, Connection] = {}
        self._boards: dict[int, _BoardPresence] = {}  # only those with connections
        self.remote: dict[int, PresenceList] = {}  # by board, at other workers

    def add(self, sid: str, person: dict[str, Any], sign_in_id: int, audience: Audience, language: str) -> Connection:
        """Register a connection that is on no board yet."""
        return self._connections.setdefault(sid, Connection(sid, person, sign_in_id, audience, language))

    def find(self, sid: str) -> Connection | None:
        """Return the connection of this id, if it is open."""
        return self._connections.get(sid)

    def remove(self, sid: str) -> Connection | None:
        """Forget a connection that has ended; return it."""
        connection = self._connections.pop(sid, None)
        if connection is not None:
            self._leave_board(connection)
        return connection

    def move(
        self, connection: Connection, board_id: int | None, own_audience: Audience, previewed: Audience | None
    ) -> None:
        """Put a connection on this board, or on none, with the view of these audiences."""
        is_open = connection.sid in self._connections  # it may have ended meanwhile
        if is_open:
            self._leave_board(connection)
        connection.board_id, connection.own_audience, connection.previewed = board_id, own_audience, previewed
        if is_open and board_id is not None:
            self._boards.setdefault(board_id, _BoardPresence()).add(connection)

    def presence(self, board_id: int) -> dict[str, Any]:
        """Return {people, total} over all workers: each person once, the first `MAX_SHOWN_PEOPLE` by name."""
        present = self._boards[board_id].presence_list if board_id in self._boards else PresenceList()
        if remote := self.remote.get(board_id):
            present = present.merge(remote)
        return {"people": present.people, "total": len(present.ids)}

    def presence_lists(self) -> dict[int, PresenceList]:
        """Return the people connected to this process, by board."""
        return {board_id: board.presence_list for board_id, board in self._boards.items()}

    def groups(self, board_id: int) -> set[Group]:
        """Return the groups that have a connection on the board."""
        return set(self._boards[board_id].groups) if board_id in self._boards else set()

    def boards(self) -> set[int]:
        """Return the boards that have a connection."""
        return set(self._boards)

    def all(self) -> list[Connection]:
        """Return every open connection."""
        return list(self._connections.values())

    def _leave_board(self, connection: Connection) -> None:
        if connection.board_id is None:
            return
        board = self._boards[connection.board_id]
        board.remove(connection)
        if not board.groups:
            del self._boards[connection.board_id]

    def __len__(self) -> int:
        return len(self._connections)


def _by_name(person: dict[str, Any]) -> tuple[str, int]:
    return _sorting_key(person["name"]), person["id"]


_sorting_key = lru_cache(4096)(sorting_key)  # asked for whenever somebody joins or leaves a board

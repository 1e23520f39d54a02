"""What clients are told: changes in their order, each group its own view of them; presence; typing; the end of a sign-in.

A room holds those of one audience and one language on one board. Every process tells its own clients only.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from queue import Empty, SimpleQueue
from threading import Event
from time import monotonic, perf_counter
from typing import Any, NamedTuple

from flask import Flask

from app.board.flash_banners import banners
from app.board.rendering import serialize_change, visibility_key
from app.extensions import socketio
from app.live import worker_bus
from app.live.presence import Connection, ConnectionRegistry, Group
from app.web.metrics import DELIVERY, RESYNCS
from boards import rights
from boards.database import read_session
from boards.flashes import flashing, readable
from boards.log.change_log import CommittedChange, written_since
from boards.models import Board, Column
from boards.perform import change_committed

log = logging.getLogger(__name__)

PRESENCE_SECONDS = 0.5
CLOSING_SECONDS = 2.0
CLOSING_PER_SECOND = 50  # that another worker takes over without making those wait whom it has
AT_ONCE = 50


class _News(NamedTuple):
    """A change that was just committed; without one, that the log of a board may hold more than was told."""

    board_id: int
    change: CommittedChange | None
    since: float  # by the clock that only goes forward


seats = ConnectionRegistry()
_outgoing: SimpleQueue[_News] = SimpleQueue()
_moved_boards: list[int] = []
_presence_changed = Event()
_ends_at: float | None = None  # once this process is about to end
_told: dict[int, int] = {}  # board → the last seq that this process has told its clients
_NO_BOARD = 0
_flashes_told: tuple[Any, ...] = ()  # what flashed when it was told last


def start(app: Flask) -> None:
    change_committed.connect(_enqueue)
    socketio.start_background_task(_tell_changes, app)
    socketio.start_background_task(_tell_presence)


def room(board_id: int, group: Group) -> str:
    return f"board:{board_id}:{group.audience.key}:{group.language}"


def start_broadcasting(board: Board) -> None:
    """Somebody joins: what the board has reached by now they read themselves."""
    _told.setdefault(board.id, board.seq)


def refresh_board(board_id: int) -> None:
    """The board's log may hold more than this process has told."""
    _outgoing.put(_News(board_id, None, perf_counter()))


def refresh_flashes() -> None:
    """Something that concerns every board may have begun or ended: a flash that another process saw lit, or whose time is over."""
    _outgoing.put(_News(_NO_BOARD, None, perf_counter()))


def is_behind(board: Board) -> bool:
    return board.seq > _told.setdefault(board.id, board.seq) and _outgoing.empty()


def on_worker_message(message: dict[str, Any]) -> None:
    """A message of another worker."""
    if "board" in message:
        refresh_board(message["board"] if message["board"] in seats.boards() else _NO_BOARD)
    elif "typing" in message:
        _emit_typing(message["typing"], message["column"])
    elif "person" in message:
        _emit_to_person(message["person"], message["event"], message["data"])


def announce_shutdown() -> float:
    """This process ends soon: have everybody go over to another within as many seconds as are returned, each at a moment of their own."""
    global _ends_at
    within = max(CLOSING_SECONDS, len(seats) / CLOSING_PER_SECOND)
    _ends_at = monotonic() + within
    _emit("closing", {"within": within}, to=[seat.sid for seat in seats.all()])
    return within


def welcome(seat: Connection) -> None:
    """Whoever still arrives while this process ends, by a connection that was open already, has to go over like everybody else."""
    if _ends_at is not None:
        _emit("closing", {"within": max(0.0, _ends_at - monotonic())}, to=seat.sid)


def close_sign_in(_sender: Any, sign_in_id: int) -> None:
    """Close every live connection of a browser that was signed out."""
    for seat in seats.all():
        if seat.sign_in_id == sign_in_id:
            close(seat.sid)


def close(sid: str) -> None:
    _emit("signed_out", to=sid)
    socketio.server.disconnect(sid)


def notify_view_changed(seat: Connection) -> None:
    """What this person may see has changed: their page fetches the board anew."""
    _emit("view_changed", {"board": seat.board_id}, to=seat.sid)


def notify_person(person_id: int, event: str, data: dict[str, Any]) -> None:
    """Tell all open pages of one person what they themselves did on one of them."""
    worker_bus.tell({"person": person_id, "event": event, "data": data})
    _emit_to_person(person_id, event, data)


def _emit_to_person(person_id: int, event: str, data: dict[str, Any]) -> None:
    _emit(event, data, to=[seat.sid for seat in seats.all() if seat.person["id"] == person_id])


def _enqueue(_sender: Any, change: CommittedChange) -> None:
    _outgoing.put(_News(change.board_id, change, perf_counter()))


def _tell_changes(app: Flask) -> None:
    """Tell committed changes in their order, those that wait together as one message."""
    while True:
        waiting = [_outgoing.get()]
        try:
            while len(waiting) < AT_ONCE:
                waiting.append(_outgoing.get_nowait())
        except Empty:
            pass
        news: defaultdict[int, list[CommittedChange | None]] = defaultdict(list)
        for item in waiting:
            news[item.board_id].append(item.change)
        flashes_concerned = _NO_BOARD in news
        for board_id, changes in news.items():
            try:
                with app.app_context():
                    told = _tell_board(board_id, changes)
                flashes_concerned |= told is None or any(map(_concerns_flashes, told))
            except Exception:  # one bad change must not silence the rest; clients notice the gap and catch up
                log.exception("could not tell what happened on board %s", board_id)
        for item in waiting:
            if item.change:
                DELIVERY.observe(perf_counter() - item.since)
        socketio.sleep(0)  # the answers that are ready leave before it is looked at what flashes
        if flashes_concerned:
            try:
                with app.app_context():
                    _tell_flashes()
            except Exception:  # the watch looks again soon
                log.exception("could not tell what flashes")


def _concerns_flashes(change: CommittedChange) -> bool:
    """Whether something of it flashes or flashed, or who may read that is another now; hardly ever, and then nothing need be asked."""
    flashed = {id for id, *_ in _flashes_told}
    return bool(change.columns or change.board) or any(
        id in flashed or (card and card.flash_until) for id, card in change.cards.items()
    )


def _tell_flashes() -> None:
    """Tell everybody on every board what flashes now, when that has changed: each group what it may read of it."""
    global _flashes_told
    flashes = flashing(read_session()) if len(seats) else []
    state = tuple((flash.card.id, flash.card.changed_seq, flash.column.changed_seq) for flash in flashes)
    if state == _flashes_told:
        return
    _flashes_told = state
    alike: defaultdict[tuple[Any, ...], list[str]] = defaultdict(list)
    for board_id in seats.boards():
        for group in seats.groups(board_id):
            alike[group.language, *readable(flashes, group.audience)].append(room(board_id, group))
    for (language, *shown), rooms in alike.items():
        _emit("flashes", banners(shown, language), to=rooms)


def _tell_board(board_id: int, news: list[CommittedChange | None]) -> list[CommittedChange] | None:
    """Tell what was committed here; None: other processes may have written. Returns what was told; None: to fetch the board anew."""
    if any(news):
        worker_bus.tell({"board": board_id})
    told = _told.get(board_id)
    changes = [change for change in news if change and (told is None or change.seq > told)]
    follow_on = told is None or [change.seq for change in changes] == [*range(told + 1, told + 1 + len(changes))]
    if told is not None and (None in news or not follow_on):  # the log has it all, in order
        missed = written_since(read_session(), board_id, told)
        if missed.changes is None:
            _told[board_id] = missed.seq
            RESYNCS.inc(sum(seat.board_id == board_id for seat in seats.all()))
            resync = {"seq": missed.seq, "type": "board_changed", "resync": True}
            _emit("changes", [resync], to=[room(board_id, group) for group in seats.groups(board_id)])
            return None
        changes = missed.changes
    if changes:
        _told[board_id] = max(told or 0, changes[-1].seq)
        _tell_groups(board_id, changes)
    return changes


def _tell_groups(board_id: int, changes: list[CommittedChange]) -> None:
    """Each group its view; those that see the same in the same language are told together, and it is made once."""
    alike: defaultdict[tuple[Any, ...], list[Group]] = defaultdict(list)
    for group in seats.groups(board_id):
        alike[group.language, *(visibility_key(change, group.audience) for change in changes)].append(group)
    for groups in alike.values():
        payload = [serialize_change(change, *groups[0]) for change in changes]
        _emit("changes", payload, to=[room(board_id, group) for group in groups])


def _tell_presence() -> None:
    """Say who is on a board when that has changed, at most once in PRESENCE_SECONDS: after a restart everybody arrives at once."""
    while True:
        _presence_changed.wait()
        _presence_changed.clear()
        moved, _moved_boards[:] = set(_moved_boards), []
        try:
            for board_id in moved:
                rooms = [room(board_id, group) for group in seats.groups(board_id)]
                _emit("presence", {"board": board_id, **seats.presence(board_id)}, to=rooms)
        except Exception:  # the next arrival says it again
            log.exception("could not tell who is on boards %s", moved)
        socketio.sleep(PRESENCE_SECONDS)


def presence_changed(board_id: int) -> None:
    _moved_boards.append(board_id)
    _presence_changed.set()


def broadcast_typing(seat: Connection, card_id: int, column_id: int) -> None:
    """Tell those on this board who may read the card, except the one who types."""
    told = {"board": seat.board_id, "card": card_id, "person": seat.person, "on": seat.typing_card == card_id}
    worker_bus.tell({"typing": told, "column": column_id})
    _emit_typing(told, column_id, skip_sid=seat.sid)


def _emit_typing(told: dict[str, Any], column_id: int, skip_sid: str | None = None) -> None:
    board_id = told["board"]
    groups = seats.groups(board_id)
    column = read_session().get(Column, column_id) if groups else None
    if column is not None:
        rooms = [room(board_id, group) for group in groups if rights.may_read(group.audience, column)]
        _emit("typing", {name: told[name] for name in ("card", "person", "on")}, to=rooms, skip_sid=skip_sid)


def _emit(event: str, data: Any = None, *, to: str | list[str], skip_sid: str | None = None) -> None:
    if to:
        socketio.server.emit(event, data, to=to, skip_sid=skip_sid)

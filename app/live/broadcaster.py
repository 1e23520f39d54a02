"""Broadcast changes in their order, presence, typing and flashes; each group receives its own view.

A room holds the connections of one audience and one language on one board. Every process broadcasts to its own clients.
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
SHUTDOWN_SECONDS = 2.0
CLOSING_PER_SECOND = 50  # as many as another worker takes over without delaying its own clients
BATCH = 50
_NO_BOARD = 0


class _Queued(NamedTuple):
    board_id: int
    change: CommittedChange | None  # None: the board's log may hold more than was broadcast
    since: float


connections = ConnectionRegistry()
_queue: SimpleQueue[_Queued] = SimpleQueue()
_boards_with_new_presence: list[int] = []
_presence_changed = Event()
_closes_at: float | None = None  # once this process is about to end
_broadcast_seq: dict[int, int] = {}  # board → the last seq that this process has broadcast
_broadcast_flashes: tuple[Any, ...] = ()  # (card id, its changed_seq, its column's) of each flash


def start(app: Flask) -> None:
    """Begin to broadcast, in tasks of their own."""
    change_committed.connect(_enqueue)
    socketio.start_background_task(_broadcast_changes, app)
    socketio.start_background_task(_broadcast_presence)


def room(board_id: int, group: Group) -> str:
    """Return the name of the room of a group on a board."""
    return f"board:{board_id}:{group.audience.key}:{group.language}"


def start_broadcasting(board: Board) -> None:
    """Broadcast the board's changes from its present seq on, if nobody was on it before."""
    _broadcast_seq.setdefault(board.id, board.seq)


def refresh_board(board_id: int) -> None:
    """Broadcast what the board's log holds beyond what this process has broadcast."""
    _queue.put(_Queued(board_id, None, perf_counter()))


def refresh_flashes() -> None:
    """Broadcast the flashes of all boards if they changed: one ended, or another process published one."""
    _queue.put(_Queued(_NO_BOARD, None, perf_counter()))


def is_behind(board: Board) -> bool:
    """Return whether the log holds changes that this process has neither broadcast nor queued."""
    return board.seq > _broadcast_seq.setdefault(board.id, board.seq) and _queue.empty()


def on_worker_message(message: dict[str, Any]) -> None:
    """Handle a message of another worker."""
    if "board" in message:
        refresh_board(message["board"] if message["board"] in connections.boards() else _NO_BOARD)
    elif "typing" in message:
        _emit_typing(message["typing"], message["column"])
    elif "person" in message:
        _emit_to_person(message["person"], message["event"], message["data"])


def announce_shutdown() -> float:
    """Ask all clients to move to another worker, at random moments; return within how many seconds."""
    global _closes_at
    within = max(SHUTDOWN_SECONDS, len(connections) / CLOSING_PER_SECOND)
    _closes_at = monotonic() + within
    _emit("closing", {"within": within}, to=[each.sid for each in connections.all()])
    return within


def notify_if_closing(connection: Connection) -> None:
    """Ask a client that connects while this process ends to move to another worker as well."""
    if _closes_at is not None:
        _emit("closing", {"within": max(0.0, _closes_at - monotonic())}, to=connection.sid)


def close_sign_in(_sender: Any, sign_in_id: int) -> None:
    """Close every connection of a browser that signed out."""
    for each in connections.all():
        if each.sign_in_id == sign_in_id:
            close(each.sid)


def close(sid: str) -> None:
    """Close a connection whose person is no longer signed in."""
    _emit("signed_out", to=sid)
    socketio.server.disconnect(sid)


def notify_view_changed(connection: Connection) -> None:
    """Have a page read its board again: what its person may see has changed."""
    _emit("view_changed", {"board": connection.board_id}, to=connection.sid)


def notify_person(person_id: int, event: str, data: dict[str, Any]) -> None:
    """Tell all open pages of one person what they did on one of them."""
    worker_bus.publish_to_workers({"person": person_id, "event": event, "data": data})
    _emit_to_person(person_id, event, data)


def _emit_to_person(person_id: int, event: str, data: dict[str, Any]) -> None:
    _emit(event, data, to=[each.sid for each in connections.all() if each.person["id"] == person_id])


def _enqueue(_sender: Any, change: CommittedChange) -> None:
    _queue.put(_Queued(change.board_id, change, perf_counter()))


def _broadcast_changes(app: Flask) -> None:
    """Broadcast committed changes in their order; changes that wait together make one message."""
    while True:
        batch = _next_batch()
        by_board: defaultdict[int, list[CommittedChange | None]] = defaultdict(list)
        for item in batch:
            by_board[item.board_id].append(item.change)
        check_flashes = _NO_BOARD in by_board
        for board_id, changes in by_board.items():
            try:
                with app.app_context():
                    sent = _broadcast_board(board_id, changes)
                check_flashes |= sent is None or any(map(_may_change_flashes, sent))
            except Exception:  # one bad change must not stop the rest; clients notice the gap and catch up
                log.exception("could not broadcast the changes of board %s", board_id)
        for item in batch:
            if item.change:
                DELIVERY.observe(perf_counter() - item.since)
        socketio.sleep(0)  # answers that are ready leave before flashes are looked up
        if check_flashes:
            try:
                with app.app_context():
                    _broadcast_flash_banners()
            except Exception:  # the access watcher asks again soon
                log.exception("could not broadcast the flashes")


def _next_batch() -> list[_Queued]:
    """Wait for the next queued item; return it with up to BATCH - 1 that wait behind it."""
    batch = [_queue.get()]
    try:
        while len(batch) < BATCH:
            batch.append(_queue.get_nowait())
    except Empty:
        pass
    return batch


def _may_change_flashes(change: CommittedChange) -> bool:
    """Return False for most changes: nothing in them flashes or flashed, and nobody's rights changed."""
    flashed = {id for id, *_ in _broadcast_flashes}
    return bool(change.columns or change.board) or any(
        id in flashed or (card and card.flash_until) for id, card in change.cards.items()
    )


def _broadcast_flash_banners() -> None:
    """Send every group on every board the flashes that it may read, if the flashes changed."""
    global _broadcast_flashes
    flashes = flashing(read_session()) if len(connections) else []
    state = tuple((flash.card.id, flash.card.changed_seq, flash.column.changed_seq) for flash in flashes)
    if state == _broadcast_flashes:
        return
    _broadcast_flashes = state
    rooms_by_view: defaultdict[tuple[Any, ...], list[str]] = defaultdict(list)
    for board_id in connections.boards():
        for group in connections.groups(board_id):
            rooms_by_view[group.language, *readable(flashes, group.audience)].append(room(board_id, group))
    for (language, *shown), rooms in rooms_by_view.items():
        _emit("flashes", banners(shown, language), to=rooms)


def _broadcast_board(board_id: int, queued: list[CommittedChange | None]) -> list[CommittedChange] | None:
    """Broadcast the board's queued changes, or those in its log when they do not follow the last that was sent.

    Returns what was sent; None when there was too much and clients were asked to read the board again.
    """
    if any(queued):
        worker_bus.publish_to_workers({"board": board_id})
    last = _broadcast_seq.get(board_id)
    changes = [change for change in queued if change and (last is None or change.seq > last)]
    in_order = last is None or [change.seq for change in changes] == [*range(last + 1, last + 1 + len(changes))]
    if last is not None and (None in queued or not in_order):
        missed = written_since(read_session(), board_id, last)
        if missed.changes is None:
            _broadcast_seq[board_id] = missed.seq
            RESYNCS.inc(sum(each.board_id == board_id for each in connections.all()))
            resync = {"seq": missed.seq, "type": "board_changed", "resync": True}
            _emit("changes", [resync], to=[room(board_id, group) for group in connections.groups(board_id)])
            return None
        changes = missed.changes
    if changes:
        _broadcast_seq[board_id] = max(last or 0, changes[-1].seq)
        _emit_changes(board_id, changes)
    return changes


def _emit_changes(board_id: int, changes: list[CommittedChange]) -> None:
    """Send each group its view; serialize once for the groups that see the same in the same language."""
    groups_by_view: defaultdict[tuple[Any, ...], list[Group]] = defaultdict(list)
    for group in connections.groups(board_id):
        view = group.language, *(visibility_key(change, group.audience) for change in changes)
        groups_by_view[view].append(group)
    for groups in groups_by_view.values():
        payload = [serialize_change(change, *groups[0]) for change in changes]
        _emit("changes", payload, to=[room(board_id, group) for group in groups])


def _broadcast_presence() -> None:
    """Send changed presence once in PRESENCE_SECONDS: after a restart everybody arrives at once."""
    while True:
        _presence_changed.wait()
        _presence_changed.clear()
        boards, _boards_with_new_presence[:] = set(_boards_with_new_presence), []
        try:
            for board_id in boards:
                rooms = [room(board_id, group) for group in connections.groups(board_id)]
                _emit("presence", {"board": board_id, **connections.presence(board_id)}, to=rooms)
        except Exception:  # the next arrival sends it again
            log.exception("could not broadcast the presence on boards %s", boards)
        socketio.sleep(PRESENCE_SECONDS)


def presence_changed(board_id: int) -> None:
    """Broadcast soon who is on the board."""
    _boards_with_new_presence.append(board_id)
    _presence_changed.set()


def broadcast_typing(connection: Connection, card_id: int, column_id: int) -> None:
    """Tell the others on this board who may read the card that this person writes in it, or has stopped."""
    typing = {
        "board": connection.board_id,
        "card": card_id,
        "person": connection.person,
        "on": connection.typing_card == card_id,
    }
    worker_bus.publish_to_workers({"typing": typing, "column": column_id})
    _emit_typing(typing, column_id, skip_sid=connection.sid)


def _emit_typing(typing: dict[str, Any], column_id: int, skip_sid: str | None = None) -> None:
    board_id = typing["board"]
    groups = connections.groups(board_id)
    column = read_session().get(Column, column_id) if groups else None
    if column is not None:
        rooms = [room(board_id, group) for group in groups if rights.may_read(group.audience, column)]
        _emit("typing", {name: typing[name] for name in ("card", "person", "on")}, to=rooms, skip_sid=skip_sid)


def _emit(event: str, data: Any = None, *, to: str | list[str], skip_sid: str | None = None) -> None:
    if to:
        socketio.server.emit(event, data, to=to, skip_sid=skip_sid)

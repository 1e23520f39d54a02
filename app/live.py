"""The live connection: who hears what, in order, and how somebody who missed a part catches up. Only this module emits."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from queue import Empty, SimpleQueue
from threading import Event
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, request
from flask_login import current_user
from flask_socketio import disconnect, join_room, leave_room
from sqlalchemy import select

from app import strict_json
from app.accounts.current import current_person, current_sign_in_id
from app.accounts.models import SignIn
from app.carry_out import board_reference, carry_out
from app.extensions import socketio
from app.fragments import person_data, present, present_catch_up
from app.presence import Seat, Seats
from app.problems import problem_document, problem_for
from app.websocket import WebSocketSeam
from boards.changes import Committed, changes_after
from boards.database import reading
from boards.errors import FieldError, Invalid, Refusal
from boards.models import Board, Person
from boards.perform import change_committed
from boards.reading import find_board, find_card
from config import Settings

log = logging.getLogger(__name__)

WATCH_SECONDS = 2
PRESENCE_SECONDS = 0.5
seats = Seats()
_outgoing: SimpleQueue[Committed] = SimpleQueue()
_moved_boards: list[int] = []
_presence_changed = Event()
_told: dict[int, int] = {}  # board → the last seq that this process has told its clients

Answer = dict[str, Any]


def init_app(app: Flask, settings: Settings) -> None:
    socketio.init_app(
        app,
        async_mode="gevent",
        async_handlers=False,  # one client's events are carried out in the order they were sent
        manage_session=False,
        json=strict_json,
        cors_allowed_origins=lambda origin, environ=None: _is_ours(origin, environ, settings),
        max_http_buffer_size=settings.max_frame_bytes,
        ping_interval=20,
        ping_timeout=20,
        message_queue=settings.redis_url,
    )
    app.wsgi_app = WebSocketSeam(app.wsgi_app)  # type: ignore[method-assign]  # Flask's documented seam for middleware


def start(app: Flask) -> None:
    """Begin to tell clients what happens; once, in a process that serves."""
    change_committed.connect(_enqueue)
    socketio.start_background_task(_tell_changes, app)
    socketio.start_background_task(_tell_presence, app)
    socketio.start_background_task(_watch, app)


def board_room(board_id: int) -> str:
    return f"board:{board_id}"


# --- what clients send -------------------------------------------------------------------------------------------


@socketio.on("connect")
def on_connect(*_anything: Any) -> bool | None:
    """A client may send an event of this name at any time, so nothing is granted here that the person does not have."""
    if not current_user.is_authenticated:
        return False
    seats.take(_sid(), person_data(current_person()) or {}, current_sign_in_id())
    return None


@socketio.on("disconnect")
def on_disconnect(*_anything: Any) -> None:
    seat = seats.leave(_sid())
    if seat and seat.board_id is not None:
        _stop_typing(seat)
        leave_room(board_room(seat.board_id))
        _somebody_moved(seat.board_id)


def _answers(handler: Callable[[Seat, Answer], Answer]) -> Callable[..., Answer]:
    """An event with one JSON object and an acknowledgement; a refusal is answered as {"error": problem}."""

    @wraps(handler)
    def handle(*arguments: Any) -> Answer:
        try:
            seat = seats.find(_sid())
            if not current_user.is_authenticated or seat is None:
                disconnect()
                return {"error": problem_document(401, "not_signed_in")}
            if len(arguments) != 1 or not isinstance(arguments[0], dict):
                raise Invalid([FieldError("type", "missing", {})])
            return handler(seat, arguments[0])
        except Refusal as refusal:
            return {"error": problem_for(refusal)}
        except Exception:
            log.exception("unexpected error in a live event")
            return {"error": problem_document(500, "internal")}

    return handle


@socketio.on("join")
@_answers
def on_join(seat: Seat, data: Answer) -> Answer:
    """Enter the room first, read what came after `after` second: nothing can fall between."""
    after = data.get("after")
    board = find_board(reading(), current_person(), board_reference(data.get("board")))
    if seat.board_id not in (None, board.id):
        _stop_typing(seat)
        leave_room(board_room(seat.board_id))
        left, seat.board_id = seat.board_id, None
        _somebody_moved(left)
    join_room(board_room(board.id))
    arrived, seat.board_id = seat.board_id is None, board.id
    _told.setdefault(board.id, board.seq)
    reading().rollback()
    missed = changes_after(reading(), board, after if type(after) is int else -1)
    if arrived:
        _somebody_moved(board.id)
    return {**present_catch_up(missed), **seats.presence(board.id)}


@socketio.on("command")
@_answers
def on_command(_seat: Seat, data: Answer) -> Answer:
    command = {name: value for name, value in data.items() if name != "board"}
    return carry_out(current_person(), data.get("board"), command)


@socketio.on("typing")
@_answers
def on_typing(seat: Seat, data: Answer) -> Answer:
    """Somebody writes in a card, or has stopped; told to the others on its board, who forget it after some seconds."""
    card_id = data.get("card")
    if type(card_id) is not int or not 0 < card_id < 2**63:
        raise Invalid([FieldError("card", "missing", {})])
    card, _column = find_card(reading(), current_person(), card_id)
    if seat.board_id == card.board_id:
        seat.typing_card = card_id if data.get("on") is True else None
        _tell_typing(seat, card_id)
    return {}


# --- what clients are told ---------------------------------------------------------------------------------------


def close_sign_in(sign_in_id: int) -> None:
    """Close every live connection of a browser that was signed out."""
    for seat in seats.all():
        if seat.sign_in_id == sign_in_id:
            _close(seat.sid)


def _close(sid: str) -> None:
    socketio.emit("signed_out", to=sid)
    socketio.server.disconnect(sid)


def _enqueue(_sender: Any, change: Committed) -> None:
    _outgoing.put(change)


def _tell_changes(app: Flask) -> None:
    """Send committed changes in their order, those that wait together as one message."""
    while True:
        waiting = [_outgoing.get()]
        try:
            while len(waiting) < 50:
                waiting.append(_outgoing.get_nowait())
        except Empty:
            pass
        try:
            with app.app_context():
                for board_id in dict.fromkeys(change.board_id for change in waiting):
                    _tell(board_id, [change for change in waiting if change.board_id == board_id])
        except Exception:  # one bad change must not silence the rest; clients notice the gap and catch up
            log.exception("could not tell %s changes", len(waiting))


def _tell(board_id: int, changes: list[Committed]) -> None:
    socketio.emit("changes", [present(change) for change in changes], to=board_room(board_id))
    _told[board_id] = max(_told.get(board_id, 0), changes[-1].seq)


def _tell_presence(app: Flask) -> None:
    """Say who is on a board when that has changed, at most once in PRESENCE_SECONDS: after a restart everybody arrives at once."""
    while True:
        _presence_changed.wait()
        _presence_changed.clear()
        moved, _moved_boards[:] = set(_moved_boards), []
        try:
            with app.app_context():
                for board_id in moved:
                    socketio.emit("presence", {"board": board_id, **seats.presence(board_id)}, to=board_room(board_id))
        except Exception:  # such as a message queue that is away: the next arrival says it again
            log.exception("could not tell who is on boards %s", moved)
        socketio.sleep(PRESENCE_SECONDS)


def _somebody_moved(board_id: int) -> None:
    _moved_boards.append(board_id)
    _presence_changed.set()


def _tell_typing(seat: Seat, card_id: int) -> None:
    told = {"card": card_id, "person": seat.person, "on": seat.typing_card == card_id}
    socketio.emit("typing", told, to=board_room(seat.board_id or 0), skip_sid=seat.sid)


def _stop_typing(seat: Seat) -> None:
    if seat.typing_card is not None:
        card_id, seat.typing_card = seat.typing_card, None
        _tell_typing(seat, card_id)


# --- what happens elsewhere --------------------------------------------------------------------------------------


def _watch(app: Flask) -> None:
    """Notice what other processes did: an account disabled, a board imported from the command line."""
    while True:
        socketio.sleep(WATCH_SECONDS)
        try:
            with app.app_context():
                _close_ended_sign_ins()
                if not app.config["SETTINGS"].redis_url:  # with several workers each would tell everybody again
                    _tell_what_others_wrote()
        except Exception:
            log.exception("the watch stumbled; it goes on")


def _close_ended_sign_ins() -> None:
    seated = seats.all()
    if not seated:
        return
    signed_in = set(reading().scalars(select(SignIn.id).where(SignIn.id.in_({seat.sign_in_id for seat in seated}))))
    active = set(
        reading().scalars(select(Person.id).where(Person.id.in_({seat.person["id"] for seat in seated}), Person.disabled_at.is_(None)))
    )
    for seat in seated:
        by_token = seat.sign_in_id == 0
        if seat.person["id"] not in active or not (by_token or seat.sign_in_id in signed_in):
            _close(seat.sid)


def _tell_what_others_wrote() -> None:
    for board in reading().scalars(select(Board).where(Board.id.in_(seats.boards()))):
        told = _told.setdefault(board.id, board.seq)
        if board.seq > told and _outgoing.empty():
            missed = changes_after(reading(), board, told)
            if missed.changes is None:
                socketio.emit("changes", [{"seq": missed.seq, "type": "board_changed", "resync": True}], to=board_room(board.id))
                _told[board.id] = missed.seq
            elif missed.changes:
                _tell(board.id, missed.changes)


def _is_ours(origin: str | None, environ: dict[str, Any] | None, settings: Settings) -> bool:
    """Live connections come from our own pages: the public address where one is set, else the host that was asked."""
    if settings.public_url:
        return origin == settings.public_url
    return origin is not None and urlsplit(origin).netloc == (environ or {}).get("HTTP_HOST")


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]  # Flask-SocketIO adds it

"""Handle what clients send: connect, join, command, typing. Each event loads its person afresh."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import request
from flask_login import current_user
from flask_socketio import SocketIO, disconnect, join_room, leave_room

from app.auth import last_seen
from app.auth.current_user import current_person, current_sign_in_id, current_token_id, may_write
from app.auth.locale import current_language
from app.board.dispatch import board_reference, dispatch_command
from app.board.flash_banners import banners_for
from app.board.preview_as import preview_person
from app.board.rendering import person_data, serialize_catch_up
from app.error_handlers import note_refusal
from app.extensions import socketio
from app.live import broadcaster
from app.live.broadcaster import connections, room
from app.live.presence import Connection
from app.web.assets import asset_url
from app.web.problems import problem_document, problem_for
from app.web.request_log import logged_event
from boards.database import is_unavailable, read_session, restart_read
from boards.errors import FieldError, Forbidden, Invalid, Refusal
from boards.log.change_log import CatchUp, changes_after
from boards.personal.read_receipts import read_versions
from boards.personal.unread import progress_of
from boards.queries import find_board, find_card

log = logging.getLogger(__name__)

Answer = dict[str, Any]


def listen(server: SocketIO) -> None:
    """Register the handlers with the server."""
    for name, handler in HANDLERS.items():
        server.on_event(name, logged_event(name, handler))


def on_connect(*_anything: Any) -> bool | None:
    """Register the connection; grant nothing more, since a client may send an event of this name at any time."""
    if not current_user.is_authenticated:
        return False
    person = current_person()
    connection = connections.add(
        _sid(), person_data(person) or {}, current_sign_in_id(), person.audience, current_language()
    )
    connection.token_id = current_token_id()
    broadcaster.notify_if_closing(connection)
    return None


def on_disconnect(*_anything: Any) -> None:
    """Forget the connection and tell its board."""
    connection = connections.remove(_sid())
    if connection and connection.board_id is not None:
        _leave_board(connection, connection.board_id)


def _answers(handler: Callable[[Connection, Answer], Answer]) -> Callable[..., Answer]:
    """Decorate the handler of an event with one JSON object; acknowledge a refusal as {"error": problem}."""

    @wraps(handler)
    def handle(*arguments: Any) -> Answer:
        socketio.sleep(0)  # other clients are served between the events that one sends in a row
        try:
            connection = connections.find(_sid())
            if not current_user.is_authenticated or connection is None:
                disconnect()
                return {"error": problem_document(401, "not_signed_in")}
            if len(arguments) != 1 or not isinstance(arguments[0], dict):
                raise Invalid([FieldError("type", "missing", {})])
            return handler(connection, arguments[0])
        except Refusal as refusal:
            note_refusal(refusal)
            return {"error": problem_for(refusal)}
        except Exception as error:
            if is_unavailable(error):
                log.warning("the database does not answer: %s", error)
                return {"error": problem_document(503, "database_unavailable")}
            log.exception("unexpected error in a live event")
            return {"error": problem_document(500, "internal")}

    return handle


@_answers
def on_join(connection: Connection, data: Answer) -> Answer:
    """Join the board's room first and read the changes after `after` second, so that none is missed."""
    after = data.get("after")
    last_seen.record_last_seen(current_user._get_current_object())
    person = current_person()
    board = find_board(read_session(), person, board_reference(data.get("board")))
    previewed_person = preview_person(person, data["as"]) if data.get("as") is not None else None
    previewed = previewed_person.audience if previewed_person is not None else None
    arrived = connection.board_id != board.id
    if connection.board_id is not None:
        if arrived:
            _leave_board(connection, connection.board_id)
        else:
            leave_room(room(board.id, connection.group))
    connections.move(connection, board.id, person.audience, previewed)
    join_room(room(board.id, connection.group))
    broadcaster.start_broadcasting(board)
    restart_read()  # changes committed since the room was entered must be read
    missed = changes_after(read_session(), board, after if type(after) is int else -1)
    if data.get("view") not in (None, connection.audience.key):
        missed = CatchUp(missed.seq, None)  # their role or services changed since the page was rendered
    if arrived:
        broadcaster.presence_changed(board.id)
    reads = read_versions(read_session(), person, board) if previewed is None else {}
    return {
        **serialize_catch_up(missed, *connection.group),
        **connections.presence(board.id),
        "reads": reads,
        "seen": progress_of(read_session(), person, board).plain if previewed is None else None,
        "flashes": banners_for(previewed_person or person, connection.language),
        "script": asset_url("board.js"),
    }


@_answers
def on_command(connection: Connection, data: Answer) -> Answer:
    """Dispatch a command as an HTTP request would."""
    if not may_write():
        raise Forbidden("token_read_only")
    if connection.previewed is not None:
        raise Forbidden("only_previewing")
    command = {name: value for name, value in data.items() if name != "board"}
    return dispatch_command(current_person(), current_language(), data.get("board"), command)


@_answers
def on_typing(connection: Connection, data: Answer) -> Answer:
    """Tell the others who may read a card that somebody writes in it, or has stopped."""
    card_id = data.get("card")
    if type(card_id) is not int or not 0 < card_id < 2**63:
        raise Invalid([FieldError("card", "missing", {})])
    card, column = find_card(read_session(), current_person(), card_id)
    if connection.board_id == card.board_id:
        connection.typing_card = card_id if data.get("on") is True else None
        connection.typing_column = column.id
        broadcaster.broadcast_typing(connection, card_id, column.id)
    return {}


def _leave_board(connection: Connection, board_id: int) -> None:
    if connection.typing_card is not None:
        card_id, connection.typing_card = connection.typing_card, None
        broadcaster.broadcast_typing(connection, card_id, connection.typing_column)
    leave_room(room(board_id, connection.group))
    connections.move(connection, None, connection.own_audience, connection.previewed)
    broadcaster.presence_changed(board_id)


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]  # Flask-SocketIO adds it


HANDLERS: dict[str, Callable[..., Any]] = {
    "connect": on_connect,
    "disconnect": on_disconnect,
    "join": on_join,
    "command": on_command,
    "typing": on_typing,
}

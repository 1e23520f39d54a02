"""Apply every two seconds what other processes wrote: closed accounts, withdrawn rights, changed boards."""

from __future__ import annotations

import logging

from flask import Flask
from flask_socketio import join_room, leave_room
from sqlalchemy import select

from app.accounts.models import ApiToken, SignIn
from app.auth.current_user import SIGN_IN_LIFETIME
from app.extensions import socketio
from app.live import broadcaster
from app.live.broadcaster import connections, room
from app.live.presence import Connection
from boards.database import now, read_session
from boards.models import Audience, Board
from boards.queries import audiences

log = logging.getLogger(__name__)

WATCH_SECONDS = 2


def start(app: Flask) -> None:
    """Begin to watch, in a task of its own."""
    socketio.start_background_task(_watch, app)


def _watch(app: Flask) -> None:
    while True:
        socketio.sleep(WATCH_SECONDS)
        try:
            with app.app_context():
                refresh_connections()
                _refresh_boards()
                broadcaster.refresh_flashes()
        except Exception:
            log.exception("the access watcher failed; it goes on")


def refresh_connections() -> None:
    """Close connections whose sign-in, account or token ended; move those whose rights changed."""
    open_now = connections.all()
    if not open_now:
        return
    lasting = SignIn.id.in_({each.sign_in_id for each in open_now}) & (SignIn.created_at > now() - SIGN_IN_LIFETIME)
    signed_in = set(read_session().scalars(select(SignIn.id).where(lasting)))
    valid = ApiToken.id.in_({each.token_id for each in open_now}) & ApiToken.revoked_at.is_(None)
    tokens = set(read_session().scalars(select(ApiToken.id).where(valid)))
    current = audiences(read_session(), {each.person["id"] for each in open_now})
    for each in open_now:
        audience = current.get(each.person["id"], Audience(None))
        authenticated = each.token_id in tokens if each.token_id else each.sign_in_id in signed_in
        if audience.role is None or not authenticated:
            broadcaster.close(each.sid)
        elif audience != each.own_audience:
            move_connection(each, audience)


def move_connection(connection: Connection, audience: Audience) -> None:
    """Move a connection to the room of its person's new role or services, and have its page read the board again."""
    before = connection.group
    previewed = connection.previewed if connection.previewed == audience else None  # they may preview no longer
    connections.move(connection, connection.board_id, audience, previewed)
    if connection.board_id is not None and before != connection.group:
        leave_room(room(connection.board_id, before), sid=connection.sid, namespace="/")
        join_room(room(connection.board_id, connection.group), sid=connection.sid, namespace="/")
        broadcaster.notify_view_changed(connection)


def _refresh_boards() -> None:
    """Broadcast what other processes wrote, such as an import from the command line or a message that was lost."""
    for board in read_session().scalars(select(Board).where(Board.id.in_(connections.boards()))):
        if broadcaster.is_behind(board):
            broadcaster.refresh_board(board.id)

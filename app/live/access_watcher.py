"""What happens elsewhere: accounts closed, rights withdrawn, boards written by other processes. Looked after every two seconds."""

from __future__ import annotations

import logging

from flask import Flask
from flask_socketio import join_room, leave_room
from sqlalchemy import select

from app.accounts.models import ApiToken, SignIn
from app.auth.current_user import SIGN_IN_LIFETIME
from app.extensions import socketio
from app.live import broadcaster
from app.live.broadcaster import room, seats
from app.live.memory import trim_memory
from app.live.presence import Connection
from boards.database import now, read_session
from boards.models import Audience, Board
from boards.queries import audiences

log = logging.getLogger(__name__)

WATCH_SECONDS = 2


def start(app: Flask) -> None:
    socketio.start_background_task(_watch, app)


def _watch(app: Flask) -> None:
    while True:
        socketio.sleep(WATCH_SECONDS)
        try:
            with app.app_context():
                refresh_connections()
                _follow_boards()
                broadcaster.refresh_flashes()
            trim_memory()
        except Exception:
            log.exception("the watch stumbled; it goes on")


def refresh_connections() -> None:
    """Close the connections of those who are signed out or disabled, or whose token was revoked; reseat those whose rights are others now."""
    seated = seats.all()
    if not seated:
        return
    lasting = SignIn.id.in_({seat.sign_in_id for seat in seated}) & (SignIn.created_at > now() - SIGN_IN_LIFETIME)
    signed_in = set(read_session().scalars(select(SignIn.id).where(lasting)))
    good = ApiToken.id.in_({seat.token_id for seat in seated}) & ApiToken.revoked_at.is_(None)
    tokens = set(read_session().scalars(select(ApiToken.id).where(good)))
    as_they_are = audiences(read_session(), {seat.person["id"] for seat in seated})
    for seat in seated:
        audience = as_they_are.get(seat.person["id"], Audience(None))
        proven = seat.token_id in tokens if seat.token_id else seat.sign_in_id in signed_in
        if audience.role is None or not proven:
            broadcaster.close(seat.sid)
        elif audience != seat.own_audience:
            move_connection(seat, audience)


def move_connection(seat: Connection, audience: Audience) -> None:
    """The person's role or services have changed: from now on they hear what they may hear now, and fetch the board as it is for them."""
    before = seat.group
    previewed = seat.previewed if seat.previewed == audience else None  # whoever was previewing may no longer
    seats.place(seat, seat.board_id, audience, previewed)
    if seat.board_id is not None and before != seat.group:
        leave_room(room(seat.board_id, before), sid=seat.sid, namespace="/")
        join_room(room(seat.board_id, seat.group), sid=seat.sid, namespace="/")
        broadcaster.notify_view_changed(seat)


def _follow_boards() -> None:
    """Tell what other processes wrote: a board imported from the command line, a message between workers that was lost."""
    for board in read_session().scalars(select(Board).where(Board.id.in_(seats.boards()))):
        if broadcaster.is_behind(board):
            broadcaster.refresh_board(board.id)

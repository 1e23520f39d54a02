"""What happens elsewhere: accounts closed, rights withdrawn, boards written by other processes. Looked after every two seconds."""

from __future__ import annotations

import logging

from flask import Flask
from flask_socketio import join_room, leave_room
from sqlalchemy import select

from app.accounts.models import ApiToken, SignIn
from app.auth.current_user import LASTS_AT_MOST
from app.extensions import socketio
from app.live import broadcaster
from app.live.broadcaster import room, seats
from app.live.memory import trim_memory
from app.live.presence import Seat
from boards.database import now, reading
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
                look_after_seats()
                _follow_boards()
                broadcaster.look_around()
            trim_memory()
        except Exception:
            log.exception("the watch stumbled; it goes on")


def look_after_seats() -> None:
    """Close the connections of those who are signed out or disabled, or whose token was revoked; reseat those whose rights are others now."""
    seated = seats.all()
    if not seated:
        return
    lasting = SignIn.id.in_({seat.sign_in_id for seat in seated}) & (SignIn.created_at > now() - LASTS_AT_MOST)
    signed_in = set(reading().scalars(select(SignIn.id).where(lasting)))
    good = ApiToken.id.in_({seat.token_id for seat in seated}) & ApiToken.revoked_at.is_(None)
    tokens = set(reading().scalars(select(ApiToken.id).where(good)))
    as_they_are = audiences(reading(), {seat.person["id"] for seat in seated})
    for seat in seated:
        audience = as_they_are.get(seat.person["id"], Audience(None))
        proven = seat.token_id in tokens if seat.token_id else seat.sign_in_id in signed_in
        if audience.role is None or not proven:
            broadcaster.close(seat.sid)
        elif audience != seat.own_audience:
            reseat(seat, audience)


def reseat(seat: Seat, audience: Audience) -> None:
    """The person's role or services have changed: from now on they hear what they may hear now, and fetch the board as it is for them."""
    before = seat.group
    previewed = seat.previewed if seat.previewed == audience else None  # whoever was previewing may no longer
    seats.place(seat, seat.board_id, audience, previewed)
    if seat.board_id is not None and before != seat.group:
        leave_room(room(seat.board_id, before), sid=seat.sid, namespace="/")
        join_room(room(seat.board_id, seat.group), sid=seat.sid, namespace="/")
        broadcaster.tell_new_view(seat)


def _follow_boards() -> None:
    """Tell what other processes wrote: a board imported from the command line, a message between workers that was lost."""
    for board in reading().scalars(select(Board).where(Board.id.in_(seats.boards()))):
        if broadcaster.is_behind(board):
            broadcaster.look_into(board.id)

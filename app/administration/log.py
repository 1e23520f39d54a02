"""Being built."""

from __future__ import annotations

from flask import Blueprint

from app.accounts.current import administrators_only

routes = Blueprint("log", __name__)


@routes.get("/log")
@administrators_only
def show_log() -> str:
    return ""

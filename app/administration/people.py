"""Being built."""

from __future__ import annotations

from flask import Blueprint

from app.accounts.current import administrators_only

routes = Blueprint("people", __name__)


@routes.get("/people")
@administrators_only
def show_people() -> str:
    return ""

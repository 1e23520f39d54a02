"""Being built."""

from __future__ import annotations

from flask import Blueprint

from app.accounts.current import administrators_only

routes = Blueprint("rights", __name__)


@routes.get("/rights")
@administrators_only
def show_rights() -> str:
    return ""

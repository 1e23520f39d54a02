"""Being built."""

from __future__ import annotations

from flask import Blueprint
from flask_login import login_required

routes = Blueprint("profile", __name__)


@routes.get("/profile")
@login_required
def show_profile() -> str:
    return ""

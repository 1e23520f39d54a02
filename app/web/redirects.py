"""Redirect to addresses of this site."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response


def safe_next() -> str:
    """Return the `next` address if it is on this site, else the home page."""
    target = request.values.get("next", "")
    if target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable() and "\\" not in target:
        return target
    return url_for("pages.home")


def flash_and_redirect(message: str, endpoint: str, **values: Any) -> Response:
    """Flash a message and redirect to an endpoint."""
    flash(message)
    return redirect(url_for(endpoint, **values), 303)

"""Redirect only to addresses of this site."""

from __future__ import annotations

from flask import request, url_for


def safe_next() -> str:
    """Return the `next` address if it is on this site, else the home page."""
    target = request.values.get("next", "")
    if target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable() and "\\" not in target:
        return target
    return url_for("pages.home")

"""Redirect only to addresses of this site."""

from __future__ import annotations

from flask import request, url_for


def safe_next() -> str:
    """Where to go after signing in: an address of this site, whatever the link said."""
    target = request.values.get("next", "")
    if target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable() and "\\" not in target:
        return target
    return url_for("pages.home")

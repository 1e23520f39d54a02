"""Serve the built front end: compressed files under names that change with their content."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import cast

from flask import Flask
from whitenoise import WhiteNoise

from config import ROOT

DIST = ROOT / "static" / "dist"


class NotBuilt(Exception):
    """Report a missing front end; `make build` makes it."""


def init_app(app: Flask) -> None:
    """Serve the built files in front of the application."""
    app.jinja_env.globals["asset_url"] = asset_url
    if DIST.is_dir():
        app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # Flask's documented seam for middleware
            app.wsgi_app,
            root=DIST,
            prefix="static/",
            allow_all_origins=False,
            immutable_file_test=lambda _path, url: "-" in url.rsplit("/", 1)[-1],
        )


def asset_url(name: str) -> str:
    """Return the URL of a built file by its source name: board.js → /static/board-3F2K.js."""
    return f"/static/{manifest()['files'].get(name, name)}"


def asset_file(name: str) -> Path:
    """Return the path of a built file. Raises NotBuilt."""
    require_built()
    return DIST / manifest()["files"][name]


@cache
def manifest() -> dict[str, dict[str, str]]:
    """Read which built file each source has become."""
    path = DIST / "manifest.json"
    if not path.exists():
        return {"files": {}}
    return cast("dict[str, dict[str, str]]", json.loads(path.read_text(encoding="utf-8")))


def require_built() -> None:
    """Raise NotBuilt when there is no front end to serve."""
    if not (DIST / "manifest.json").exists():
        raise NotBuilt("The front end is not built yet: run  make build")

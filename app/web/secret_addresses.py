"""Keep addresses that are secrets out of logs and caches."""

from __future__ import annotations

from flask import Response


def hide_address(response: Response) -> Response:
    """Hide the secret address from Referer headers; the CSRF check needs the origin over HTTPS."""
    response.headers["Referrer-Policy"] = "strict-origin"
    return response

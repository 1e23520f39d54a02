"""Log and time each request and live event, without its address or its author."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from time import perf_counter
from typing import Any

from flask import Flask, Response, g, request

from app.web import metrics, request_id
from boards.log.change_log import CommittedChange
from boards.perform import change_committed
from config import Settings

log = logging.getLogger(__name__)

SLOW_SECONDS = 1.0
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}  # a client may send any word


def init_app(app: Flask, settings: Settings) -> None:
    """Register the hooks; call first, so that requests refused by other hooks are counted too."""

    @app.before_request
    def begin() -> None:
        g.request_began = perf_counter()
        request_id.begin(request.headers.get(request_id.HEADER) if settings.proxy_hops else None)

    @app.after_request
    def end(response: Response) -> Response:
        seconds = perf_counter() - g.request_began
        method = request.method if request.method in _METHODS else "other"
        endpoint, status = request.endpoint or "none", response.status_code
        metrics.HTTP.labels(method, endpoint, status).observe(seconds)
        _note(f"{method} {endpoint}", status, seconds)
        response.headers[request_id.HEADER] = request_id.current() or ""
        return response

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        request_id.end()

    change_committed.connect(_count_change)


def logged_event(name: str, handler: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a live event’s handler with a request id, timing and a count of refusals."""

    @wraps(handler)
    def handle(*arguments: Any) -> Any:
        with request_id.numbered():
            began = perf_counter()
            answer = handler(*arguments)
            seconds = perf_counter() - began
            metrics.EVENTS.labels(name).observe(seconds)
            problem = answer.get("error") if isinstance(answer, dict) else None
            if problem:
                metrics.count_refusal(problem)
            _note(f"live {name}", problem["status"] if problem else 200, seconds)
            return answer

    return handle


def _note(what: str, status: int, seconds: float) -> None:
    # What broke (500) has its trace in the log already.
    level = logging.WARNING if status > 500 or seconds > SLOW_SECONDS else logging.DEBUG
    if log.isEnabledFor(level):
        milliseconds = round(seconds * 1000, 1)
        log.log(
            level,
            "%s: %s in %s ms",
            what,
            status,
            milliseconds,
            extra={"what": what, "status": status, "milliseconds": milliseconds},
        )


def _count_change(_sender: Any, change: CommittedChange) -> None:
    metrics.CHANGES.labels(change.type).inc()

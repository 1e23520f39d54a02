"""Shut a serving process down: refuse new clients, finish requests, hand clients to other workers.

Without other workers it ends as soon as no request is left: the sooner the next process answers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from apscheduler.schedulers.gevent import GeventScheduler
from gevent import sleep
from gevent.pywsgi import WSGIServer
from werkzeug.wsgi import ClosingIterator

from app import live, scheduler

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WORK_SECONDS = 10  # for requests after the clients have left: a long import, a slow mail server
PROGRAM_SECONDS = 2  # for programs, which may not know the closing event
POLL_SECONDS = 0.1
FLUSH_SECONDS = 0.3  # for frames and messages to other workers that wait to be sent


class RequestTracker:
    """Count the requests in progress; during shutdown close each connection after its answer.

    Live connections are not counted: they last as long as their clients.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app
        self.count = 0
        self.leaving = False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Count the request until its answer ends."""
        if environ.get("PATH_INFO", "").startswith("/socket.io/"):
            return self.app(environ, start_response)

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            return start_response(status, [*headers, ("Connection", "close")] if self.leaving else headers, *error)

        self.count += 1
        try:
            answer = self.app(environ, start)
        except BaseException:
            self._ended()
            raise
        return ClosingIterator(answer, self._ended)

    def _ended(self) -> None:
        self.count -= 1


def shut_down(
    server: WSGIServer, tracker: RequestTracker, job_scheduler: GeventScheduler, *, other_workers: bool
) -> None:
    """Return once all clients have left or their time is over.

    `other_workers`: other workers take the clients over.
    """
    tracker.leaving = True
    job_scheduler.shutdown(wait=False)
    _stop_accepting(server)
    announced = time.monotonic()
    within = live.announce_shutdown()
    while (elapsed := time.monotonic() - announced) < within + WORK_SECONDS:
        waits_for_clients = other_workers and len(server.pool) and elapsed < within + PROGRAM_SECONDS
        if not (waits_for_clients or tracker.count or scheduler.is_busy()):
            break
        sleep(POLL_SECONDS)
    live.leave()
    sleep(FLUSH_SECONDS)


def _stop_accepting(server: WSGIServer) -> None:
    """Close the listening socket after serving those who had already connected."""
    server.stop_accepting()
    while arrived := server.do_read():
        server.do_handle(*arrived)
    server.close()

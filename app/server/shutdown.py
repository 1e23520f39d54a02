"""How a process that serves leaves: nobody new is taken in, what is under way ends, and clients go over to another worker when it suits them.

Where there is no other worker it leaves as soon as nothing is under way: the sooner it is gone, the sooner the next one answers.
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

WORK_SECONDS = 10  # beyond what clients take: a long import, a mail server that hesitates
PROGRAMS_SECONDS = 2  # beyond what browsers take: programs may not know that they are asked to go
LOOK_SECONDS = 0.1
LAST_WORDS_SECONDS = 0.3  # frames and messages to the other workers that wait to be sent


class RequestTracker:
    """Counts the requests that are being answered; once the process leaves, each connection ends with its answer.

    Live connections do not count: they go on for as long as their clients do.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app
        self.count = 0
        self.leaving = False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
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


def shut_down(server: WSGIServer, under_way: RequestTracker, looking: GeventScheduler, *, others: bool) -> None:
    """Returns once everybody has gone or has had their time. `others`: whether other workers take clients over."""
    under_way.leaving = True
    looking.shutdown(wait=False)
    _take_in_no_more(server)
    told = time.monotonic()
    within = live.announce_shutdown()
    while (took := time.monotonic() - told) < within + WORK_SECONDS:
        waits_for_clients = others and len(server.pool) and took < within + PROGRAMS_SECONDS
        if not (waits_for_clients or under_way.count or scheduler.is_at_work()):
            break
        sleep(LOOK_SECONDS)
    live.leave()
    sleep(LAST_WORDS_SECONDS)


def _take_in_no_more(server: WSGIServer) -> None:
    """Close the listening socket, after serving those who had reached it: closing it alone would cut them off."""
    server.stop_accepting()
    while arrived := server.do_read():
        server.do_handle(*arrived)
    server.close()

"""Start Flash News. Read its settings from the environment (docs/settings.md)."""

from gevent import monkey

monkey.patch_all()

import logging
import os
import signal
import sys

import gevent
from gevent.event import Event
from gevent.pool import Pool
from gevent.pywsgi import WSGIServer
from sqlalchemy.exc import DBAPIError

from app import (
    create_app,
    live,
    scheduler,
)
from app.demo import create_demo_town, demo_banner
from app.server.listener import create_listener
from app.server.migrations import bring_up_to_date
from app.server.shutdown import RequestTracker, shut_down
from app.server.town_check import WrongTown, check_town
from app.setup.setup_code import new_setup_code
from app.web.assets import NotBuilt, require_built
from boards.errors import Busy
from config import Settings, SettingsError


def main() -> None:
    """Start the server; return when it has shut down."""
    try:
        settings = Settings.from_environment(serving=True)
        require_built()
        app = create_app(settings)
        bring_up_to_date(app)
        check_town(app)
        if settings.demo:
            create_demo_town(app)
        setup_code = new_setup_code(app)
        listener = create_listener(settings.host, settings.port)
    except (SettingsError, NotBuilt, WrongTown) as error:
        sys.exit(f"Flash News cannot start.\n{error}")
    except (DBAPIError, Busy) as error:
        away = error if isinstance(error, DBAPIError) else error.__cause__
        sys.exit(f"Flash News cannot start.\nThe database does not answer: {getattr(away, 'orig', away)}")
    except OSError as error:
        sys.exit(f"Flash News cannot start.\n{error}")
    live.start(app)
    job_scheduler = scheduler.start(app)
    tracker = RequestTracker(app)
    server = WSGIServer(listener, tracker, log=None, error_log=logging.getLogger("gevent.pywsgi"), spawn=Pool())
    shutdown_requested = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, request_shutdown, shutdown_requested)
    server.start()
    print(demo_banner(settings) if settings.demo else banner(settings, setup_code), flush=True)
    shutdown_requested.wait()
    shut_down(server, tracker, job_scheduler, other_workers=settings.redis_url is not None)
    gevent.spawn_later(1, os._exit, 0)  # whatever still runs


def banner(settings: Settings, setup_code: str | None) -> str:
    """Return the line that tells where Flash News is served."""
    address = settings.public_url or f"http://{settings.host}:{settings.port}"
    if setup_code is None:
        return f"Flash News: {address}"
    return f"Flash News: nobody lives here yet. Set the town up at {address}/setup with the code  {setup_code}"


def request_shutdown(requested: Event) -> None:
    """Begin the shutdown; asked twice, end at once: commits are durable and clients catch up."""
    if requested.is_set():
        os._exit(1)
    requested.set()


if __name__ == "__main__":
    main()

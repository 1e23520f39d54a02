"""Start Flash News. Reads its settings from the environment (docs/settings.md)."""

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402 - everything below must be imported after patching
import signal  # noqa: E402
import sys  # noqa: E402

import gevent  # noqa: E402
from apscheduler.schedulers.gevent import GeventScheduler  # noqa: E402
from gevent.pywsgi import WSGIServer  # noqa: E402
from sqlalchemy.exc import DBAPIError  # noqa: E402

from app import create_app, live  # noqa: E402
from app.assets import NotBuilt, require_built  # noqa: E402
from app.demo import create_demo_town, demo_banner  # noqa: E402
from app.jobs import scheduler  # noqa: E402
from app.schema import bring_up_to_date  # noqa: E402
from app.serve import listen  # noqa: E402
from app.town import WrongTown, check_town, new_setup_code  # noqa: E402
from config import Settings, SettingsError  # noqa: E402


def main() -> None:
    try:
        settings = Settings.from_environment(serving=True)
        require_built()
        app = create_app(settings)
        bring_up_to_date(app)
        check_town(app)
        if settings.demo:
            create_demo_town(app)
        setup_code = new_setup_code(app)
        listener = listen(settings.host, settings.port)
    except (SettingsError, NotBuilt, WrongTown) as error:
        sys.exit(f"Flash News cannot start.\n{error}")
    except DBAPIError as error:
        sys.exit(f"Flash News cannot start.\nThe database does not answer: {error.orig}")
    except OSError as error:
        sys.exit(f"Flash News cannot start.\n{error}")
    live.start(app)
    looking = scheduler.start(app)
    server = WSGIServer(listener, app, log=None)
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, stop, server, looking)
    print(demo_banner(settings) if settings.demo else banner(settings, setup_code), flush=True)
    server.serve_forever()


def banner(settings: Settings, setup_code: str | None) -> str:
    address = settings.public_url or f"http://{settings.host}:{settings.port}"
    if setup_code is None:
        return f"Flash News: {address}"
    return f"Flash News: nobody lives here yet. Set the town up at {address}/setup with the code  {setup_code}"


def stop(server: WSGIServer, looking: GeventScheduler) -> None:
    """Commits are durable by themselves and clients heal by catching up, so leaving at once loses nothing."""
    gevent.spawn_later(3, os._exit, 0)  # whatever still holds on
    looking.shutdown(wait=False)
    server.stop(timeout=1)


if __name__ == "__main__":
    main()

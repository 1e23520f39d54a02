"""Start Flash News. Reads its settings from the environment (docs/settings.md)."""

from gevent import monkey

monkey.patch_all()

import logging  # noqa: E402 - everything below must be imported after patching
import signal  # noqa: E402
import sys  # noqa: E402

from app import create_app, live, socketio  # noqa: E402
from app.assets import NotBuilt, require_built  # noqa: E402
from app.demo import create_demo_town, demo_banner  # noqa: E402
from app.schema import bring_up_to_date  # noqa: E402
from config import Settings, SettingsError  # noqa: E402


def main() -> None:
    try:
        settings = Settings.from_environment(serving=True)
        require_built()
    except (SettingsError, NotBuilt) as error:
        sys.exit(f"Flash News cannot start.\n{error}")
    app = create_app(settings)
    bring_up_to_date(app)
    if settings.demo:
        create_demo_town(app)
    live.start(app)
    signal.signal(signal.SIGTERM, _stop)
    print(demo_banner(settings) if settings.demo else f"Flash News: http://{settings.host}:{settings.port}", flush=True)
    try:
        socketio.run(app, host=settings.host, port=settings.port, log_output=False)
    except OSError as error:
        sys.exit(f"Flash News cannot listen on {settings.host}:{settings.port}: {error.strerror or error}")
    except KeyboardInterrupt:
        logging.getLogger(__name__).info("stopped")


def _stop(_signal: int, _frame: object) -> None:
    """Commits are durable by themselves and clients heal by catching up, so leaving at once loses nothing."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()

"""`python -m tests.clocked_run FILE`: Flash News as `python run.py` starts it, at the time that FILE tells."""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402 - everything below must be imported after patching, as in run.py
from pathlib import Path  # noqa: E402

import run  # noqa: E402
from boards.database import keep_time  # noqa: E402
from tests.clock import ServerClock  # noqa: E402

keep_time(ServerClock(Path(sys.argv[1])))
run.main()

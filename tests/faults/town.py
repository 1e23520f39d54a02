"""Create a small town for fault injection: a board, writers, watchers and their API tokens.

Run as a program (`python -m tests.faults.town FOLDER COLUMNS CARDS WRITERS WATCHERS`) it fills the database urls by
the environment, so that the fault-injection process itself does not import the application.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from config import ROOT, Settings

SECRET_KEY = "a-key-that-only-faults-use-and-nobody-else"
PASSWORD = "correct horse battery"
SLUG = "accueil"


@dataclass(frozen=True)
class Town:
    """API tokens of `writers` and `watchers`. Writers can sign in as `writer-<n>@faults.example`."""

    board: int
    columns: list[int]
    writers: list[str]
    watchers: list[str]


def settings_for(folder: Path, database_url: str = "", redis_url: str = "") -> dict[str, str]:
    """Return the environment that serves this town in production mode."""
    urls = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    configured = {name: value for name, value in urls.items() if value}
    return {"DEMO": "0", "SECRET_KEY": SECRET_KEY, "DATA_DIR": str(folder), "LOG_LEVEL": "WARNING", **configured}


def create_town(
    folder: Path, database_url: str = "", *, columns: int = 5, cards: int = 40, writers: int = 6, watchers: int = 12
) -> Town:
    folder.mkdir(parents=True, exist_ok=True)
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    counts = map(str, (columns, cards, writers, watchers))
    environment = {**inherited, **settings_for(folder, database_url)}
    subprocess.run(
        [sys.executable, "-m", "tests.faults.town", str(folder), *counts], cwd=ROOT, env=environment, check=True
    )
    return Town(**json.loads((folder / "town.json").read_text(encoding="utf-8")))


# --- in the separate process -------------------------------------------------------------------------------------


def _fill(columns: int, cards: int, writers: int, watchers: int) -> Town:
    from app import create_app
    from app.accounts.models import Account
    from app.accounts.passwords import hash_password
    from app.accounts.service import add_account, create_api_token
    from app.server.migrations import bring_up_to_date
    from boards.commands import parse_command
    from boards.database import db, read_session, write_transaction
    from boards.directory import create_board
    from boards.models import Column, Role
    from boards.perform import perform

    app = create_app(Settings.from_environment())
    bring_up_to_date(app)
    with app.app_context():
        password_hash = hash_password(PASSWORD)  # hash once: it is slow on purpose
        with write_transaction() as session:
            board = create_board(session, SLUG, "Accueil").id
        people = [(f"writer-{n}", Role.FACILITATOR) for n in range(writers)] + [
            (f"watcher-{n}", Role.READER) for n in range(watchers)
        ]
        for name, role in people:
            add_account(f"{name}@faults.example", f"Camille {name}", role, [], None)
        with write_transaction() as session:
            session.query(Account).update({"password_hash": password_hash})
        tokens = [create_api_token(f"{name}@faults.example", "faults") for name, _role in people]
        actor = read_session().query(Account.person_id).filter_by(email="writer-0@faults.example").scalar()
        read_session().rollback()
        for n in range(columns):
            perform(actor, board, parse_command({"type": "add_column", "title": f"Service {n}", "kind": "service"}))
        ids = [id for (id,) in read_session().query(Column.id).filter_by(board_id=board).order_by(Column.rank)]
        read_session().rollback()
        for n in range(cards):
            perform(actor, board, parse_command({"type": "add_card", "column": ids[n % columns], "title": f"Info {n}"}))
        db.session.remove()
        db.engine.dispose()
    return Town(board, ids, tokens[:writers], tokens[writers:])


if __name__ == "__main__":
    filled = _fill(*map(int, sys.argv[2:]))
    (Path(sys.argv[1]) / "town.json").write_text(json.dumps(asdict(filled)), encoding="utf-8")

"""What a process that serves does not hold in memory: libraries that most towns, or most moments, have no use for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from alembic.script import ScriptDirectory

from app.lean import as_if_absent
from app.schema import MIGRATIONS, revisions
from config import ROOT

RARE = {"alembic", "authlib", "flask_migrate", "fpdf", "ldap3", "mako", "PIL", "psycopg", "pygments", "redis", "requests", "segno"}
SERVE = f"""
import sys
import run
run.create_app(run.Settings.from_environment({{"DEMO": "1", "DATA_DIR": sys.argv[1]}}))
print(*sorted({RARE!r} & set(sys.modules)))
"""


def test_what_is_rarely_needed_is_imported_when_it_is(tmp_path: Path) -> None:
    served = subprocess.run([sys.executable, "-c", SERVE, str(tmp_path)], cwd=ROOT, check=True, capture_output=True, text=True)
    assert served.stdout.split() == []


def test_what_was_hidden_can_be_imported_afterwards() -> None:
    known = sys.modules.pop("this", None)
    with as_if_absent("this", "json"):
        assert sys.modules["json"] is not None  # others use it already
        try:
            import this  # noqa: F401
        except ImportError:
            hidden = True
        else:
            hidden = False
    assert hidden
    assert "this" not in sys.modules
    if known is not None:
        sys.modules["this"] = known


def test_the_schema_knows_its_revisions_as_alembic_does() -> None:
    """It reads them from the files by itself, so that a start with nothing to bring up to date does without Alembic."""
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert list(revisions()) == [script.revision for script in scripts.walk_revisions()][::-1]

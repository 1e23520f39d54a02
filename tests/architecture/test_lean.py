"""What a process that serves does not hold in memory: libraries that most towns, or most moments, have no use for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import snowballstemmer  # type: ignore[import-untyped]  # it brings no types
from alembic.script import ScriptDirectory

from app.lean import as_if_absent
from app.schema import MIGRATIONS, revisions
from boards.search.stemming import stem
from config import ROOT

RARE = {
    *(
        "alembic",
        "authlib",
        "flask_migrate",
        "fpdf",
        "ldap3",
        "mako",
        "markdown_it",
        "PIL",
        "psycopg",
        "pygments",
        "redis",
        "requests",
        "segno",
    ),
    *("sqlalchemy.dialects.postgresql", "snowballstemmer.german_stemmer"),
}
SERVE = f"""
import sys
import run
run.create_app(run.Settings.from_environment({{"DEMO": "1", "DATA_DIR": sys.argv[1]}}))
print(*sorted({RARE!r} & set(sys.modules)))
"""

GIVES_BACK = """
import psutil
from app.lean import give_back
held = [bytes(1000) for _ in range(20_000)]
kept = bytes(1000)
del held
before = psutil.Process().memory_info().rss
give_back()
print(before - psutil.Process().memory_info().rss > 10_000_000)
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


def test_the_stemmer_that_is_imported_alone_is_the_librarys() -> None:
    words = ["inscriptions", "naïveté", "élèves", "vide-grenier", "mairie", "déménager", "abonnements", "x", ""]
    assert [stem(word) for word in words] == snowballstemmer.stemmer("french").stemWords(words)


def test_what_was_only_needed_for_a_moment_is_given_back() -> None:
    assert subprocess.run([sys.executable, "-c", GIVES_BACK], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split() == [
        "True"
    ]


def test_the_schema_knows_its_revisions_as_alembic_does() -> None:
    """It reads them from the files by itself, so that a start with nothing to bring up to date does without Alembic."""
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert list(revisions()) == [script.revision for script in scripts.walk_revisions()][::-1]

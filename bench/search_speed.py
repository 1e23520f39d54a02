"""(h) Time a search among 1,000, 10,000 and 100,000 cards: the engine alone, from words to results.

The questions are those of search_quality: short and long, right and misspelt, found and in vain.
"""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

from sqlalchemy import select

from app import create_app
from bench.figures import Figure, median, percentile
from bench.processes import Towns
from bench.search_quality import questions
from bench.town import Town, settings_of
from boards.database import db, read_session
from boards.models import Board, Person, Role
from boards.search.engine import search
from config import Settings

AIM_MS = 15
AIMED_AT = 10_000


def measure(towns: Towns, *, quick: bool) -> list[Figure]:
    """Answer this question."""
    sizes, rounds = ((1000,), 1) if quick else ((1000, 10_000, 100_000), 2)
    return [figure for size in sizes for figure in _of_size(towns.copy(size, people=1), size, rounds)]


def _of_size(town: Town, size: int, rounds: int) -> list[Figure]:
    app = create_app(Settings.from_environment(settings_of(Path(town.data_dir))))
    with app.app_context():
        person = read_session().scalars(select(Person).where(Person.role == Role.READER)).one()
        board = read_session().get_one(Board, town.board)
        asked = [question.ask for question in questions()]
        for ask in asked[:20]:
            search(read_session(), person, ask, date(2026, 1, 1), board=board)  # warms up
        times = [_milliseconds(person, board, ask) for _ in range(rounds) for ask in asked]
        db.session.remove()
        db.engine.dispose()
    return [
        Figure("search_speed", f"a search among {size:,} cards, median", median(times), "ms"),
        Figure(
            "search_speed",
            f"a search among {size:,} cards, 95 %",
            percentile(times, 0.95),
            "ms",
            aim=AIM_MS if size == AIMED_AT else None,
        ),
    ]


def _milliseconds(person: Person, board: Board, ask: str) -> float:
    began = time.perf_counter()
    search(read_session(), person, ask, date(2026, 1, 1), board=board)
    return (time.perf_counter() - began) * 1000

"""(g) Ask real-life questions of the demo town's search and compare with the cards that answer them.

A question is met when one of its cards is among the first three. Half of the questions are held out: nobody tunes the
engine by them.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import create_app
from app.accounts.models import Account
from app.demo import create_demo_town
from app.demo.dates import fill_dates
from app.server.migrations import bring_up_to_date
from bench.figures import Figure
from bench.processes import Towns
from bench.town import SECRET_KEY
from boards.database import db, read_session
from boards.models import Person
from boards.search.engine import search
from config import Settings

FLOOR = 95.0  # %
AMONG = 3
_FILE = Path(__file__).with_name("questions.toml")
_ASKING = "dtan@demo.example"


@dataclass(frozen=True)
class Question:
    """State a question and its right cards."""

    ask: str
    cards: tuple[str, ...]  # titles as in the demo's files, the best first
    who: str
    held_out: bool = False


@dataclass(frozen=True)
class Answer:
    """Hold the rank of the first right card."""

    question: Question
    rank: int | None  # of the first card that answers it; None when none was found

    @property
    def met(self) -> bool:
        """Return whether a right card was found early enough."""
        return self.rank is not None and self.rank <= AMONG


def measure(towns: Towns, *, quick: bool) -> list[Figure]:  # noqa: ARG001 - there is no quicker way to ask them
    """Answer this question."""
    folder = towns.folder / "search_quality"
    folder.mkdir()
    app = create_app(Settings.from_environment({"DATA_DIR": str(folder), "SECRET_KEY": SECRET_KEY}))
    bring_up_to_date(app)
    create_demo_town(app)
    with app.app_context():
        answers = list(ask(read_session(), datetime.now(app.config["SETTINGS"].timezone).date()))
        db.session.remove()
        db.engine.dispose()
    for answer in answers:
        if not answer.met and not answer.question.held_out:
            print(f"  not met (rank {answer.rank}): {answer.question.ask}")
    return [
        _figure("all questions", answers, promised=True),
        _figure("those held out", (answer for answer in answers if answer.question.held_out)),
        *(_figure(f"of {who}", some) for who, some in _by_asker(answers).items()),
    ]


def questions() -> list[Question]:
    """Read the questions."""
    return [
        Question(**{**told, "cards": tuple(told["cards"])})
        for told in tomllib.loads(_FILE.read_text(encoding="utf-8"))["questions"]
    ]


def ask(session: Session, today: date) -> Iterator[Answer]:
    """Ask each question of a demo town that was made on this day."""
    person = session.scalars(
        select(Person).join(Account, Account.person_id == Person.id).where(Account.email == _ASKING)
    ).one()
    for question in questions():
        wanted = {fill_dates(title, today) for title in question.cards}
        titles = (found.card.title for found in search(session, person, question.ask, today).cards)
        yield Answer(question, next((place for place, title in enumerate(titles, 1) if title in wanted), None))


def share_met(answers: Iterable[Answer]) -> float:
    """Return the share of met questions in percent."""
    met = [answer.met for answer in answers]
    return 100 * sum(met) / len(met)


def _by_asker(answers: Iterable[Answer]) -> dict[str, list[Answer]]:
    found: defaultdict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        found[answer.question.who].append(answer)
    return found


def _figure(which: str, answers: Iterable[Answer], *, promised: bool = False) -> Figure:
    """Return the share that is missing to all: a figure's aim is what it stays below."""
    missed = 100 - share_met(answers)
    return Figure(
        "search_quality", f"not among the first {AMONG}, {which}", missed, "%", aim=100 - FLOOR if promised else None
    )

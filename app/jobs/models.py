"""Store when each job is due, which worker runs it, and how it last ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.web.cron import When
from boards.database import Base, Moment


class Job(Base):
    """Store one job; its row is its lock.

    The worker that writes `taken_until` first runs the job; one that died loses it when that moment has passed.
    """

    __tablename__ = "jobs"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(Moment)
    taken_by: Mapped[str | None] = mapped_column(String(60))
    taken_until: Mapped[datetime | None] = mapped_column(Moment)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    runs: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    outcome: Mapped[str] = mapped_column(Text, default="")  # of the last run: what was done, or what went wrong


@dataclass(frozen=True)
class Task:
    """Define a job.

    `work` does all that is due and returns how much that was; run again at once, it finds nothing to do.
    """

    name: str
    when: When
    work: Callable[[], int]
    done: str  # what `work` counts, in the words of `flask jobs`

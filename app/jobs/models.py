"""When each job is due, who carries it out now, and how it went last."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from boards.database import Base, Moment


class Job(Base):
    """A job's row is its lock: whoever writes `taken_until` first carries it out; a worker that died lets go when that moment has passed."""

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

"""Clocks for tests: one for the program under the test's feet, one for servers in processes of their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from boards import clock, database


def in_town(moment: datetime | str) -> datetime:
    """Without a zone, such as "2026-03-29 02:30", a moment is meant as the town's clocks show it."""
    moment = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return (moment if moment.tzinfo else moment.replace(tzinfo=clock.zone())).astimezone(UTC)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = database.system_clock()

    def __call__(self) -> datetime:
        return self.moment

    def set(self, moment: datetime | str) -> None:
        self.moment = in_town(moment)

    def advance(self, time: timedelta) -> None:
        self.moment += time


class ServerClock:
    """The clock of servers in processes of their own, told by a file: it may be set while they run, and goes on from there."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def set(self, moment: datetime | str) -> None:
        """Written aside and put in place at once: a server may be reading."""
        written = self.file.with_suffix(".new")
        written.write_text(str((in_town(moment) - database.system_clock()).total_seconds()), encoding="ascii")
        written.replace(self.file)

    def __call__(self) -> datetime:
        ahead = float(self.file.read_text(encoding="ascii")) if self.file.exists() else 0
        return database.system_clock() + timedelta(seconds=ahead)

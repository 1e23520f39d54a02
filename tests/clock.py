"""Clocks for tests: one for the application in this process, one for servers in other processes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from boards import clock, database


def in_town(moment: datetime | str) -> datetime:
    """Interpret a time without zone, such as "2026-03-29 02:30", in the town's time zone."""
    moment = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return (moment if moment.tzinfo else moment.replace(tzinfo=clock.zone())).astimezone(UTC)


class Clock:
    """A clock that stands still until it is set or advanced."""

    def __init__(self) -> None:
        self.moment = database.system_clock()

    def __call__(self) -> datetime:
        return self.moment

    def set(self, moment: datetime | str) -> None:
        self.moment = in_town(moment)

    def advance(self, time: timedelta) -> None:
        self.moment += time


class ServerClock:
    """The clock of servers in other processes, read from a file; it keeps running after it is set."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def set(self, moment: datetime | str) -> None:
        """Set the time by replacing the file atomically, because a server may be reading it."""
        new_file = self.file.with_suffix(".new")
        new_file.write_text(str((in_town(moment) - database.system_clock()).total_seconds()), encoding="ascii")
        new_file.replace(self.file)

    def __call__(self) -> datetime:
        offset = float(self.file.read_text(encoding="ascii")) if self.file.exists() else 0
        return database.system_clock() + timedelta(seconds=offset)

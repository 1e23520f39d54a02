"""Compute when jobs are due, by the town’s clock, with APScheduler’s triggers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from boards import clock

# Maps a moment to the next due moment, both in UTC.
When = Callable[[datetime], datetime]

_AT_ONCE_AFTER = timedelta(microseconds=1)  # triggers include the moment they are given
_JUMP = timedelta(hours=1)
_MINUTES = IntervalTrigger(minutes=1, start_date=datetime(2026, 1, 1, tzinfo=UTC), timezone=UTC)


def every_minute(after: datetime) -> datetime:
    """Return the next full minute, so that midnight is met exactly."""
    due: datetime = _MINUTES.get_next_fire_time(None, after + _AT_ONCE_AFTER)
    return due.astimezone(UTC)


def at(hour: int, minute: int = 0, on: str = "*") -> When:
    """Build a schedule: daily at this time, or on weekdays such as "mon-fri" or a number (Monday is 0).

    A time skipped in spring runs an hour later by the new reading; a time that occurs twice in autumn runs once.
    """
    # In UTC: with a zone the trigger skips midnight on the day after the spring change.
    trigger = CronTrigger(hour=hour, minute=minute, day_of_week=on, timezone=UTC)

    def next_after(moment: datetime) -> datetime:
        # The wall clock just before, as if it were UTC.
        shown: datetime = (moment - _JUMP).astimezone(clock.zone()).replace(tzinfo=UTC)
        while True:
            shown = trigger.get_next_fire_time(None, shown + _AT_ONCE_AFTER)
            due = shown.replace(tzinfo=clock.zone(), fold=0).astimezone(UTC)
            if due > moment:
                return due

    return next_after

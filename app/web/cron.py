"""When things are due, by the town's clocks. APScheduler reckons; what is due next is kept in the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from boards import clock

# From a moment to the next one when something is due, in UTC.
When = Callable[[datetime], datetime]

_AT_ONCE_AFTER = timedelta(microseconds=1)  # triggers begin with the moment they are given
_JUMP = timedelta(hours=1)
_MINUTES = IntervalTrigger(minutes=1, start_date=datetime(2026, 1, 1, tzinfo=UTC), timezone=UTC)


def every_minute(after: datetime) -> datetime:
    """On the full minute, so that midnight is met."""
    due: datetime = _MINUTES.get_next_fire_time(None, after + _AT_ONCE_AFTER)
    return due.astimezone(UTC)


def at(hour: int, minute: int = 0, on: str = "*") -> When:
    """Every day at this time, or on some days of the week: "mon-fri", or a number from Monday's 0.

    A time that the clocks jump over in spring comes an hour later by their new reading; one that they show twice in autumn counts once.
    """
    # In UTC, where all days are alike: with a zone the trigger leaves midnight out on the day after the change in spring.
    trigger = CronTrigger(hour=hour, minute=minute, day_of_week=on, timezone=UTC)

    def next_after(moment: datetime) -> datetime:
        shown: datetime = (
            (moment - _JUMP).astimezone(clock.zone()).replace(tzinfo=UTC)
        )  # what clocks showed just before
        while True:
            shown = trigger.get_next_fire_time(None, shown + _AT_ONCE_AFTER)
            due = shown.replace(tzinfo=clock.zone(), fold=0).astimezone(UTC)
            if due > moment:
                return due

    return next_after

"""Days by the town's calendar: what ends on a day ends there, whatever the clocks of servers and browsers say."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from boards.database import now

_zone: tzinfo = ZoneInfo("Europe/Paris")


def set_zone(zone: tzinfo) -> None:
    """From now on days begin and end in this zone: one process serves one town."""
    global _zone
    _zone = zone


def zone() -> tzinfo:
    return _zone


def today() -> date:
    return day_of(now())


def day_of(moment: datetime) -> date:
    """The day on which this moment falls in the town."""
    return moment.astimezone(_zone).date()


def start_of(day: date) -> datetime:
    """The first moment of the day in the town, in UTC; right across changes to and from summer time."""
    return datetime.combine(day, time(), _zone).astimezone(UTC)

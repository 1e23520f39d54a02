"""Compute days in the town’s time zone, whatever zones servers and browsers use."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from boards.database import now

_zone: tzinfo = ZoneInfo("Europe/Paris")


def set_zone(zone: tzinfo) -> None:
    """Set the zone in which days begin and end: one process serves one town."""
    global _zone
    _zone = zone


def zone() -> tzinfo:
    """Return the town’s time zone."""
    return _zone


def today() -> date:
    """Return the current day in the town."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """Return the day in the town on which this moment falls."""
    return moment.astimezone(_zone).date()


def start_of(day: date) -> datetime:
    """Return the first moment of the day in the town, in UTC, right across DST changes."""
    return datetime.combine(day, time(), _zone).astimezone(UTC)

"""The program's single clock, and setting it in tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from boards import clock as town_clock
from boards.database import now
from tests.clock import Clock
from tests.town import Town


def test_everything_follows_the_clock_that_is_set(clock: Clock, town: Town) -> None:
    clock.set("2026-03-28 23:59")
    assert now() == datetime(2026, 3, 28, 22, 59, tzinfo=UTC)
    clock.advance(timedelta(minutes=2))
    assert town_clock.today().isoformat() == "2026-03-29"
    card = town.card(town.add_card())
    assert card.created_at == now()

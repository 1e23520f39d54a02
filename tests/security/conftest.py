"""Fixtures of the security tests: signed-in visitors, all routes of a town, no rate limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from app.extensions import limiter
from tests.app.test_access import Doors
from tests.town import PEOPLE, Town
from tests.visitor import Visitor

Signed = Callable[[str], Visitor]


@pytest.fixture(autouse=True)
def _no_limits() -> Iterator[None]:
    limiter.enabled = False
    yield
    limiter.enabled = True


@pytest.fixture
def signed(app: Flask, town: Town) -> Signed:
    """Return a function that signs in one of the town's people by role."""

    def sign_in(role: str) -> Visitor:
        visitor = Visitor(app)
        assert visitor.sign_in(PEOPLE[role][0]).status_code == 303
        return visitor

    return sign_in


@pytest.fixture
def doors(app: Flask, town: Town) -> Doors:
    """Return every route and command of the town, as seen by a facilitator, who has all rights."""
    return Doors(app, town, "facilitator")

"""What the tests of closed doors share: a town whose every place can be named, and nobody slowed down by limits."""

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
    """Signs one of the town's people in, by the name the town has for them."""

    def sign_in(role: str) -> Visitor:
        visitor = Visitor(app)
        assert visitor.sign_in(PEOPLE[role][0]).status_code == 303
        return visitor

    return sign_in


@pytest.fixture
def doors(app: Flask, town: Town) -> Doors:
    """Every door of the town, in front of a facilitator: whom no right stops."""
    return Doors(app, town, "facilitator")

"""The number of examples: few and fixed in CI, more and random with --long."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

Effort = Callable[[int], settings]


@pytest.fixture(scope="session")
def effort(pytestconfig: pytest.Config) -> Effort:
    """Return settings for a number of examples, multiplied by `--long`."""
    times: int = pytestconfig.getoption("--long")

    def of(examples: int) -> settings:
        return settings(
            max_examples=examples * times,
            deadline=None,
            database=None,
            derandomize=times == 1,
            # Shrinking takes long, and is only useful to investigate a failure.
            phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if times > 1 else [])],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
        )

    return of


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Remove the time limit from long runs."""
    if config.getoption("--long") > 1:
        for item in items:
            if item.path.parent == Path(__file__).parent:
                item.add_marker(pytest.mark.timeout(0))

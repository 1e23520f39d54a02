"""How much is tried: little and always the same in CI, more and each time something else with --long."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

Effort = Callable[[int], settings]


@pytest.fixture(scope="session")
def effort(pytestconfig: pytest.Config) -> Effort:
    """Settings for so many examples; `--long 100`: a hundred times as many."""
    times: int = pytestconfig.getoption("--long")

    def of(examples: int) -> settings:
        return settings(
            max_examples=examples * times,
            deadline=None,
            database=None,
            derandomize=times == 1,
            # Shrinking a failure takes long, and only somebody who looks into one needs it.
            phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if times > 1 else [])],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
        )

    return of


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is asked to take long may."""
    if config.getoption("--long") > 1:
        for item in items:
            if item.path.parent == Path(__file__).parent:
                item.add_marker(pytest.mark.timeout(0))

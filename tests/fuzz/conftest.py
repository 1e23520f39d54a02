"""How much is tried: little and always the same in CI, more and each time something else with --long."""

from __future__ import annotations

from collections.abc import Callable

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


@pytest.fixture(autouse=True)
def _time_enough(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--long") > 1:
        request.node.add_marker(pytest.mark.timeout(0))

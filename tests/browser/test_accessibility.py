"""axe-core finds nothing against WCAG 2.2 A and AA, nor against its good practice, in any state, theme or size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import SeatSomebody
from tests.browser.desk import FACILITATOR
from tests.browser.states import STATES, State
from tests.server import ROOT

AXE = Path(ROOT / "node_modules/axe-core/axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
    "dark phone": {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_axe_finds_nothing(state: State, look: str, seat: SeatSomebody) -> None:
    # Axe is not ours: it is let past the Content-Security-Policy here, and only here. Motion is off, so that nothing is judged half faded in.
    desk = seat(FACILITATOR, path=None, bypass_csp=True, reduced_motion="reduce", **LOOKS[look])
    state.reach(desk)
    desk.page.add_script_tag(path=AXE)
    found = desk.page.evaluate("(rules) => axe.run({ runOnly: rules, resultTypes: ['violations'] })", RULES)["violations"]
    desk.context.set_offline(False)
    assert [f"{each['id']}: {node['html'][:200]} — {node['failureSummary']}" for each in found for node in each["nodes"][:3]] == []

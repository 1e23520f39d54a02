"""axe-core finds no violation of WCAG 2.2 A and AA or best practice, in any state or theme."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import SeatSomebody
from tests.browser.desk import FACILITATOR
from tests.browser.states import STATES, State
from tests.server import ROOT, Server

AXE = Path(ROOT / "node_modules/axe-core/axe.min.js")
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# A theme changes only colours: after the first, only these rules can find anything new.
RULES_OF_COLOUR = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
EXAMINE = "([rules, exclude]) => axe.run({ exclude }, { runOnly: rules, resultTypes: ['violations'] })"
# Examine only the first cards of each column: one template renders all of them, and axe is slow on each.
FURTHER_CARDS = [[".card:nth-child(n+5)"]]
# The Content-Security-Policy is bypassed to inject axe. Motion is off, so that nothing is examined half faded in.
HOLDING_STILL: dict[str, Any] = {"bypass_csp": True, "reduced_motion": "reduce", "color_scheme": "light"}
THEMES = ("light", "dark")


@pytest.fixture
def shared_server(server_of_the_state: Server) -> Server:
    return server_of_the_state


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_axe_finds_nothing(state: State, seat: SeatSomebody) -> None:
    """Examine a large screen in both themes; `test_narrow` examines a small one."""
    desk = seat(FACILITATOR, path=None, **HOLDING_STILL)
    state.reach(desk)
    found = {theme: violations(desk.page, theme) for theme in THEMES}
    desk.context.set_offline(False)
    assert found == {theme: [] for theme in THEMES}


def violations(page: Page, theme: str) -> list[str]:
    """Return the violations axe finds on the current page in this theme."""
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of THEMES
    if not page.evaluate("() => 'axe' in window"):
        page.add_script_tag(path=AXE)
    rules = RULES if theme == THEMES[0] else RULES_OF_COLOUR
    found = page.evaluate(EXAMINE, [rules, FURTHER_CARDS])["violations"]
    return [
        f"{each['id']}: {node['html'][:200]} — {node['failureSummary']}" for each in found for node in each["nodes"][:3]
    ]

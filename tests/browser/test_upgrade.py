"""A page open during a server upgrade announces it and reloads on request or when hidden."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.web.assets import asset_file, asset_url
from tests.browser.conftest import Lanes, SeatSomebody
from tests.browser.desk import Desk

OLDER = "/static/older.js"
LOOK_ELSEWHERE = """() => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def begin_with_an_older_script(desk: Desk) -> None:
    """Serve the page's script under another name, as before an upgrade."""
    script = f"**{asset_url('board.js')}"
    desk.page.route(script, lambda route: route.fulfill(body=f'import "{OLDER}";', content_type="text/javascript"))
    desk.page.route(
        f"**{OLDER}", lambda route: route.fulfill(path=asset_file("board.js"), content_type="text/javascript")
    )
    desk.page.reload()
    desk.expect_live()
    expect(desk.toasts).to_contain_text("Flash News vient d’être mis à jour.")
    desk.page.unroute(script)


def runs(page: Page, script: str) -> bool:
    found: bool = page.evaluate(
        "(script) => performance.getEntriesByType('resource').some(({ name }) => name.endsWith(script))", script
    )
    return found


def ask(page: Page) -> None:
    page.get_by_role("button", name="Recharger la page").click()


def look_elsewhere(page: Page) -> None:
    page.evaluate(LOOK_ELSEWHERE)


@pytest.mark.parametrize("leave", [ask, look_elsewhere])
def test_it_is_loaded_anew(lanes: Lanes, seat: SeatSomebody, leave: Callable[[Page], None]) -> None:
    anna = seat()
    begin_with_an_older_script(anna)
    assert runs(anna.page, OLDER)
    with anna.page.expect_navigation():
        leave(anna.page)
    anna.expect_live()
    assert not runs(anna.page, OLDER)
    expect(anna.toasts).to_have_count(0)


def test_a_page_with_unsaved_text_is_not_reloaded(lanes: Lanes, seat: SeatSomebody) -> None:
    anna = seat()
    begin_with_an_older_script(anna)
    anna.column(lanes.left).get_by_role("button", name="Ajouter une info").last.press("Enter")
    title = anna.page.locator("form.composer textarea").first
    title.fill("En train d’écrire")
    look_elsewhere(anna.page)
    anna.page.evaluate("() => fetch('/healthz')")  # a page that is being left does not come back from there
    expect(title).to_have_value("En train d’écrire")
    assert runs(anna.page, OLDER)

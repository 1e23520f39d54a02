"""Page resources: no third party, no inline script or style, and readable without script."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.browser.conftest import Lanes, SeatSomebody
from tests.browser.desk import AGENT, FACILITATOR, new_desk
from tests.browser.test_drag_card import named
from tests.server import Server

INLINE = """() =>
  [...document.querySelectorAll("script:not([src]), style, [style], [onclick], [onload], [onsubmit]")]
    .map((each) => each.outerHTML.slice(0, 200))"""


def test_nothing_is_asked_of_a_third_party(lanes: Lanes, seat: SeatSomebody) -> None:
    anna = seat(AGENT)
    anna.edit_card(named(lanes, "Un")[0])
    anna.page.goto(f"{anna.server.url}/boards/accueil/archive")
    anna.page.goto(f"{anna.server.url}/sign-in")
    own = (f"{anna.server.url}/", f"ws://127.0.0.1:{anna.server.port}/", "data:")
    assert len(anna.requests) > 10
    assert [url for url in anna.requests if not url.startswith(own)] == []


def test_no_page_holds_a_script_or_a_style_of_its_own(lanes: Lanes, seat: SeatSomebody) -> None:
    """Examine the HTML as the server sent it, before script changes it."""
    anna = seat(FACILITATOR, path=None, java_script_enabled=True)
    card = anna.board()["cards"][0]["id"]
    for path in ("/boards/accueil", f"/cards/{card}", "/boards/accueil/archive", "/nulle-part"):
        response = anna.context.request.get(f"{anna.server.url}{path}", headers={"Accept": "text/html"})
        policy = response.headers["content-security-policy"]
        assert "unsafe-inline" not in policy
        assert "unsafe-eval" not in policy
        found = anna.page.evaluate(
            "(html) => { const page = new DOMParser().parseFromString(html, 'text/html'); "
            f"return ((document) => ({INLINE})())(page); }}",
            response.text(),
        )
        assert found == [], path


def test_the_board_reads_without_script(browser: Browser, shared_server: Server) -> None:
    desk = new_desk(browser, shared_server, AGENT, java_script_enabled=False)
    desk.sign_in()
    page = desk.page
    expect(page.get_by_role("heading", level=2, name="CCAS")).to_be_visible()
    expect(page.locator(".no-script")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(
        2
    )  # the flash is read by a form, and the browser itself opens the menu of boards
    page.get_by_role("button", name="changer de tableau").click()
    expect(page.get_by_role("menuitem", name="Alertes et intempéries")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#board .card h3 a").nth(3).click()
    expect(page.locator("#panel-title")).to_be_visible()
    page.locator(".panel noscript a").click()
    expect(page.locator("aside.panel")).to_be_hidden()
    desk.context.close()


def test_the_board_loads_few_bytes(seat: SeatSomebody) -> None:
    """Compare compressed bytes before any action; the editor, tour and password meter load on demand."""
    anna = seat(AGENT, path=None)
    sizes: dict[str, int] = {}
    anna.page.on(
        "response",
        lambda response: (
            sizes.__setitem__(response.url, int(response.headers.get("content-length", 0)))
            if "/static/" in response.url
            else None
        ),
    )
    anna.open_board()
    assert all(sizes.values())
    for kind, most in {".js": 75_000, ".css": 12_500, ".woff2": 15_000}.items():
        assert 0 < sum(size for url, size in sizes.items() if url.endswith(kind)) <= most, (kind, sizes)

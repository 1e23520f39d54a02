"""The board in English: server texts, script texts and times."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Lanes, SeatSomebody
from tests.browser.desk import AGENT, COLLEAGUE, Desk
from tests.browser.test_drag_card import named

FRENCH = re.compile(
    r"[œ«»\u202f]|\b(?:colonne|info|vous|votre|pour|dans|cette|Annuler|Fermer|Modifier)\b", re.IGNORECASE
)
ENGLISH_WORDS = re.compile(r"/en-\w+\.js$")
TOMORROW = """() => { const day = new Date(); day.setDate(day.getDate() + 1);
  return [day.getFullYear(), day.getMonth() + 1, day.getDate()]
    .map((part) => String(part).padStart(2, "0")).join("-"); }"""


def choose(desk: Desk, language: str) -> None:
    page = desk.context.request.get(f"{desk.server.url}/profile").text()
    token = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert token
    looks = {"theme": "system", "density": "comfortable", "language": language, "csrf_token": token[1]}
    assert desk.context.request.post(f"{desk.server.url}/profile/looks", form=looks).ok


@pytest.fixture
def emma(seat: SeatSomebody) -> Iterator[Desk]:
    """Seat an agent who chose English."""
    emma = seat(AGENT, path=None)
    choose(emma, "en")
    emma.page.goto(f"{emma.server.url}/boards/accueil")
    expect(emma.state).to_have_text("Live")
    yield emma
    choose(emma, "fr")


def test_the_english_board_speaks_english_in_script_too(lanes: Lanes, emma: Desk) -> None:
    (one,) = named(lanes, "Un")
    expect(emma.page.locator("html")).to_have_attribute("lang", "en")
    emma.open_card(one)
    emma.panel.get_by_role("button", name="Other actions").click()
    emma.page.get_by_role("menuitem", name="Archive").click()
    expect(emma.toasts.last).to_have_text(f"“\u2068{one}\u2069” archived.")
    emma.page.get_by_role("button", name="Undo").click()
    expect(emma.card(one)).to_be_visible()
    emma.card(one).get_by_role("link").focus()
    emma.page.keyboard.press(" ")
    expect(emma.announced).to_contain_text("lifted")
    emma.page.keyboard.press("Escape")
    expect(emma.announced).to_contain_text("Move cancelled")
    emma.page.get_by_role("combobox", name="Search").fill(one)
    expect(emma.page.locator(".filter .state")).to_have_text(re.compile(r"^\d+ results?$"))
    emma.page.keyboard.press("Escape")  # what was found is in the words of those who wrote it
    expect(emma.page.get_by_role("listbox")).to_be_hidden()
    assert not FRENCH.search(emma.page.locator(".topbar").inner_text())


def test_times_are_words_of_english(lanes: Lanes, founder: Desk, emma: Desk) -> None:
    founder.add_card(lanes.right_id, "Pool", valid_until=emma.page.evaluate(TOMORROW))
    expect(emma.card("Pool").locator(".chip")).to_have_text("expires tomorrow")
    emma.open_card("Pool")
    expect(emma.panel.locator(".facts")).to_contain_text("just now")


def test_saving_a_text_is_announced_in_english(lanes: Lanes, emma: Desk) -> None:
    (two,) = named(lanes, "Deux")
    emma.open_card(two)
    emma.panel.get_by_role("button", name="Edit", exact=True).click()
    expect(emma.panel.get_by_role("toolbar", name="Formatting").get_by_role("button", name="Bold")).to_be_visible()
    emma.panel.get_by_label("Title").fill(f"{two} bis")
    expect(emma.panel.locator(".state")).to_have_text("Saved")


def test_only_english_pages_fetch_the_english_words(emma: Desk, seat: SeatSomebody) -> None:
    assert [url for url in emma.requests if ENGLISH_WORDS.search(url)]
    boris = seat(COLLEAGUE)
    assert [url for url in boris.requests if ENGLISH_WORDS.search(url)] == []

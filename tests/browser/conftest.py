"""Browsers, a server and people signed in side by side; a console error fails the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, StorageState, expect, sync_playwright

from tests.browser.desk import AGENT, COLLEAGUE, FACILITATOR, Desk, new_desk
from tests.browser.install import browser_options
from tests.browser.states import State
from tests.live.person import LivePerson
from tests.server import Server, running

SeatSomebody = Callable[..., Desk]
_numbers = count(1)
expect.set_options(
    timeout=30_000
)  # only what fails waits so long; what could not leave is tried again after some seconds


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(**browser_options())
    yield browser
    browser.close()


@pytest.fixture
def desks() -> Iterator[list[Desk]]:
    """Collect the desks of a test, close them at its end and check their console errors."""
    desks: list[Desk] = []
    yield desks
    for desk in desks:
        desk.context.close()
    assert [said for desk in desks for said in desk.unforgiven()] == []


# Modules whose tests change only their lanes, which are archived afterwards.
KEEP_TO_LANES = {
    f"tests.browser.test_{name}"
    for name in [
        "columns",
        "drag_card",
        "drag_column",
        "drag_scroll",
        "drag_touch",
        "flash",
        "handing",
        "keyboard",
        "labels_and_filters",
        "live_board",
        "live_edit",
        "news",
        "search",
    ]
}


# Number of cards kept per column in the small town: one of each appearance, and the columns that tests name.
KEPT = {
    "Modalités de fonctionnement": 4,
    "CCAS": 4,
    "Médiathèque": 4,
    "Espaces verts": 4,
    "Suggestions": 4,
    "État civil": 1,
    "Culture": 1,
    "Sports": 1,
}


@pytest.fixture(scope="session")
def small_town(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reduce the demo town to a few cards in a few columns, which opens and is examined three times faster."""
    folder = tmp_path_factory.mktemp("small") / "var"
    with running(demo_data, folder) as server:
        facilitator = LivePerson(server.url, FACILITATOR)
        board = facilitator.board()
        for column in board["columns"]:
            cards = sorted(
                (card for card in board["cards"] if card["column"] == column["id"]), key=lambda card: str(card["rank"])
            )
            if column["title"] not in KEPT:
                assert facilitator.post(type="archive_column", column=column["id"]).ok
            elif further := [card["id"] for card in cards[KEPT[column["title"]] :]]:
                assert facilitator.post(type="archive_cards", cards=further).ok
    return folder


@pytest.fixture(scope="session")
def lasting_server(small_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run one server for all modules whose tests only use columns of their own."""
    with running(small_town, tmp_path_factory.mktemp("lasting") / "var") as server:
        yield server


@pytest.fixture(scope="module")
def server_of_the_module(small_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(small_town, tmp_path_factory.mktemp("shared") / "var") as server:
        yield server


@pytest.fixture
def server(small_town: Path, tmp_path: Path) -> Iterator[Server]:
    with running(small_town, tmp_path / "var") as server:
        yield server


@pytest.fixture(scope="session")
def whole_town_server(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run the complete demo town."""
    with running(demo_data, tmp_path_factory.mktemp("whole") / "var") as server:
        yield server


@pytest.fixture(scope="module")
def shared_server(request: pytest.FixtureRequest) -> Server:
    server: Server = request.getfixturevalue(
        "lasting_server" if request.module.__name__ in KEEP_TO_LANES else "server_of_the_module"
    )
    return server


@pytest.fixture
def server_of_the_state(state: State, request: pytest.FixtureRequest) -> Server:
    """Return the small town's server, or the complete one for states about all columns."""
    server: Server = request.getfixturevalue("whole_town_server" if state.about_all_columns else "server_of_the_module")
    return server


@pytest.fixture(scope="session")
def sessions() -> dict[tuple[str, str], StorageState]:
    """Cache the cookies of people who signed in, as signing in each time is slow."""
    return {}


@pytest.fixture
def seat(
    browser: Browser, shared_server: Server, desks: list[Desk], sessions: dict[tuple[str, str], StorageState]
) -> SeatSomebody:
    """Seat a signed-in person at a new browser; `afresh` for people who sign out or lose their account."""

    def seat_somebody(
        email: str = AGENT,
        *,
        server: Server = shared_server,
        afresh: bool = False,
        path: str | None = "/boards/accueil",
        **options: Any,
    ) -> Desk:
        known = None if afresh else sessions.get((server.url, email))
        desk = new_desk(browser, server, email, storage_state=known, **options)
        desks.append(desk)
        if known is None:
            desk.sign_in()
            if not afresh:
                sessions[server.url, email] = desk.context.storage_state()
        if path:
            desk.open_board(path)
        return desk

    return seat_somebody


@dataclass
class Lanes:
    """Two columns at the left of the board, used by one test only."""

    left: str
    right: str
    left_id: int
    right_id: int


@pytest.fixture
def anna(seat: SeatSomebody) -> Desk:
    """Seat an agent."""
    return seat(AGENT)


@pytest.fixture
def boris(seat: SeatSomebody) -> Desk:
    """Seat an agent of another service at the same time."""
    return seat(COLLEAGUE)


@pytest.fixture
def facilitator(seat: SeatSomebody) -> Desk:
    return seat(FACILITATOR)


@pytest.fixture
def founder(seat: SeatSomebody) -> Desk:
    """Seat a facilitator who acts by HTTP without a page."""
    return seat(FACILITATOR, path=None)


@pytest.fixture
def lanes(founder: Desk) -> Iterator[Lanes]:
    """Create « Gauche » with three cards and « Droite » with one."""
    number = next(_numbers)
    left, right = f"Gauche {number}", f"Droite {number}"
    right_id = founder.add_column(right)
    left_id = founder.add_column(left)
    for title in ("Un", "Deux", "Trois"):
        founder.add_card(left_id, f"{title} {number}", body=f"<p>Texte de {title}.</p>")
    founder.add_card(right_id, f"Quatre {number}")
    yield Lanes(left, right, left_id, right_id)
    for column in {each["id"] for each in founder.board()["columns"]} & {left_id, right_id}:
        founder.command(type="archive_column", column=column)

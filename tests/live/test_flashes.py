"""Flashes over the live connection reach every open board of people who may read them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.live.person import LivePerson
from tests.server import Server

Connect = Callable[[str], LivePerson]
SECRET = "Alarme du coffre"


@pytest.fixture
def board(shared_server: Server) -> Iterator[str]:
    """Create a board other than the default one."""
    slug = f"piscine-{uuid.uuid4().hex[:6]}"
    made = shared_server.flask("board", "create", slug, f"Piscine {slug}", "--template", "ville")
    assert made.returncode == 0, made.stderr
    yield slug
    shared_server.flask("board", "archive", slug)


@pytest.fixture
def light(dtan: LivePerson) -> Iterator[Callable[..., int]]:
    """Return a function that starts a flash on a new card; active flashes are stopped afterwards."""
    for banner in dtan.join()["flashes"]:
        dtan.send(board=banner["board"], type="flash_card", card=banner["card"], on=False)
    lit: list[tuple[str, int]] = []

    def light(title: str, *, board: str = "accueil", column: int | None = None) -> int:
        column = column or dtan.web.get(f"{dtan.url}/api/boards/{board}", timeout=60).json()["columns"][1]["id"]
        answer = dtan.send(board=board, type="add_card", column=column, title=title)
        card = int(next(iter(answer["changes"][0]["cards"])))
        assert "error" not in dtan.send(board=board, type="flash_card", card=card, on=True)
        lit.append((board, card))
        return card

    yield light
    for where, card in lit:
        dtan.send(board=where, type="flash_card", card=card, on=False)


def shown(someone: LivePerson) -> list[int] | None:
    """Return the flashing cards as last sent to this person."""
    told = someone.events("flashes")
    return [banner["card"] for banner in told[-1]] if told else None


def wait_for(someone: LivePerson, cards: list[int]) -> None:
    someone.wait_until(lambda: shown(someone) == cards)


def joined(someone: LivePerson, board: str) -> list[dict[str, Any]]:
    """Return the flashes in the answer to `join`."""
    banners: list[dict[str, Any]] = someone.join(0, board)["flashes"]
    return banners


def test_a_flash_reaches_whoever_has_any_board_open_and_leaves_as_it_came(
    person: Connect, board: str, light: Callable[..., int], dtan: LivePerson
) -> None:
    here, there = person("ccas"), person("elu")
    joined(here, "accueil"), joined(there, board)
    card = light("Piscine évacuée", board=board)
    for someone in (here, there):
        wait_for(someone, [card])
        (banner,) = someone.events("flashes")[-1]
        assert f'href="/cards/{card}"' in banner["html"]
        assert "Piscine évacuée" in banner["html"]
    (banner,) = joined(person("mediatheque"), "accueil")
    assert (banner["card"], banner["unread"]) == (card, True)
    dtan.send(board=board, type="flash_card", card=card, on=False)
    for someone in (here, there):
        wait_for(someone, [])


def test_joining_tells_that_a_flash_was_read(person: Connect, light: Callable[..., int]) -> None:
    ccas = person("ccas")
    card = light("Rue barrée")
    (banner,) = joined(ccas, "accueil")
    read = ccas.web.put(
        f"{ccas.url}/cards/{card}/seen",
        json={"seq": banner["seq"]},
        headers={"X-CSRFToken": ccas.csrf_token},
        timeout=60,
    )
    assert read.status_code == 204
    assert [each["unread"] for each in joined(ccas, "accueil")] == [False]
    ccas.wait_until(lambda: any(str(card) in told["cards"] for told in ccas.events("seen")))  # their other pages too
    assert [each["unread"] for each in joined(person("elu"), "accueil")] == [True]


def test_flashes_of_unreadable_columns_are_not_sent_and_leave_with_the_right(
    person: Connect, light: Callable[..., int], dtan: LivePerson
) -> None:
    ccas, elu = person("ccas"), person("elu")
    for someone in (ccas, elu):
        someone.join()
    column = int(next(iter(dtan.send(type="add_column", title="Réservée", kind="free")["changes"][0]["columns"])))
    dtan.send(type="set_rights", column=column, readers="none")
    card = light(SECRET, column=column)
    other = light("Pour tous")
    ccas.wait_until(lambda: shown(ccas) == [other, card])
    elu.wait_until(lambda: shown(elu) == [other])
    dtan.send(type="set_rights", column=column, agents="none")
    ccas.wait_until(lambda: shown(ccas) == [other])
    assert [banner["card"] for banner in joined(ccas, "accueil")] == [other]
    assert SECRET not in json.dumps(elu.heard)
    dtan.send(type="archive_column", column=column)


def test_three_at_most(person: Connect, light: Callable[..., int], dtan: LivePerson) -> None:
    ccas = person("ccas")
    ccas.join()
    three = [light(title) for title in ("Un", "Deux", "Trois")]
    ccas.wait_until(lambda: shown(ccas) == three[::-1])
    column = dtan.board()["columns"][1]["id"]
    fourth = int(next(iter(dtan.send(type="add_card", column=column, title="Quatre")["changes"][0]["cards"])))
    refused = dtan.send(type="flash_card", card=fourth, on=True)["error"]
    assert refused["code"] == "too_many_flashes"
    assert "«\u202fDeux\u202f»" in refused["detail"]


def test_flashes_of_another_process_are_found(
    shared_server: Server, person: Connect, board: str, light: Callable[..., int]
) -> None:
    ccas = person("ccas")
    ccas.join()
    card = light("Portail bloqué", board=board)
    ccas.wait_until(lambda: shown(ccas) == [card])
    assert shared_server.flask("board", "archive", board).returncode == 0
    ccas.wait_until(lambda: shown(ccas) == [])
    assert shared_server.flask("board", "restore", board).returncode == 0
    ccas.wait_until(lambda: shown(ccas) == [card])

"""Responses contain only intended data, for the intended person, and no shared cache keeps them."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select

from app.accounts.models import Account
from boards.database import read_session
from tests.app.access import ROUTES, Access
from tests.app.test_access import Doors
from tests.security.conftest import Signed
from tests.town import PEOPLE, Town
from tests.visitor import Visitor

CARD = {
    *(
        "id",
        "column",
        "rank",
        "title",
        "body_html",
        "version",
        "valid_until",
        "confirmed_at",
        "tellable",
        "internal_note",
        "labels",
    ),
    *("author", "created_at", "edited_at", "suggestion", "unread"),
}
PERSON = {"id", "name", "initials", "hue", "photo"}
NEVER = ("$argon2", "password_hash", "token_hash", "id_token", "k" * 40)


def personal_places(doors: Doors) -> list[str]:
    """Return the pages that need a sign-in and are not restricted to facilitators."""
    excluded = (Access.ANYBODY, Access.FACILITATORS, Access.FACILITATORS_OF_A_COLUMN)
    return [
        doors._path(rule, "own")
        for (method, rule), access in ROUTES.items()
        if method == "GET" and access not in excluded
    ]


def test_the_api_returns_only_the_documented_fields(town: Town, signed: Signed) -> None:
    town.add_card(body="Texte", internal_note="Note")
    board: dict[str, Any] = signed("agent").get("/api/boards/accueil").get_json()
    assert board.keys() == {"id", "slug", "title", "seq", "columns", "labels", "cards"}
    assert {frozenset(card) for card in board["cards"]} == {frozenset(CARD)}
    assert {frozenset(column) for column in board["columns"]} == {
        frozenset({"id", "title", "kind", "rank", "hue", "service", "version", "check_after", "level"})
    }


def test_a_change_contains_only_public_fields_of_its_actor(town: Town, signed: Signed) -> None:
    answer = signed("agent").command(type="add_card", column=town.free, title="x").get_json()
    assert answer.keys() == {"seq", "changes"}
    [change] = answer["changes"]
    assert change.keys() == {"seq", "type", "actor", "at", "cards", "columns"}
    assert change["actor"].keys() == PERSON


def test_pages_of_agents_and_readers_contain_no_addresses_of_others_and_no_secrets(
    app: Flask, town: Town, signed: Signed
) -> None:
    hashes = [hashed for hashed in read_session().scalars(select(Account.password_hash)) if hashed]
    doors = Doors(app, town, "facilitator")
    places = personal_places(doors)
    for role in ("agent", "reader"):
        others = [email for name, (email, *_rest) in PEOPLE.items() if name != role]
        visitor = signed(role)
        for path in places:
            said = visitor.get(path).text
            assert [word for word in (*others, *hashes, *NEVER) if word in said] == [], (role, path)


def test_no_person_receives_another_persons_cached_page(app: Flask, town: Town, signed: Signed) -> None:
    """A 304 is sent only to the person who received the page; caches are private at most."""
    doors = Doors(app, town, "facilitator")
    agent, stranger = signed("agent"), Visitor(app)
    for path in personal_places(doors):
        response = doors.visitor.get(path)
        cache_control = response.headers["Cache-Control"]
        assert "no-store" in cache_control or "private" in cache_control, path
        assert "public" not in cache_control, path
        assert "Cookie" in response.headers["Vary"], path
        if "ETag" in response.headers and "/photo" not in path:  # a photo is the same for everybody
            again = {"Accept": "text/html", "If-None-Match": response.headers["ETag"]}
            assert agent.client.get(path, headers=again).status_code != 304, path
        if "ETag" in response.headers:
            assert (
                stranger.client.get(
                    path, headers={"Accept": "text/html", "If-None-Match": response.headers["ETag"]}
                ).status_code
                == 303
            ), path


def test_a_page_and_its_etag_change_when_a_right_is_removed(town: Town, signed: Signed) -> None:
    town.add_card("Piscine fermée", column=town.free, actor=town.facilitator)
    agent = signed("agent")
    before = agent.get("/boards/accueil")
    town.perform(town.facilitator, type="set_rights", column=town.free, agents="none", readers="none")
    headers = {"Accept": "text/html", **({"If-None-Match": before.headers["ETag"]} if "ETag" in before.headers else {})}
    after = agent.client.get("/boards/accueil", headers=headers)
    assert (after.status_code, "Piscine fermée" in before.text, "Piscine fermée" in after.text) == (200, True, False)

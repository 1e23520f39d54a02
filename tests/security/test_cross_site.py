"""Requests that another site makes a signed-in browser send: none of them does anything."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from app.security import PROVEN_BY_THEIR_ADDRESS
from tests.app.access import ROUTES
from tests.app.test_access import Doors
from tests.security.conftest import Signed
from tests.town import Town

# What a form or a script of another site can send without asking first (the CORS-safelisted types), and what it could if it were allowed to.
KINDS = (
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain",
    "application/json",
    "application/json; charset=utf-8",
)
COMMAND = '{"type": "archive_column", "column": %d, "key": "k"}'


def test_no_route_that_alters_anything_is_open_to_another_site(doors: Doors) -> None:
    unguarded = {}
    before = doors.town.seq
    for method, rule in sorted(ROUTES.keys()):
        path = doors._path(rule, "own")
        if method == "GET" or rule == "/mails/<token>/stop":
            continue
        doors.town.fresh_board()
        answer = doors.visitor.client.open(path, method=method, data={"title": "x"}, headers={"Accept": "text/html"})
        if answer.status_code != HTTPStatus.BAD_REQUEST:
            unguarded[f"{method} {rule}"] = answer.status_code
    assert unguarded == {}
    assert PROVEN_BY_THEIR_ADDRESS == ("alerts.stop_mails",)
    assert doors.visitor.get("/profile").status_code == HTTPStatus.OK  # not signed out either
    assert [
        change.type
        for change in doors.town.log
        if change.seq > before and change.type not in ("card_added", "labels_set")
    ] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_command_needs_the_token_whatever_it_says_it_is(signed: Signed, town: Town, kind: str) -> None:
    facilitator, before = signed("facilitator"), town.seq
    body = COMMAND % town.free
    answer = facilitator.client.post("/boards/accueil/commands", data=body, content_type=kind)
    assert (answer.status_code, answer.json["code"]) == (400, "csrf")  # type: ignore[index]  # JSON it is
    assert town.seq == before


@pytest.mark.parametrize("kind", KINDS[:3])
def test_with_the_token_only_json_is_a_command(signed: Signed, town: Town, kind: str) -> None:
    facilitator, before = signed("facilitator"), town.seq
    headers = {"X-CSRFToken": facilitator.csrf_token}
    assert (
        facilitator.client.post(
            "/boards/accueil/commands", data=COMMAND % town.free, content_type=kind, headers=headers
        ).status_code
        == 415
    )
    assert town.seq == before


def test_the_token_counts_where_it_was_given_only(signed: Signed, town: Town) -> None:
    facilitator, agent = signed("facilitator"), signed("agent")
    body = COMMAND % town.free
    for path, headers in (
        ("/boards/accueil/commands", {"X-CSRFToken": agent.csrf_token}),  # somebody else's
        ("/boards/accueil/commands", {"X-CSRFToken": ""}),
        (f"/boards/accueil/commands?csrf_token={facilitator.csrf_token}", {}),  # in an address, which others may learn
        ("/boards/accueil/commands", {"Cookie": f"csrf_token={facilitator.csrf_token}"}),
    ):
        answer = facilitator.client.post(path, data=body, content_type="application/json", headers=headers)
        assert answer.status_code in (400, 401), (path, headers)
    assert town.column(town.free).archived_at is None


def test_a_worthless_bearer_does_not_replace_the_token(signed: Signed, town: Town) -> None:
    """What proves itself by a bearer token needs no other; a made-up one beside a cookie must not count as such."""
    facilitator = signed("facilitator")
    for authorization in ("Bearer made-up", "bearer ", "Basic eDp5", "Bearer " + facilitator.csrf_token):
        headers = {"Authorization": authorization}
        answer = facilitator.client.post(
            "/boards/accueil/commands", data=COMMAND % town.free, content_type="application/json", headers=headers
        )
        assert answer.status_code in (400, 401)
    assert town.column(town.free).archived_at is None


def test_nobody_is_signed_in_by_another_site(signed: Signed, town: Town) -> None:
    """Else a victim would write into the attacker's account."""
    agent = signed("agent")
    agent.client.post("/sign-in", data={"email": "dtan@ville.example", "password": "correct horse battery"})
    assert "Sonia Bernard" in agent.get("/profile").text

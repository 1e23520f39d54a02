"""Requests that another site makes a signed-in browser send are rejected."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from app.security import PROVEN_BY_THEIR_ADDRESS
from tests.app.access import ROUTES
from tests.app.test_access import Doors
from tests.security.conftest import Signed
from tests.town import Town

# Content types that another site can send without a CORS preflight, and some that would need one.
KINDS = (
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain",
    "application/json",
    "application/json; charset=utf-8",
)
COMMAND = '{"type": "archive_column", "column": %d, "key": "k"}'


def test_no_modifying_route_is_open_to_another_site(doors: Doors) -> None:
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
    assert doors.visitor.get("/profile").status_code == HTTPStatus.OK  # not signed out
    assert [
        change.type
        for change in doors.town.log
        if change.seq > before and change.type not in ("card_added", "labels_set")
    ] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_command_needs_the_csrf_token_whatever_its_content_type(signed: Signed, town: Town, kind: str) -> None:
    facilitator, before = signed("facilitator"), town.seq
    body = COMMAND % town.free
    answer = facilitator.client.post("/boards/accueil/commands", data=body, content_type=kind)
    assert (answer.status_code, answer.json["code"]) == (400, "csrf")  # type: ignore[index]  # JSON it is
    assert town.seq == before


@pytest.mark.parametrize("kind", KINDS[:3])
def test_with_the_token_only_json_is_accepted(signed: Signed, town: Town, kind: str) -> None:
    facilitator, before = signed("facilitator"), town.seq
    headers = {"X-CSRFToken": facilitator.csrf_token}
    assert (
        facilitator.client.post(
            "/boards/accueil/commands", data=COMMAND % town.free, content_type=kind, headers=headers
        ).status_code
        == 415
    )
    assert town.seq == before


def test_the_token_is_valid_only_in_the_header_of_its_own_session(signed: Signed, town: Town) -> None:
    facilitator, agent = signed("facilitator"), signed("agent")
    body = COMMAND % town.free
    for path, headers in (
        ("/boards/accueil/commands", {"X-CSRFToken": agent.csrf_token}),  # another session's
        ("/boards/accueil/commands", {"X-CSRFToken": ""}),
        (f"/boards/accueil/commands?csrf_token={facilitator.csrf_token}", {}),  # in the URL, which may be logged
        ("/boards/accueil/commands", {"Cookie": f"csrf_token={facilitator.csrf_token}"}),
    ):
        answer = facilitator.client.post(path, data=body, content_type="application/json", headers=headers)
        assert answer.status_code in (400, 401), (path, headers)
    assert town.column(town.free).archived_at is None


def test_an_invalid_bearer_token_does_not_replace_the_csrf_token(signed: Signed, town: Town) -> None:
    """A valid bearer token replaces the CSRF token; an invalid one next to a cookie must not."""
    facilitator = signed("facilitator")
    for authorization in ("Bearer made-up", "bearer ", "Basic eDp5", "Bearer " + facilitator.csrf_token):
        headers = {"Authorization": authorization}
        answer = facilitator.client.post(
            "/boards/accueil/commands", data=COMMAND % town.free, content_type="application/json", headers=headers
        )
        assert answer.status_code in (400, 401)
    assert town.column(town.free).archived_at is None


def test_another_site_cannot_sign_a_user_in(signed: Signed, town: Town) -> None:
    """Else a victim would write into the attacker's account."""
    agent = signed("agent")
    agent.client.post("/sign-in", data={"email": "dtan@ville.example", "password": "correct horse battery"})
    assert "Sonia Bernard" in agent.get("/profile").text

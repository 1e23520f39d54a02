"""Fields controlled by the server (actor, time, number) are never taken from a request."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from boards.commands import AnyCommand, parse_command
from boards.database import read_session
from boards.errors import Invalid
from boards.models import Person, Role
from tests.app.access import COMMANDS
from tests.security.conftest import Signed
from tests.town import Town

SERVER_CONTROLLED: dict[str, Any] = {
    "actor": 1,
    "actor_id": 1,
    "author": 1,
    "author_id": 1,
    "byline": "Le maire",
    "person": 1,
    "at": "2026-01-01T00:00:00Z",
    "created_at": "2026-01-01T00:00:00Z",
    "confirmed_by_id": 1,
    "board": 2,
    "board_id": 2,
    "id": 1,
    "rank": "a0",
    "changed_seq": 1,
    "archived_at": None,
    "by_program": False,
    "by_clock": True,
    "past": "card_added",
    "in_person": False,
    "__class__": "x",
}


def test_no_command_accepts_server_controlled_fields() -> None:
    taken = []
    for command in get_args(get_args(AnyCommand)[0]):
        [name] = get_args(command.model_fields["type"].annotation)
        for field, value in SERVER_CONTROLLED.items():
            with pytest.raises(Invalid) as refused:
                parse_command({"type": name, field: value})
            if (field, "extra_forbidden") not in {(error.field, error.code) for error in refused.value.errors}:
                taken.append((name, field))
    assert len(COMMANDS) > 30
    assert taken == []


def test_the_author_is_the_sender(signed: Signed, town: Town) -> None:
    agent = signed("agent")
    refused = agent.command(type="add_card", column=town.service, title="Au nom du maire", author=town.facilitator)
    assert refused.status_code == 422
    added = agent.command(type="add_card", column=town.service, title="En mon nom")
    [card] = added.json["changes"][0]["cards"]  # type: ignore[index]  # JSON it is
    assert town.card(int(card)).author_id == town.agent
    assert added.json["changes"][0]["actor"]["id"] == town.agent  # type: ignore[index]


def test_the_profile_form_changes_only_profile_fields(signed: Signed, town: Town) -> None:
    agent = signed("agent")
    more = {
        "role": "facilitator",
        "email": "maire@ville.example",
        "services": "mediatheque",
        "person_id": str(town.facilitator),
        "id": str(town.facilitator),
        "account_id": "1",
        "disabled_at": "",
        "password_hash": "x",
        "version": "99",
    }
    assert agent.post("/profile", {"name": "Sonia B.", "initials": "SB", "hue": "20", **more}).status_code == 303
    read_session().rollback()
    me, facilitator = read_session().get_one(Person, town.agent), read_session().get_one(Person, town.facilitator)
    assert (me.name, me.role, [service.slug for service in me.services]) == ("Sonia B.", Role.AGENT, ["ccas"])
    assert facilitator.name == "Élise Laurent"


def test_an_unknown_token_scope_is_rejected(signed: Signed, town: Town) -> None:
    for scope in ("admin", "write read", "", "WRITE"):
        assert (
            signed("agent").post("/profile/tokens", {"label": "x", "scope": scope, "account_id": "1"}).status_code
            == 422
        )

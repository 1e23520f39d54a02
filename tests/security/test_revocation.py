"""Revoked sessions, accounts, roles, tokens and links stop working, even if copied before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.accounts.models import Account, ApiToken, SignIn, TokenScope
from app.accounts.service import make_token
from app.auth.current_user import SIGN_IN_LIFETIME
from app.live.access_watcher import refresh_connections
from boards.database import now, read_session, write_transaction
from boards.models import Person, Role
from tests.app.test_access import Live
from tests.security.conftest import Signed
from tests.town import PEOPLE, Town
from tests.visitor import Visitor


def account(role: str) -> Account:
    read_session().rollback()
    return read_session().scalars(select(Account).where(Account.email == PEOPLE[role][0])).one()


def copy_of(visitor: Visitor, app: Flask) -> Visitor:
    """Return another browser with the same cookies, as a thief would have."""
    thief = Visitor(app)
    for name in ("flash_news", "flash_news_remember"):
        if cookie := visitor.client.get_cookie(name):
            thief.client.set_cookie(name, cookie.value)
    return thief


def is_signed_in(visitor: Visitor) -> bool:
    return visitor.get("/profile").status_code == 200


def test_a_copied_cookie_is_invalid_after_sign_out(app: Flask, town: Town) -> None:
    agent = Visitor(app)
    agent.sign_in("ccas@ville.example", remember="1")
    thief = copy_of(agent, app)
    assert is_signed_in(thief)
    assert agent.post("/sign-out").headers["Clear-Site-Data"] == '"cache"'
    assert not is_signed_in(thief)


def test_signing_in_again_ends_the_previous_session(app: Flask, town: Town, signed: Signed) -> None:
    """In the same browser, as the same or another person."""
    agent = signed("agent")
    thief = copy_of(agent, app)
    agent.post("/sign-in", {"email": "elu@ville.example", "password": "correct horse battery"})
    assert "Carole Viala" in agent.get("/profile").text
    assert not is_signed_in(thief)
    assert read_session().scalars(select(SignIn).where(SignIn.account_id == account("agent").id)).all() == []


def test_a_session_expires_after_its_lifetime_despite_activity(app: Flask, town: Town, signed: Signed) -> None:
    agent = signed("agent")
    assert is_signed_in(agent)
    with write_transaction() as session:
        session.execute(
            update(SignIn).values(created_at=now() - SIGN_IN_LIFETIME - timedelta(minutes=1), last_seen_at=now())
        )
    assert not is_signed_in(agent)
    signed("agent")
    assert len(read_session().scalars(select(SignIn)).all()) == 1  # the expired row is deleted at the next sign-in


@pytest.mark.parametrize("ended", ["sign_in", "account", "age"])
def test_an_open_connection_ends_with_its_session(app: Flask, town: Town, signed: Signed, ended: str) -> None:
    agent = signed("agent")
    live = Live(app, agent)
    assert "seq" in live.ask("join", {"board": "accueil", "after": 0})
    with write_transaction() as session:
        if ended == "sign_in":
            session.query(SignIn).delete()
        elif ended == "age":
            session.execute(update(SignIn).values(created_at=now() - SIGN_IN_LIFETIME - timedelta(minutes=1)))
        else:
            session.execute(update(Person).where(Person.id == town.agent).values(disabled_at=now()))
    read_session().rollback()
    refresh_connections()
    assert not live.is_connected


def test_a_removed_role_has_no_rights_at_the_next_request(town: Town, signed: Signed) -> None:
    facilitator = signed("facilitator")
    assert facilitator.get("/people").status_code == 200
    with write_transaction() as session:
        session.execute(update(Person).where(Person.id == town.facilitator).values(role=Role.READER))
    assert facilitator.get("/people").status_code == 403
    assert facilitator.command(type="add_column", title="x", kind="free").status_code == 403


def test_a_token_has_the_current_rights_of_its_person(app: Flask, town: Town) -> None:
    with write_transaction() as session:
        token = make_token(session, session.get_one(Account, account("agent").id), "x", TokenScope.WRITE)
    asking = {"headers": {"Authorization": f"Bearer {token}", "Accept": "application/json"}}
    program = app.test_client()
    add = {"type": "add_card", "column": town.service, "title": "x"}
    assert program.post("/boards/accueil/commands", json=add, **asking).status_code == 200
    with write_transaction() as session:
        session.execute(update(Person).where(Person.id == town.agent).values(role=Role.READER))
    assert program.post("/boards/accueil/commands", json=add, **asking).status_code == 403
    with write_transaction() as session:
        session.execute(update(ApiToken).values(revoked_at=now()))
    assert program.get("/api/boards/accueil", **asking).status_code == 401

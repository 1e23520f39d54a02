"""Compare the access table with every route, live event and command, for every role and target.

The last tests replace the decision by « everything is allowed »: each refusal in the table must then fail. A refusal
that still held would not depend on the rights.
"""

from __future__ import annotations

import contextvars
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask_socketio import SocketIOTestClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.models import Account, ApiToken, SignIn
from app.extensions import limiter, socketio
from app.live.events import HANDLERS
from boards import commands, rights
from boards.board_templates import save_template, template_of
from boards.database import read_session, write_transaction
from boards.models import Board, Photo
from boards.models.suggestion import Reply
from tests.app.access import COMMANDS, EVENTS, LOOKING_AS, MOVE_INTO, ROLES, ROUTES, TARGETS, Access, Verdict, meets
from tests.town import PEOPLE, Town
from tests.visitor import Visitor

ABSENT = 987_654
Row = tuple[str, str]  # what is asked, of which target


class Doors:
    """Build a town with a column of each sort, and send requests to every route, event and command."""

    def __init__(self, app: Flask, town: Town, role: str) -> None:
        self.app, self.town, self.role = app, town, role
        self.visitor = Visitor(app)
        if role == "stranger":
            self.visitor.get("/sign-in")
        else:
            assert self.visitor.sign_in(PEOPLE[role][0]).status_code == 303
        self.columns = {
            "own": town.service,
            "other": self._column("other"),
            "hidden": self._column("hidden"),
            "absent": ABSENT,
        }
        town.perform(town.facilitator, type="set_rights", column=self.columns["hidden"], agents="none", readers="none")
        self.somebodys_sign_in, self.somebodys_token = self._colleagues_things()
        self.template = self._template()

    def _column(self, title: str) -> int:
        service: dict[str, Any] = {"service": self.town.mediatheque} if title == "other" else {}
        committed = self.town.perform(self.town.facilitator, type="add_column", title=title, kind="service", **service)
        return next(iter(committed.columns))

    def _colleagues_things(self) -> tuple[int, int]:
        """Create a photo, a session and a token of the colleague, who sends no request."""
        with write_transaction() as session:
            account = session.scalars(select(Account).where(Account.person_id == self.town.colleague)).one()
            account.person.photo_version = 1
            sign_in = SignIn(account_id=account.id, token_hash=f"sign-in {self.role}")
            token = ApiToken(account_id=account.id, token_hash=f"token {self.role}", name="à elle")
            session.merge(Photo(person_id=account.person_id, webp=b"RIFF"))
            session.add_all([sign_in, token])
            session.flush()
            return sign_in.id, token.id

    def _template(self) -> int:
        with write_transaction() as session:
            return save_template(session, template_of(session, session.get_one(Board, self.town.board)))[0].id

    def colleagues_things_stand(self) -> bool:
        read_session().rollback()
        token = read_session().get_one(ApiToken, self.somebodys_token)
        return read_session().get(SignIn, self.somebodys_sign_in) is not None and token.revoked_at is None

    def card(self, target: str, *, archived: bool = False) -> int:
        if target == "absent":
            return ABSENT
        card = self.town.add_card(column=self.columns[target], actor=self.town.facilitator)
        if archived:
            self.town.perform(self.town.facilitator, type="archive_card", card=card)
        return card

    # --- routes ---

    def routes(self) -> Iterator[tuple[Row, Access]]:
        for (method, rule), access in ROUTES.items():
            for target in TARGETS if re.search("card_id|column_id", rule) else ("own",):
                yield (f"{method} {rule}", target), access

    def open(self, row: Row) -> Verdict:
        asked, target = row
        method, rule = asked.split(" ")
        path = self._path(rule, target)
        if method == "GET":
            return verdict_of(self.visitor.get(path))
        if method in ("PUT", "DELETE"):
            headers = {"X-CSRFToken": self.visitor.csrf_token}
            return verdict_of(self.visitor.client.open(path, method=method, json=True, headers=headers))
        return verdict_of(self.visitor.post(path, self._merged_into(path)))

    def _merged_into(self, path: str) -> dict[str, str] | None:
        if not path.endswith("/merge"):
            return None
        return {"into": str(self._label("own") if "/labels/" in path else self.town.mediatheque)}

    def _path(self, rule: str, target: str) -> str:
        values = {
            "slug": "accueil",
            "token": "x" * 43,
            "person_id": self.town.colleague,
            "service_id": self.town.ccas,
            "board_id": self.town.other_board,
            "template_id": self.template,
            "label_id": self._label("own") if "label_id" in rule else 0,
            "sign_in_id": self.somebodys_sign_in,
            "token_id": self.somebodys_token,
            "card_id": self.card(target) if "card_id" in rule else 0,
            "column_id": self.columns[target],
        }
        values["seq"] = self.town.seq  # after the card was made
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), rule)

    # --- commands ---

    def commands(self) -> Iterator[tuple[Row, Access]]:
        for name, (access, _fields) in COMMANDS.items():
            for target in TARGETS:
                yield (name, target), access
        for target in TARGETS:
            yield ("move_card into", target), MOVE_INTO[0]

    def command(self, row: Row) -> dict[str, Any]:
        asked, target = row
        fields = MOVE_INTO[1] if asked == "move_card into" else COMMANDS[asked][1]
        if asked == "restore_column" and target != "absent":
            self.town.perform(self.town.facilitator, type="archive_column", column=self.columns[target])
        filled = {name: self._filled(name, value, target) for name, value in fields.items()}
        return {"type": asked.split()[0], "key": uuid.uuid4().hex, **filled}

    def _filled(self, name: str, value: Any, target: str) -> Any:
        match name, value:
            case "column", "target":
                return self.columns[target]
            case "reply", "target":
                return self._reply(target)
            case "label", "target":
                return self._label(target)
            case "into", "label":
                return self._label("own")
            case "seq", "target":
                return ABSENT if self.card(target) == ABSENT else self.town.seq
            case "cards", [str(each)]:
                return [self._filled("card", each, target)]
            case _, "target" | "archived":
                return self.card(target, archived=value == "archived")
            case "column" | "into", "free":
                return self.town.free
            case _, "mine":
                return self.town.add_card(column=self.town.free, actor=self.town.facilitator)
        return value

    def _label(self, target: str) -> int:
        """Create a label that one card of the target has."""
        if target == "absent":
            return ABSENT
        name = uuid.uuid4().hex
        labelled = self.town.perform(self.town.facilitator, type="set_labels", card=self.card(target), labels=[name])
        return next(card.label_ids[0] for card in labelled.cards.values() if card)

    def _reply(self, target: str) -> int:
        """Create a facilitator's reply to a card of the target."""
        if target == "absent":
            return ABSENT
        card = self.card(target)
        with write_transaction() as session:
            reply = Reply(card_id=card, author_id=self.town.facilitator, text="D’accord")
            session.add(reply)
            session.flush()
            return reply.id

    def stand_again(self, row: Row) -> None:
        """Restore columns that a command archived, for the next command."""
        if row[0] in ("archive_column", "merge_column", "restore_column") and row[1] != "absent":
            column = self.columns[row[1]]
            if self.town.column(column).archived_at is not None:
                self.town.perform(self.town.facilitator, type="restore_column", column=column)

    def send(self, row: Row) -> Verdict:
        """Send the command by HTTP."""
        if self.role == "stranger":
            response = self.visitor.client.post(
                "/boards/accueil/commands", json=self.command(row), headers={"X-CSRFToken": self.visitor.csrf_token}
            )
        else:
            response = self.visitor.send(self.command(row))
        self.stand_again(row)
        return verdict_of(response)

    # --- live ---

    def connect(self) -> Live:
        return Live(self.app, self.visitor)


class Live:
    """Live connection of a visitor; its events run outside the test's application context, as requests do."""

    def __init__(self, app: Flask, visitor: Visitor) -> None:
        self._client: SocketIOTestClient = self._outside(socketio.test_client, app, flask_test_client=visitor.client)

    @property
    def is_connected(self) -> bool:
        return bool(self._client.is_connected())

    def ask(self, event: str, data: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self._outside(self._client.emit, event, data, callback=True)
        return answer

    def _outside(self, function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        return contextvars.Context().run(function, *arguments, **options)


@pytest.fixture(autouse=True)
def _no_limits() -> Iterator[None]:
    limiter.enabled = False
    yield
    limiter.enabled = True


@pytest.fixture(params=ROLES)
def doors(app: Flask, town: Town, request: pytest.FixtureRequest) -> Doors:
    return Doors(app, town, request.param)


def test_every_route_is_in_the_table(app: Flask) -> None:
    held = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert held == ROUTES.keys()


def test_every_command_is_in_the_table() -> None:
    assert commands.COMMANDS.keys() == COMMANDS.keys()


def test_every_live_event_is_in_the_table() -> None:
    assert HANDLERS.keys() == EVENTS.keys()


def test_every_route_meets_each_role_as_the_table_says(doors: Doors) -> None:
    wrong = {}
    for row, access in sorted(doors.routes(), key=lambda each: places_last(each[0][0])):
        expected, met = meets(access, doors.role, row[1]), doors.open(row)
        if row[0] == "POST /sign-out":
            assert met == Verdict.SIGN_IN  # where everybody goes next
        elif not agrees(met, expected, access):
            wrong[row] = f"{met} instead of {expected}"
    assert wrong == {}
    if doors.role != "facilitator":  # who has erased the colleague by now
        assert doors.colleagues_things_stand()


def test_every_command_meets_each_role_as_the_table_says(doors: Doors) -> None:
    wrong = {}
    for row, access in doors.commands():
        expected, met = meets(access, doors.role, row[1]), doors.send(row)
        if met != expected:
            wrong[row] = f"{met} instead of {expected}"
    assert wrong == {}


def test_every_command_over_the_live_connection_meets_each_role_alike(doors: Doors) -> None:
    if doors.role == "stranger":
        assert not doors.connect().is_connected
        return
    live, wrong = doors.connect(), {}
    for row, access in doors.commands():
        answer = live.ask("command", {"board": "accueil", **doors.command(row)})
        doors.stand_again(row)
        if verdict_in(answer) != meets(access, doors.role, row[1]):
            wrong[row] = answer
    assert wrong == {}


@pytest.mark.parametrize("doors", ["facilitator", "agent", "reader"], indirect=True)
def test_every_other_live_event_meets_each_role_as_the_table_says(doors: Doors) -> None:
    live = doors.connect()
    assert verdict_in(live.ask("join", {"board": "accueil", "after": 0})) == meets(EVENTS["join"], doors.role, "own")
    for place in ("reader", "agent", f"service:{doors.town.ccas}"):
        answer = doors.connect().ask("join", {"board": "accueil", "after": 0, "as": place})
        assert verdict_in(answer) == meets(LOOKING_AS, doors.role, "own")
        assert verdict_of(doors.visitor.get(f"/boards/accueil?as={place}")) == meets(LOOKING_AS, doors.role, "own")
    for target in TARGETS:
        answer = live.ask("typing", {"card": doors.card(target), "on": True})
        assert verdict_in(answer) == meets(EVENTS["typing"], doors.role, target)


def test_hidden_content_is_in_no_page_and_no_answer(app: Flask, town: Town) -> None:
    for role in ("agent", "reader"):
        doors = Doors(app, town, role)
        town.perform(town.facilitator, type="edit_column", column=doors.columns["hidden"], title="Colonne secrète")
        card = town.add_card("Carte secrète", column=doors.columns["hidden"], actor=town.facilitator)
        town.perform(town.facilitator, type="set_labels", card=card, labels=["Étiquette secrète"])
        town.perform(
            town.facilitator,
            type="archive_card",
            card=town.add_card("Secrète rangée", column=doors.columns["hidden"], actor=town.facilitator),
        )
        live = doors.connect()
        said = [
            doors.visitor.get(path).text
            for path in (
                "/boards/accueil",
                "/boards/accueil/archive",
                "/api/boards/accueil",
                f"/cards/{card}",
                "/profile",
                "/profile/data",
            )
        ]
        said += [str(live.ask("join", {"board": "accueil", "after": after})) for after in (0, town.seq - 4)]
        assert [text for text in said if "secrète" in text.lower()] == []


@pytest.mark.parametrize("doors", ["agent", "reader"], indirect=True)
def test_with_everything_allowed_every_refusal_fails(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = {Verdict.FORBIDDEN, Verdict.NOT_FOUND}
    rows = [(row, doors.open, access) for row, access in doors.routes()] + [
        (row, doors.send, access) for row, access in doors.commands()
    ]
    rows = [
        (row, send, access)
        for row, send, access in rows
        if row[1] != "absent" and meets(access, doors.role, row[1]) in refused
    ]
    rows = [row for row in rows if row[2] is not Access.NOBODY]  # refused by where one asks from, not by who one is
    allow_everything(monkeypatch)
    still_refused = [row for row, send, access in rows if send(row) == meets(access, doors.role, row[1])]
    assert len(rows) > 60
    assert still_refused == []


@pytest.mark.parametrize("doors", ["agent", "reader"], indirect=True)
def test_with_everything_allowed_every_live_refusal_fails(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    allow_everything(monkeypatch)
    live = doors.connect()
    assert verdict_in(live.ask("join", {"board": "accueil", "after": 0, "as": "agent"})) == Verdict.ALLOWED
    assert verdict_in(live.ask("typing", {"card": doors.card("hidden"), "on": True})) == Verdict.ALLOWED
    assert "hidden" in doors.visitor.get("/boards/accueil").text


def allow_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("may_arrange", "may_administer", "may_preview", "may_hand_out"):
        monkeypatch.setattr(rights, name, lambda _person: True)
    monkeypatch.setattr(rights, "level_under", lambda *_anything: rights.Level.EDIT)


def places_last(asked: str) -> int:
    """Sort destructive entries after those that need their target."""
    ends = ("/merge", "/erase", "/end-others", "POST /sign-out")
    return next((place for place, end in enumerate(ends, start=1) if asked.endswith(end)), 0)


def agrees(met: Verdict, expected: Verdict, access: Access) -> bool:
    """Compare a result with the table; an allowed request may be not found, but not 401 or 403."""
    if access is Access.ANYBODY:
        return met in (Verdict.ALLOWED, Verdict.NOT_FOUND)
    return met == expected


def verdict_of(response: TestResponse) -> Verdict:
    assert response.status_code != 500, response.request.path
    if response.status_code == 401 or response.headers.get("Location", "").startswith("/sign-in"):
        return Verdict.SIGN_IN
    return {403: Verdict.FORBIDDEN, 404: Verdict.NOT_FOUND}.get(response.status_code, Verdict.ALLOWED)


def verdict_in(answer: dict[str, Any]) -> Verdict:
    assert answer.get("error", {}).get("status") != 500
    status = answer.get("error", {}).get("status")
    return {401: Verdict.SIGN_IN, 403: Verdict.FORBIDDEN, 404: Verdict.NOT_FOUND}.get(status, Verdict.ALLOWED)

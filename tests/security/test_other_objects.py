"""Doors that check one thing and use another: another board's objects, destinations, the way back of an undo."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from boards.errors import Forbidden, NotFound, Refusal
from tests.app.access import COMMANDS, ROUTES, Verdict
from tests.app.test_access import Doors, verdict_of
from tests.security.conftest import Signed
from tests.town import Town

# Of a board as a whole, which is the one that is named.
OF_THE_BOARD = {"add_column", "edit_board", "archive_board", "restore_board"}


def test_no_command_reaches_an_object_of_another_board(doors: Doors) -> None:
    """Sent to one board about another's objects, by somebody whom no right stops: what is not on this board does not exist."""
    reached = {}
    for name in COMMANDS.keys() - OF_THE_BOARD:
        before = doors.town.seq
        command = doors.command((name, "own"))
        prepared = doors.town.seq
        answer = doors.visitor.send({**command, "key": uuid.uuid4().hex}, board="autre")
        if verdict_of(answer) is not Verdict.NOT_FOUND or doors.town.seq != prepared:
            reached[name] = (answer.status_code, before)
        doors.stand_again((name, "own"))
    assert reached == {}


def test_no_page_reaches_an_object_of_another_board(doors: Doors) -> None:
    reached = {}
    for method, rule in ROUTES:
        if "<slug>" not in rule or "_id" not in rule:
            continue
        path = doors._path(rule, "own").replace("/accueil/", "/autre/")
        headers = {"X-CSRFToken": doors.visitor.csrf_token, "Accept": "text/html"}
        body = (
            {"json": True}
            if method == "PUT"
            else {"data": {"into": str(doors._label("own")), "name": "x", "hue": "1"}}
            if method == "POST"
            else {}
        )
        answer = doors.visitor.client.open(path, method=method, headers=headers, **body)
        if answer.status_code != 404:
            reached[f"{method} {rule}"] = answer.status_code
    assert reached == {}


def test_every_destination_is_checked(town: Town) -> None:
    """As an agent who may edit what is to be moved, and not where it is to go."""
    theirs = next(
        iter(
            town.perform(
                town.facilitator, type="add_column", title="T", kind="service", service=town.mediatheque
            ).columns
        )
    )
    hidden = next(iter(town.perform(town.facilitator, type="add_column", title="H", kind="free").columns))
    town.perform(town.facilitator, type="set_rights", column=hidden, agents="none", readers="none")
    elsewhere = next(
        iter(town.perform(town.facilitator, board=town.other_board, type="add_column", title="E", kind="free").columns)
    )
    request = town.add_card("Demande", column=town.suggestions, actor=town.colleague)
    town.perform(town.colleague, type="set_suggestion", card=request, suggestion="request", asked=town.ccas)
    for column, refusal in ((theirs, Forbidden), (hidden, NotFound), (elsewhere, NotFound)):
        mine = town.add_card()
        commands: tuple[dict[str, Any], ...] = (
            {"type": "move_card", "card": mine, "column": column},
            {"type": "move_cards", "cards": [mine], "column": column},
            {"type": "add_card", "column": column, "title": "x"},
            {"type": "publish_answer", "card": request, "column": column, "title": "Réponse"},
        )
        for command in commands:
            with pytest.raises(refusal):
                town.perform(town.agent, **command)
        assert town.card(mine).column_id == town.service
    assert town.card(request).status != "done"


def test_an_undo_asks_for_the_rights_at_both_ends(town: Town) -> None:
    """What somebody moved to me from where I may not write is not sent back by me."""
    theirs = next(
        iter(
            town.perform(
                town.facilitator, type="add_column", title="T", kind="service", service=town.mediatheque
            ).columns
        )
    )
    hidden = next(iter(town.perform(town.facilitator, type="add_column", title="H", kind="free").columns))
    town.perform(town.facilitator, type="set_rights", column=hidden, agents="none", readers="none")
    for origin in (theirs, hidden):
        card = town.add_card(column=origin, actor=town.facilitator)
        seq = town.perform(town.facilitator, type="move_card", card=card, column=town.service).seq
        with pytest.raises(Refusal) as refused:
            town.perform(town.agent, type="undo_change", seq=seq)
        assert isinstance(refused.value, Forbidden | NotFound)
        assert town.card(card).column_id == town.service


def test_a_text_is_not_taken_up_again_from_where_one_may_not_read(town: Town) -> None:
    """It stood in a hidden column, and only afterwards came to mine: what it said there stays there."""
    hidden = next(iter(town.perform(town.facilitator, type="add_column", title="H", kind="free").columns))
    town.perform(town.facilitator, type="set_rights", column=hidden, agents="none", readers="none")
    card = town.add_card("Secret", column=hidden, actor=town.facilitator, body="Au secret")
    seq = town.seq
    town.perform(town.facilitator, type="edit_card", card=card, version=1, title="Public", body="Pour tous")
    town.perform(town.facilitator, type="move_card", card=card, column=town.service)
    with pytest.raises(Refusal):
        town.perform(town.agent, type="restore_text", card=card, version=town.card(card).version, seq=seq)
    assert town.card(card).title == "Public"


def test_what_is_ones_own_is_found_by_who_one_is(signed: Signed, doors: Doors) -> None:
    """A facilitator looks after people, and even so ends nobody else's sign-in or token from their own profile."""
    for path in (f"/profile/sign-ins/{doors.somebodys_sign_in}/end", f"/profile/tokens/{doors.somebodys_token}/revoke"):
        signed("facilitator").post(path)
    assert doors.colleagues_things_stand()

"""Commands and pages reach only objects of their board that the person has access to."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from boards.errors import Forbidden, NotFound, Refusal
from tests.app.access import COMMANDS, ROUTES, Verdict
from tests.app.test_access import Doors, verdict_of
from tests.security.conftest import Signed
from tests.town import Town

# Commands on the board as a whole name no other object.
BOARD_COMMANDS = {"add_column", "edit_board", "archive_board", "restore_board"}


def test_no_command_reaches_an_object_of_another_board(doors: Doors) -> None:
    """Objects of another board are not found, even by a facilitator."""
    reached = {}
    for name in COMMANDS.keys() - BOARD_COMMANDS:
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
    """An agent may edit the card but not the destination."""
    other_service = next(
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
    for column, refusal in ((other_service, Forbidden), (hidden, NotFound), (elsewhere, NotFound)):
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


def test_undoing_a_move_requires_rights_in_both_columns(town: Town) -> None:
    """A card moved from a column I cannot edit cannot be sent back by me."""
    other_service = next(
        iter(
            town.perform(
                town.facilitator, type="add_column", title="T", kind="service", service=town.mediatheque
            ).columns
        )
    )
    hidden = next(iter(town.perform(town.facilitator, type="add_column", title="H", kind="free").columns))
    town.perform(town.facilitator, type="set_rights", column=hidden, agents="none", readers="none")
    for origin in (other_service, hidden):
        card = town.add_card(column=origin, actor=town.facilitator)
        seq = town.perform(town.facilitator, type="move_card", card=card, column=town.service).seq
        with pytest.raises(Refusal) as refused:
            town.perform(town.agent, type="undo_change", seq=seq)
        assert isinstance(refused.value, Forbidden | NotFound)
        assert town.card(card).column_id == town.service


def test_a_text_from_an_unreadable_column_cannot_be_restored(town: Town) -> None:
    """The text was written in a hidden column before the card was moved."""
    hidden = next(iter(town.perform(town.facilitator, type="add_column", title="H", kind="free").columns))
    town.perform(town.facilitator, type="set_rights", column=hidden, agents="none", readers="none")
    card = town.add_card("Secret", column=hidden, actor=town.facilitator, body="Au secret")
    seq = town.seq
    town.perform(town.facilitator, type="edit_card", card=card, version=1, title="Public", body="Pour tous")
    town.perform(town.facilitator, type="move_card", card=card, column=town.service)
    with pytest.raises(Refusal):
        town.perform(town.agent, type="restore_text", card=card, version=town.card(card).version, seq=seq)
    assert town.card(card).title == "Public"


def test_the_profile_cannot_end_sessions_or_tokens_of_other_people(signed: Signed, doors: Doors) -> None:
    """This applies to facilitators too, who manage people on other pages."""
    for path in (f"/profile/sign-ins/{doors.somebodys_sign_in}/end", f"/profile/tokens/{doors.somebodys_token}/revoke"):
        signed("facilitator").post(path)
    assert doors.colleagues_things_stand()

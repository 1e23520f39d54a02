"""Decision rights cannot be bypassed by moving a suggestion, asking oneself, undoing, or through an API token."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete

from boards.commands import parse_command
from boards.database import write_transaction
from boards.errors import Conflict, Invalid, Refusal
from boards.models import Service, Status, Suggestion
from boards.perform import perform
from tests.boards.test_suggestions import told
from tests.town import Town


@pytest.fixture
def idea(town: Town) -> int:
    """Let the agent propose an improvement."""
    return town.add_card("Un filtre par date", column=town.suggestions)


def step(town: Town, card: int, status: str, **fields: Any) -> int:
    return town.perform(town.facilitator, type="set_status", card=card, status=status, **fields).seq


def code_of(town: Town, actor: int, **command: Any) -> str:
    with pytest.raises(Refusal) as refused:
        town.perform(actor, **command)
    return refused.value.code


def by_program(town: Town, **command: Any) -> str | None:
    """Return the refusal code for a facilitator's API token, or None."""
    try:
        perform(town.facilitator, town.board, parse_command(command), by_program=True)
    except Refusal as refused:
        return refused.code
    return None


def test_a_decision_is_not_taken_back_from_where_one_may_edit(town: Town, idea: int) -> None:
    step(town, idea, "studied")
    declined = step(town, idea, "declined", note="Voilà pourquoi.")
    assert code_of(town, town.agent, type="undo_change", seq=declined) == "may_not_decide"
    town.perform(town.agent, type="move_card", card=idea, column=town.free)
    for actor in (town.agent, town.facilitator):
        assert code_of(town, actor, type="undo_change", seq=declined) == "not_a_suggestion"
    town.perform(town.agent, type="move_card", card=idea, column=town.suggestions)
    assert (town.card(idea).status, town.card(idea).note) == (Status.DECLINED, "Voilà pourquoi.")
    town.perform(town.facilitator, type="undo_change", seq=declined)
    assert town.card(idea).status == Status.STUDIED


def test_an_author_does_not_choose_who_decides(town: Town, idea: int) -> None:
    ask_oneself: dict[str, Any] = {"type": "set_suggestion", "card": idea, "suggestion": "request", "asked": town.ccas}
    asked = town.perform(town.agent, **ask_oneself).seq
    town.perform(town.agent, type="set_status", card=idea, status="studied")
    assert code_of(town, town.agent, type="set_suggestion", card=idea, suggestion="improvement") == "may_not_decide"
    assert code_of(town, town.agent, type="undo_change", seq=asked) == "may_not_decide"
    town.perform(town.facilitator, type="set_suggestion", card=idea, suggestion="improvement")
    assert town.card(idea).suggestion == Suggestion.IMPROVEMENT


def test_undo_does_not_change_the_kind_of_a_closed_suggestion(town: Town, idea: int) -> None:
    asked = town.perform(town.agent, type="set_suggestion", card=idea, suggestion="request", asked=town.mediatheque).seq
    town.perform(town.colleague, type="publish_answer", card=idea, column=town.free, title="Voici")
    for actor in (town.agent, town.facilitator):
        assert code_of(town, actor, type="undo_change", seq=asked) == "suggestion_closed"


def test_the_author_is_told_of_a_step_taken_back(town: Town, idea: int) -> None:
    step(town, idea, "studied")
    town.perform(town.facilitator, type="undo_change", seq=step(town, idea, "declined", note="Non."))
    assert told(town, "agent")[-1] == ("status_set", {"status": "studied"})


def test_a_suggestion_is_answered_by_another_card_in_use(town: Town, idea: int) -> None:
    step(town, idea, "studied")
    step(town, idea, "accepted")
    with pytest.raises(Invalid) as refused:
        step(town, idea, "done", answer=idea)
    assert [error.code for error in refused.value.errors] == ["answers_itself"]
    answer = town.add_card("Fait")
    town.perform(town.agent, type="archive_card", card=answer)
    assert (
        code_of(town, town.facilitator, type="set_status", card=idea, status="done", answer=answer) == "card_archived"
    )


@pytest.mark.parametrize("change", [{"type": "edit_column", "kind": "free"}, {"type": "edit_column", "service": None}])
def test_a_program_does_not_alter_rights_by_the_nature_or_the_service_of_a_column(
    town: Town, change: dict[str, Any]
) -> None:
    assert by_program(town, column=town.service, **change) == "token_not_here"
    seq = town.perform(town.facilitator, column=town.service, **change).seq
    assert by_program(town, type="undo_change", seq=seq) == "token_not_here"
    assert by_program(town, type="edit_column", column=town.service, title="Autrement") is None


def test_a_program_does_not_give_rights_back_nor_put_boards_away_nor_erase(town: Town) -> None:
    seq = town.perform(town.facilitator, type="set_rights", column=town.service, readers="none").seq
    for command in (
        {"type": "undo_change", "seq": seq},
        {"type": "set_rights", "column": town.service, "readers": "edit"},
        {"type": "archive_board"},
        {"type": "restore_board"},
        {"type": "erase_card", "card": town.add_card("Un")},
        {"type": "erase_column", "column": town.free},
    ):
        assert by_program(town, **command) == "token_not_here"
    assert town.column(town.service).rights == {"readers": "none"}


def test_undoing_a_change_that_names_a_removed_service_is_refused_as_such(town: Town) -> None:
    seq = town.perform(town.facilitator, type="edit_column", column=town.service, service=None).seq
    with write_transaction() as session:
        session.execute(delete(Service).where(Service.id == town.ccas))
    with pytest.raises(Conflict, match="changed_since"):
        town.perform(town.facilitator, type="undo_change", seq=seq)


def test_cards_that_are_no_longer_rules_are_sent_again(town: Town) -> None:
    rule = town.add_card("Lire ceci", column=town.guide, actor=town.facilitator)
    town.perform(town.facilitator, type="require_reading", card=rule, required=True)
    done = town.perform(town.facilitator, type="edit_column", column=town.guide, kind="free")
    assert rule in done.cards, "open pages get it anew"

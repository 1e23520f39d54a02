"""Bulk commands: several cards moved or archived together, all or none, and undone at once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from app.web.problems import problem_for
from boards.database import db
from boards.errors import Conflict, Forbidden, Invalid, NotFound, Refusal
from tests.town import Town


@pytest.fixture
def cards(town: Town) -> list[int]:
    return [town.add_card(title) for title in ("Un", "Deux", "Trois", "Quatre")]


def refusal(town: Town, actor: int, **command: Any) -> Refusal:
    before = (town.seq, len(town.log))
    with pytest.raises(Refusal) as refused:
        town.perform(actor, **command)
    assert (town.seq, len(town.log)) == before
    return refused.value


def undo(town: Town, actor: int | None = None) -> None:
    town.perform(actor or town.agent, type="undo_change", seq=town.seq)


def test_they_stand_together_in_the_order_given(town: Town, cards: list[int]) -> None:
    one, two, three, four = cards
    first = town.add_card("Là-bas", column=town.free)
    town.add_card("Ici", column=town.free)
    committed = town.perform(town.agent, type="move_cards", cards=[four, one], column=town.free, after=first)
    assert town.titles(town.free) == ["Là-bas", "Quatre", "Un", "Ici"]
    assert town.titles(town.service) == ["Deux", "Trois"]
    assert (committed.type, set(committed.cards)) == ("cards_moved", {one, four})
    town.perform(town.agent, type="move_cards", cards=[three, two], column=town.free, after=None)
    assert town.titles(town.free) == ["Trois", "Deux", "Là-bas", "Quatre", "Un", "Ici"]


@pytest.mark.parametrize(
    ("moved", "after", "expected"),
    [
        ((3, 1), 0, ["Un", "Quatre", "Deux", "Trois"]),
        ((0, 1), None, ["Un", "Deux", "Trois", "Quatre"]),
        ((1, 2), 1, ["Un", "Deux", "Trois", "Quatre"]),
        ((0, 2), ..., ["Deux", "Quatre", "Un", "Trois"]),
        ((0, 2), 999, ["Deux", "Quatre", "Un", "Trois"]),
    ],
)
def test_within_one_column_too(
    town: Town, cards: list[int], moved: tuple[int, ...], after: Any, expected: list[str]
) -> None:
    where: dict[str, Any] = (
        {} if after is ... else {"after": cards[after] if isinstance(after, int) and after < 9 else after}
    )
    town.perform(town.agent, type="move_cards", cards=[cards[index] for index in moved], column=town.service, **where)
    assert town.titles(town.service) == expected
    undo(town)
    assert town.titles(town.service) == ["Un", "Deux", "Trois", "Quatre"]


def test_one_undo_takes_all_of_them_back_and_again(town: Town, cards: list[int]) -> None:
    one, two, _three, four = cards
    ranks = [town.card(id).rank for id in cards]
    for command in ({"type": "move_cards", "column": town.free}, {"type": "archive_cards"}):
        town.perform(town.agent, cards=[four, two, one], **command)
        for expected in (["Un", "Deux", "Trois", "Quatre"], ["Trois"], ["Un", "Deux", "Trois", "Quatre"]):
            undo(town)
            assert town.titles(town.service) == expected
        assert [town.card(id).rank for id in cards] == ranks


def test_archived_together_they_are_one_change(town: Town, cards: list[int]) -> None:
    committed = town.perform(town.agent, type="archive_cards", cards=cards[:3])
    assert town.titles(town.service) == ["Quatre"]
    assert (committed.type, committed.cards) == ("cards_archived", dict.fromkeys(cards[:3]))


def test_all_cards_or_none_with_the_number_that_left(town: Town, cards: list[int]) -> None:
    town.perform(town.agent, type="archive_card", card=cards[0])
    for command in ({"type": "move_cards", "column": town.free}, {"type": "archive_cards"}):
        refused = refusal(town, town.agent, cards=[*cards, 999], **command)
        assert isinstance(refused, Conflict)
        assert (refused.code, refused.facts) == ("cards_gone", {"count": 2})
        assert "2 infos choisies ne sont plus sur le tableau" in problem_for(refused)["detail"]
    assert town.titles(town.service) == ["Deux", "Trois", "Quatre"]


def test_each_needs_the_right_at_both_ends(town: Town, cards: list[int]) -> None:
    mine = town.add_card("La mienne", column=town.suggestions, actor=town.colleague)
    elsewhere = town.add_card("Libre", column=town.free, actor=town.colleague)
    for command in (
        {"type": "move_cards", "cards": [elsewhere, *cards], "column": town.free},
        {"type": "archive_cards", "cards": [mine, *cards]},
    ):
        refused = refusal(town, town.colleague, **command)
        assert isinstance(refused, Forbidden)
        assert refused.facts == {"count": 4}
        assert "4 infos choisies ne sont pas à vous" in problem_for(refused)["detail"]
    assert (
        refusal(town, town.colleague, type="move_cards", cards=[elsewhere, mine], column=town.guide).code
        == "may_not_edit"
    )
    assert refusal(town, town.reader, type="archive_cards", cards=[elsewhere]).code == "may_not_edit"
    town.perform(town.colleague, type="move_cards", cards=[mine, elsewhere], column=town.suggestions)


def test_unreadable_cards_count_as_gone(town: Town, cards: list[int]) -> None:
    town.perform(town.facilitator, type="set_rights", column=town.free, agents="none")
    hidden = town.add_card("Secret", column=town.free, actor=town.facilitator)
    assert isinstance(refusal(town, town.agent, type="archive_cards", cards=[hidden]), NotFound)
    assert refusal(town, town.agent, type="archive_cards", cards=[hidden, cards[0]]).code == "cards_gone"
    assert refusal(town, town.agent, type="move_cards", cards=cards, column=town.free).code == "column_not_found"
    assert isinstance(refusal(town, town.agent, type="archive_cards", cards=[999]), NotFound)


@pytest.mark.parametrize(
    ("cards", "code"),
    [
        ([], "none_selected"),
        ([1, 1], "selected_twice"),
        (list(range(1, 202)), "too_many_selected"),
        ([0], "greater_than_equal"),
    ],
)
def test_an_invalid_selection_is_refused(town: Town, cards: list[int], code: str) -> None:
    refused = refusal(town, town.agent, type="archive_cards", cards=cards)
    assert isinstance(refused, Invalid)
    assert refused.errors[0].code == code


def test_many_cards_cost_no_query_each(town: Town) -> None:
    many = [town.add_card(str(number)) for number in range(40)]
    counts = [statements(town, many[:2]), statements(town, many[2:])]
    assert counts[1] <= counts[0] + 2, counts


def statements(town: Town, chosen: list[int]) -> int:
    """Count the statements of moving these cards and undoing the move."""
    asked: list[str] = []

    def listener(*call: Any) -> None:
        asked.append(call[2])

    event.listen(db.engine, "before_cursor_execute", listener)
    town.perform(town.agent, type="move_cards", cards=chosen, column=town.free)
    undo(town)
    event.remove(db.engine, "before_cursor_execute", listener)
    return len(asked)

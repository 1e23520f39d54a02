from typing import Any

import pytest

from boards.errors import Conflict, Forbidden, Invalid, NotFound
from tests.town import Town


def test_an_agent_publishes_at_once_and_in_their_own_name(town: Town) -> None:
    card = town.card(town.add_card("Piscine fermée", body="<p>Vidange.</p>", valid_until="2031-05-04"))
    assert (card.title, card.body_html, card.body_text) == ("Piscine fermée", "<p>Vidange.</p>", "Vidange.")
    assert card.author is not None
    assert card.author.name == "Sonia Bernard"
    assert str(card.valid_until) == "2031-05-04"


def test_after_says_where(town: Town) -> None:
    first = town.add_card("un")
    town.add_card("deux")
    town.add_card("en haut", after=None)
    town.add_card("entre", after=first)
    assert town.titles(town.service) == ["en haut", "un", "entre", "deux"]


def test_behind_a_card_that_vanished_means_at_the_end(town: Town) -> None:
    town.add_card("un")
    elsewhere = town.add_card("ailleurs", column=town.free)
    town.add_card("deux", after=elsewhere)
    town.add_card("trois", after=999_999)
    assert town.titles(town.service) == ["un", "deux", "trois"]


@pytest.mark.parametrize("who", ["facilitator", "agent"])
def test_agents_add_where_they_contribute(town: Town, who: str) -> None:
    for column in (town.service, town.free, town.suggestions):
        town.add_card(column=column, actor=getattr(town, who))


@pytest.mark.parametrize(
    ("who", "kind"),
    [
        ("agent", "guide"),
        ("colleague", "service"),
        ("reader", "service"),
        ("reader", "suggestions"),
        ("reader", "free"),
    ],
)
def test_others_are_told_that_they_may_not(town: Town, who: str, kind: str) -> None:
    with pytest.raises(Forbidden):
        town.add_card(column=getattr(town, kind), actor=getattr(town, who))
    assert town.titles(getattr(town, kind)) == []


def test_a_column_of_another_board_does_not_exist_here(town: Town) -> None:
    with pytest.raises(NotFound):
        town.perform(town.agent, board=town.other_board, type="add_card", column=town.service, title="x")


def test_an_archived_column_takes_no_card(town: Town) -> None:
    town.perform(town.facilitator, type="archive_column", column=town.service)
    with pytest.raises(Conflict):
        town.add_card()


@pytest.mark.parametrize(
    "fields",
    [
        {"title": ""},
        {"title": "   "},
        {"title": "\u200b\u2060"},
        {"title": "é" * 201},
        {"title": "nul\x00"},
        {"title": "\ud800"},
        {"title": 3},
        {"title": None},
        {"title": "x", "body": "é" * 40_000},
        {"title": "x", "body": "a\x00b"},
        {"title": "x", "valid_until": "2031-02-30"},
        {"title": "x", "valid_until": "demain"},
        {"title": "x", "column": "1"},
        {"title": "x", "column": 2**70},
        {"title": "x", "column": -1},
        {"title": "x", "column": True},
        {"title": "x", "after": "1"},
        {"title": "x", "author": 1},
        {},
    ],
)
def test_wrong_fields_are_named_and_nothing_is_altered(town: Town, fields: dict[str, Any]) -> None:
    before = town.seq
    with pytest.raises(Invalid) as refusal:
        town.perform(town.agent, **{"type": "add_card", "column": town.service, **fields})
    assert {error.field for error in refusal.value.errors} <= {
        "title",
        "body",
        "valid_until",
        "column",
        "after",
        "author",
    }
    assert (town.seq, town.titles(town.service)) == (before, [])


def test_200_characters_are_welcome(town: Town) -> None:
    assert town.card(town.add_card("é" * 200)).title == "é" * 200


def test_twice_with_one_key_adds_one_card(town: Town) -> None:
    command: dict[str, Any] = {"type": "add_card", "column": town.service, "title": "Une fois"}
    first = town.perform(town.agent, "key-1", **command)
    second = town.perform(town.agent, "key-1", **command)
    assert (second.seq, list(second.cards)) == (first.seq, list(first.cards))
    assert town.titles(town.service) == ["Une fois"]


def test_a_key_used_for_something_else_is_refused(town: Town) -> None:
    town.perform(town.agent, "key-1", type="add_card", column=town.service, title="Une")
    with pytest.raises(Conflict) as refusal:
        town.perform(town.agent, "key-1", type="add_card", column=town.service, title="Autre")
    assert refusal.value.code == "key_reused"
    assert town.titles(town.service) == ["Une"]


def test_two_people_may_use_the_same_key(town: Town) -> None:
    town.perform(town.agent, "key-1", type="add_card", column=town.free, title="A")
    town.perform(town.colleague, "key-1", type="add_card", column=town.free, title="B")
    assert town.titles(town.free) == ["A", "B"]

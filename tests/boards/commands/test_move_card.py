from typing import Any

import pytest
from sqlalchemy import event

from boards.database import db
from boards.errors import Conflict, Forbidden, NotFound
from boards.models import Card
from tests.town import Town


def move(town: Town, card: int, actor: int | None = None, **where: Any) -> None:
    town.perform(actor or town.agent, type="move_card", card=card, **where)


def test_within_a_column(town: Town) -> None:
    first, second, third = (town.add_card(title) for title in ("un", "deux", "trois"))
    move(town, third, column=town.service, after=first)
    assert town.titles(town.service) == ["un", "trois", "deux"]
    move(town, second, column=town.service, after=None)
    assert town.titles(town.service) == ["deux", "un", "trois"]
    move(town, second, column=town.service)
    assert town.titles(town.service) == ["un", "trois", "deux"]


def test_across_columns(town: Town) -> None:
    card = town.add_card("voyage")
    there = town.add_card("là", column=town.free)
    move(town, card, column=town.free, after=there)
    assert (town.titles(town.service), town.titles(town.free)) == ([], ["là", "voyage"])


def test_a_move_writes_one_row(town: Town) -> None:
    cards = [town.add_card(str(number)) for number in range(5)]
    before = {id: town.card(id).rank for id in cards}
    move(town, cards[4], column=town.service, after=cards[0])
    assert [id for id in cards if town.card(id).rank != before[id]] == [cards[4]]


def test_a_move_takes_seven_statements(town: Town) -> None:
    """A move takes seven statements: lock, actor, card, column, neighbours, card update and log entry."""
    card, there = town.add_card("voyage"), town.add_card("là", column=town.free)
    said: list[str] = []

    def listen(*call: Any) -> None:
        said.append(call[2])

    event.listen(db.engine, "before_cursor_execute", listen)
    move(town, card, column=town.free, after=there)
    event.remove(db.engine, "before_cursor_execute", listen)
    assert [statement for statement in said if not statement.startswith("BEGIN")][7:] == []


def test_behind_itself_it_stays(town: Town) -> None:
    first = town.add_card("un")
    town.add_card("deux")
    move(town, first, column=town.service, after=first)
    assert town.titles(town.service) == ["un", "deux"]


def test_behind_a_card_of_another_column_means_at_the_end(town: Town) -> None:
    first = town.add_card("un")
    town.add_card("deux")
    elsewhere = town.add_card("ailleurs", column=town.free)
    move(town, first, column=town.service, after=elsewhere)
    assert town.titles(town.service) == ["deux", "un"]


def test_behind_an_archived_card_means_at_the_end(town: Town) -> None:
    first, second = town.add_card("un"), town.add_card("deux")
    town.add_card("trois")
    town.perform(town.agent, type="archive_card", card=second)
    move(town, first, column=town.service, after=second)
    assert town.titles(town.service) == ["trois", "un"]


def test_the_right_is_needed_at_both_ends(town: Town) -> None:
    rule = town.add_card("règle", column=town.guide, actor=town.facilitator)
    with pytest.raises(Forbidden):
        move(town, rule, column=town.service)
    info = town.add_card("info")
    with pytest.raises(Forbidden):
        move(town, info, column=town.guide)
    assert (town.titles(town.guide), town.titles(town.service)) == (["règle"], ["info"])


def test_one_may_move_ones_own_card_into_suggestions_but_not_somebody_elses(town: Town) -> None:
    mine, theirs = town.add_card("à moi"), town.add_card("à elle", actor=town.facilitator)
    move(town, mine, column=town.suggestions)
    with pytest.raises(Forbidden):
        move(town, theirs, column=town.suggestions)


def test_readers_move_nothing(town: Town) -> None:
    card = town.add_card()
    with pytest.raises(Forbidden):
        move(town, card, town.reader, column=town.free)


def test_to_a_column_of_another_board_or_an_unknown_one_is_not_found(town: Town) -> None:
    card = town.add_card()
    elsewhere = town.perform(town.facilitator, board=town.other_board, type="add_column", title="Là-bas", kind="free")
    for column in (next(iter(elsewhere.columns)), 999_999):
        with pytest.raises(NotFound):
            move(town, card, column=column)


def test_to_an_archived_column_is_refused(town: Town) -> None:
    card = town.add_card()
    town.perform(town.facilitator, type="archive_column", column=town.free)
    with pytest.raises(Conflict):
        move(town, card, column=town.free)
    assert town.titles(town.service) == ["Piscine fermée"]


def test_ranks_stay_distinct_and_short_under_many_moves_to_one_place(town: Town) -> None:
    first = town.add_card("un")
    others = [town.add_card(str(number)) for number in range(4)]
    for turn in range(100):
        move(town, others[turn % 4], column=town.service, after=first)
    ranks = [town.card(id).rank for id in (first, *others)]
    assert len(set(ranks)) == 5
    assert max(map(len, ranks)) < 60
    assert town.titles(town.service) == ["un", "3", "2", "1", "0"]


def test_archived_cards_keep_their_place_for_their_return(town: Town) -> None:
    first, second, _third = (town.add_card(title) for title in ("un", "deux", "trois"))
    town.perform(town.agent, type="archive_card", card=second)
    town.add_card("entre", after=first)
    town.perform(town.agent, type="restore_card", card=second)
    assert sorted(town.titles(town.service)[1:3]) == ["deux", "entre"]
    assert isinstance(town.card(second), Card)

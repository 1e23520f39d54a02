"""Merging and splitting columns, and undoing either at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from app.web.problems import problem_for
from boards.commands.merge_split import MergeColumn
from boards.database import db, read_session
from boards.errors import Conflict, Forbidden, Refusal
from boards.models import Card, Column
from tests.town import Town


@pytest.fixture
def cards(town: Town) -> list[int]:
    """Create three cards in the service's column, the last archived, and one in the free column."""
    ids = [town.add_card(title) for title in ("Un", "Deux", "Trois")]
    town.perform(town.agent, type="archive_card", card=ids[2])
    return [*ids, town.add_card("Libre", column=town.free)]


def merge(town: Town, **fields: Any) -> None:
    town.perform(town.facilitator, type="merge_column", **{"column": town.service, "into": town.free, **fields})


def split(town: Town, cards: list[int], **fields: Any) -> int:
    committed = town.perform(
        town.facilitator, type="split_column", column=town.service, cards=cards, title="À part", **fields
    )
    return next(iter(committed.columns))


def undo(town: Town, seq: int | None = None) -> None:
    town.perform(town.facilitator, type="undo_change", seq=seq or town.seq)


def queries(act: Callable[[], None]) -> int:
    """Count the statements sent; a statement for many rows counts once."""
    sent: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        act()
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
    return len(sent)


def refusal(town: Town, actor: int, **command: Any) -> Refusal:
    before = (town.seq, len(town.log))
    with pytest.raises(Refusal) as refused:
        town.perform(actor, **command)
    assert (town.seq, len(town.log)) == before
    return refused.value


def everything(town: Town) -> tuple[list[Any], list[Any]]:
    """Return the place of every card and column, archived ones included."""
    town.fresh_board()
    cards = [
        (card.id, card.column_id, card.rank, card.archived_at is not None)
        for card in read_session().query(Card).order_by(Card.id)
    ]
    columns = [
        (column.id, column.rank, column.rights, column.archived_at is not None)
        for column in read_session().query(Column).order_by(Column.id)
    ]
    return cards, columns


def test_a_merged_columns_cards_go_behind_those_of_the_other(town: Town, cards: list[int]) -> None:
    merge(town)
    assert town.titles(town.free) == ["Libre", "Un", "Deux"]
    assert town.card(cards[2]).column_id == town.free
    assert town.card(cards[2]).archived_at is not None
    assert town.column(town.service).archived_at is not None
    town.perform(town.facilitator, type="restore_card", card=cards[2])
    assert town.titles(town.free) == ["Libre", "Un", "Deux", "Trois"]


def test_a_merge_and_a_split_are_taken_back_exactly_and_done_again(town: Town, cards: list[int]) -> None:
    for act in (merge, lambda town: split(town, [cards[1]])):
        before = everything(town)
        act(town)
        after = everything(town)
        assert after != before
        undo(town)
        missing = {column[0] for column in after[1]} - {
            column[0] for column in before[1]
        }  # a column split off is archived
        cards_now, columns_now = everything(town)
        assert (cards_now, [column for column in columns_now if column[0] not in missing]) == before
        assert all(column[3] for column in columns_now if column[0] in missing)
        undo(town)
        assert everything(town) == after
        undo(town)


def test_a_merge_followed_by_other_changes_is_undone(town: Town, cards: list[int]) -> None:
    merge(town)
    merged = town.seq
    town.perform(town.facilitator, type="edit_card", card=cards[0], version=1, title="Un, corrigé")
    town.perform(town.facilitator, type="archive_card", card=cards[1])
    undo(town, merged)
    assert town.titles(town.service) == ["Un, corrigé"]
    assert (town.card(cards[1]).column_id, town.card(cards[1]).archived_at is None) == (town.service, False)
    assert town.titles(town.free) == ["Libre"]


@pytest.mark.parametrize(
    ("since", "code"),
    [
        ({"type": "move_card", "card": 0, "column": "guide"}, "changed_since"),
        ({"type": "restore_column", "column": "service"}, "changed_since"),
        ({"type": "archive_column", "column": "free"}, "column_archived"),
    ],
)
def test_a_merge_that_can_no_longer_be_taken_back(
    town: Town, cards: list[int], since: dict[str, Any], code: str
) -> None:
    merge(town)
    merged = town.seq
    filled = {
        name: getattr(town, value) if name == "column" else cards[value] if name == "card" else value
        for name, value in since.items()
    }
    town.perform(town.facilitator, **filled)
    assert refusal(town, town.facilitator, type="undo_change", seq=merged).code == code


def test_done_again_a_merge_leaves_nobodys_card_behind(town: Town, cards: list[int]) -> None:
    merge(town)
    undo(town)
    undone = town.seq
    late = town.add_card("Arrivée depuis")
    assert refusal(town, town.facilitator, type="undo_change", seq=undone).code == "changed_since"
    town.perform(town.agent, type="archive_card", card=late)
    undo(town, undone)
    assert town.titles(town.free) == ["Libre", "Un", "Deux"]


def test_a_column_into_itself_or_into_an_archived_one(town: Town) -> None:
    command = {"type": "merge_column", "column": town.service, "into": town.service}
    assert refusal(town, town.facilitator, **command).code == "same_column"
    town.perform(town.facilitator, type="archive_column", column=town.free)
    for column, into in ((town.service, town.free), (town.free, town.service)):
        assert refusal(town, town.facilitator, type="merge_column", column=column, into=into).code == "column_archived"


def test_a_merge_that_could_not_be_undone_at_once_is_refused(
    town: Town, monkeypatch: pytest.MonkeyPatch, cards: list[int]
) -> None:
    for module in ("merge_split", "undo"):
        monkeypatch.setattr(f"boards.commands.{module}.UNDONE_AT_MOST", len(cards) - 1)
    refused = refusal(town, town.facilitator, type="merge_column", column=town.service, into=town.free)
    assert isinstance(refused, Conflict)
    assert (refused.code, refused.facts) == ("too_many_cards", {"held": 3, "at_most": 2})
    assert "archives comprises" in problem_for(refused)["detail"]
    for module in ("merge_split", "undo"):
        monkeypatch.setattr(f"boards.commands.{module}.UNDONE_AT_MOST", len(cards))
    before = everything(town)
    merge(town)
    undo(town)
    assert everything(town) == before


def test_a_merge_takes_as_many_queries_for_many_cards_as_for_few(town: Town, cards: list[int]) -> None:
    few = queries(lambda: merge(town))
    for number in range(40):
        town.add_card(f"Carte {number}", column=town.guide, actor=town.facilitator)
    assert queries(lambda: merge(town, column=town.guide, into=town.suggestions)) == few


def test_a_merge_beyond_the_limit_of_a_change_is_undone_and_redone(
    town: Town, monkeypatch: pytest.MonkeyPatch, cards: list[int]
) -> None:
    monkeypatch.setattr("boards.log.change_log.TOUCHED_LIMIT", 2)
    merge(town)
    before = town.titles(town.free)
    undo(town)
    undo(town)
    assert town.titles(town.free) == before


def test_a_split_makes_a_column_like_the_first_right_behind_it(town: Town, cards: list[int]) -> None:
    town.perform(town.facilitator, type="set_rights", column=town.service, readers="comment")
    new = town.column(split(town, [cards[1], cards[0]]))
    source = town.column(town.service)
    assert (new.kind, new.service_id, new.hue, new.rights) == (
        source.kind,
        source.service_id,
        source.hue,
        source.rights,
    )
    assert town.titles(new.id) == ["Un", "Deux"]  # as on the board, not as they were clicked
    columns = [
        column.id for column in read_session().query(Column).filter_by(board_id=town.board).order_by(Column.rank)
    ]
    assert columns.index(new.id) == columns.index(town.service) + 1
    assert town.log[-1].record["columns"][str(new.id)]["before"] is None
    assert town.column(split(town, [town.add_card("Autre")], hue=7)).hue == 7


def test_cards_that_left_meanwhile_are_not_split_off(town: Town, cards: list[int]) -> None:
    one, two, archived, free = cards
    refused = refusal(
        town,
        town.facilitator,
        type="split_column",
        column=town.service,
        cards=[one, two, archived, free, 999],
        title="À part",
    )
    assert isinstance(refused, Conflict)
    assert (refused.code, refused.facts) == ("cards_left", {"count": 3})
    assert "3 infos choisies ont quitté" in problem_for(refused)["detail"]
    assert town.titles(town.service) == ["Un", "Deux"]


def test_a_split_off_column_that_somebody_used_since_stays(town: Town, cards: list[int]) -> None:
    new = split(town, [cards[0]])
    split_at = town.seq
    late = town.add_card("Arrivée depuis", column=new)
    assert refusal(town, town.facilitator, type="undo_change", seq=split_at).code == "changed_since"
    town.perform(town.agent, type="move_card", card=late, column=town.service)
    undo(town, split_at)
    assert town.column(new).archived_at is not None
    assert town.titles(town.service) == ["Un", "Deux", "Arrivée depuis"]


def test_only_facilitators(town: Town, cards: list[int]) -> None:
    for command in (
        {"type": "merge_column", "column": town.service, "into": town.free},
        {"type": "split_column", "column": town.service, "cards": cards[:1], "title": "À part"},
    ):
        for actor in (town.agent, town.colleague, town.reader):
            assert isinstance(refusal(town, actor, **command), Forbidden)
    town.perform(
        town.facilitator, type="set_rights", column=town.service, agents="none", services={str(town.ccas): "none"}
    )
    for column, into in ((town.service, town.free), (town.free, town.service)):
        assert refusal(town, town.agent, type="merge_column", column=column, into=into).code in (
            "column_not_found",
            "may_not_arrange",
        )
    merge(town)
    assert refusal(town, town.agent, type="undo_change", seq=town.seq).code == "change_not_found"
    assert MergeColumn.event_type == town.log[-1].type


def test_cards_follow_when_a_column_becomes_one_of_suggestions(town: Town, cards: list[int]) -> None:
    committed = town.perform(town.facilitator, type="edit_column", column=town.service, kind="suggestions")
    assert set(committed.cards) == {cards[0], cards[1]}
    committed = town.perform(town.facilitator, type="edit_column", column=town.service, title="Boîte à idées")
    assert committed.cards == {}
    committed = town.perform(town.facilitator, type="edit_column", column=town.service, kind="free")
    assert set(committed.cards) == {cards[0], cards[1]}

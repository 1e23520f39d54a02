import pytest

from boards.errors import Conflict, Forbidden, NotFound
from tests.town import Town


def test_an_archived_card_leaves_the_board_and_comes_back_to_its_place(town: Town) -> None:
    _one, two, _three = (town.add_card(title) for title in ("un", "deux", "trois"))
    assert town.perform(town.agent, type="archive_card", card=two).cards == {two: None}
    assert town.titles(town.service) == ["un", "trois"]
    town.perform(town.facilitator, type="restore_card", card=two)
    assert town.titles(town.service) == ["un", "deux", "trois"]


def test_neither_is_done_twice(town: Town) -> None:
    card = town.add_card()
    with pytest.raises(Conflict, match="card_not_archived"):
        town.perform(town.agent, type="restore_card", card=card)
    town.perform(town.agent, type="archive_card", card=card)
    with pytest.raises(Conflict, match="card_archived"):
        town.perform(town.agent, type="archive_card", card=card)


@pytest.mark.parametrize("type", ["archive_card", "restore_card"])
def test_readers_may_not(town: Town, type: str) -> None:
    card = town.add_card()
    if type == "restore_card":
        town.perform(town.agent, type="archive_card", card=card)
    with pytest.raises(Forbidden):
        town.perform(town.reader, type=type, card=card)


@pytest.mark.parametrize("type", ["archive_card", "restore_card"])
def test_an_unknown_card_is_not_found(town: Town, type: str) -> None:
    with pytest.raises(NotFound):
        town.perform(town.agent, type=type, card=2**40)


def test_a_column_goes_and_comes_back_with_its_cards(town: Town) -> None:
    kept = town.add_card("reste")
    gone = town.add_card("archivée avant")
    town.perform(town.agent, type="archive_card", card=gone)
    assert town.perform(town.facilitator, type="archive_column", column=town.service).columns == {town.service: None}
    with pytest.raises(Conflict, match="column_archived"):
        town.perform(town.agent, type="edit_card", card=kept, version=1, title="x")
    back = town.perform(town.facilitator, type="restore_column", column=town.service)
    assert (list(back.cards), list(back.columns)) == ([kept], [town.service])


def test_a_card_does_not_come_back_into_an_archived_column(town: Town) -> None:
    card = town.add_card()
    town.perform(town.agent, type="archive_card", card=card)
    town.perform(town.facilitator, type="archive_column", column=town.service)
    with pytest.raises(Conflict, match="column_archived"):
        town.perform(town.agent, type="restore_card", card=card)

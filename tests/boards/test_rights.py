"""Rights per column: defaults of each kind, rights set by facilitators, and the view of a change per audience."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boards.database import now, read_session, write_transaction
from boards.errors import Forbidden, NotFound
from boards.log.change_log import UNSEEN, changes_after
from boards.models import Audience, Kind, Person, Role, Service
from boards.queries import archived, audiences, find_board, find_card, snapshot
from boards.rights import LEVELS, Level, level_under
from tests.town import Town

OWN, OTHER = 1, 2
FACILITATOR, READER = Audience(Role.FACILITATOR), Audience(Role.READER)
AGENT, OTHERS_AGENT, OF_BOTH = (
    Audience(Role.AGENT, frozenset(services)) for services in ({OWN}, {OTHER}, {OWN, OTHER})
)
NOBODY = Audience(None)

words = st.sampled_from(list(LEVELS))
rows = st.fixed_dictionaries(
    {},
    optional={"agents": words, "readers": words, "services": st.dictionaries(st.sampled_from(["1", "2", "3"]), words)},
)
agents = st.frozensets(st.sampled_from([1, 2, 3])).map(lambda services: Audience(Role.AGENT, services))


@pytest.mark.parametrize(
    ("kind", "own", "other", "reader"),
    [
        (Kind.SERVICE, Level.EDIT, Level.COMMENT, Level.READ),
        (Kind.GUIDE, Level.READ, Level.READ, Level.READ),
        (Kind.SUGGESTIONS, Level.CONTRIBUTE, Level.CONTRIBUTE, Level.READ),
        (Kind.FREE, Level.EDIT, Level.EDIT, Level.READ),
    ],
)
def test_each_kind_has_its_defaults(kind: Kind, own: Level, other: Level, reader: Level) -> None:
    held = [level_under(who, kind, OWN, {}) for who in (AGENT, OTHERS_AGENT, OF_BOTH, READER, FACILITATOR, NOBODY)]
    assert held == [own, other, max(own, other), reader, Level.EDIT, Level.NONE]


@given(rows, agents, st.sampled_from(list(Kind)))
def test_an_agent_of_several_services_holds_the_highest_of_what_they_give(
    row: dict[str, Any], who: Audience, kind: Kind
) -> None:
    alone = [level_under(Audience(Role.AGENT, frozenset({service})), kind, OWN, row) for service in who.services]
    assert level_under(who, kind, OWN, row) == max(alone, default=level_under(Audience(Role.AGENT), kind, OWN, row))


@given(rows, st.sampled_from(list(Kind)))
def test_facilitators_always_edit_and_closed_accounts_have_no_rights(row: dict[str, Any], kind: Kind) -> None:
    assert level_under(FACILITATOR, kind, OWN, row) == Level.EDIT
    assert level_under(NOBODY, kind, OWN, row) == Level.NONE


@given(rows, words, st.sampled_from(list(Kind)))
def test_a_services_cell_decides_for_its_agents(row: dict[str, Any], word: str, kind: Kind) -> None:
    row = {**row, "services": {**row.get("services", {}), "1": word}}
    assert level_under(AGENT, kind, OWN, row) == LEVELS[word]


def test_cells_are_set_one_by_one_and_given_back_with_null(town: Town) -> None:
    set_rights(town, agents="read", services={str(town.mediatheque): "contribute"})
    set_rights(town, readers="none")
    assert town.column(town.service).rights == {
        "agents": "read",
        "readers": "none",
        "services": {str(town.mediatheque): "contribute"},
    }
    set_rights(town, agents=None, services={str(town.mediatheque): None})
    assert town.column(town.service).rights == {"readers": "none"}


@pytest.mark.parametrize("who", ["agent", "colleague", "reader"])
def test_only_facilitators_give_rights(town: Town, who: str) -> None:
    with pytest.raises(Forbidden):
        town.perform(getattr(town, who), type="set_rights", column=town.service, agents="edit")
    assert town.column(town.service).rights == {}


def test_rights_of_an_unknown_service_are_refused(town: Town) -> None:
    with pytest.raises(NotFound):
        set_rights(town, services={"987654": "edit"})


def test_an_agent_acts_where_their_services_level_lets_them(town: Town) -> None:
    card = town.add_card(actor=town.facilitator)
    set_rights(town, services={str(town.mediatheque): "contribute"})
    own = town.add_card("La mienne", actor=town.colleague)
    town.perform(town.colleague, type="archive_card", card=own)
    with pytest.raises(Forbidden):
        town.perform(town.colleague, type="archive_card", card=card)


def test_a_move_needs_the_right_at_both_ends(town: Town) -> None:
    card = town.add_card(actor=town.agent)
    for target in (town.guide, town.suggestions):
        theirs = town.add_card("D’un autre", actor=town.facilitator)
        with pytest.raises(Forbidden):
            town.perform(town.agent, type="move_card", card=theirs, column=target)
    with pytest.raises(Forbidden):
        town.perform(town.colleague, type="move_card", card=card, column=town.free)
    town.perform(town.agent, type="move_card", card=card, column=town.free)


def test_an_archived_service_gives_its_agents_nothing(town: Town) -> None:
    with write_transaction() as session:
        session.get_one(Service, town.ccas).archived_at = now()
    with pytest.raises(Forbidden):
        town.add_card(actor=town.agent)


# --- a hidden column ---------------------------------------------------------------------------------------------


def test_a_hidden_column_is_in_no_reading(town: Town) -> None:
    card, away = town.add_card("Secret"), town.add_card("Secret rangé")
    town.perform(town.agent, type="archive_card", card=away)
    set_rights(town, readers="none")
    reader = person(town.reader)
    seen = snapshot(read_session(), find_board(read_session(), reader, town.board), reader)
    assert town.service not in {column.id for column in seen.columns} | seen.cards.keys()
    assert archived(read_session(), town.fresh_board(), reader) == ([], [])
    for hidden in (card, away):
        with pytest.raises(NotFound):
            find_card(read_session(), reader, hidden)


def test_hidden_cards_take_no_place_in_the_archive_list(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("boards.queries.ARCHIVED_LIMIT", 1)
    visible = town.add_card("Vue", column=town.free)
    for card in (visible, town.add_card("Secret")):
        town.perform(town.facilitator, type="archive_card", card=card)
    set_rights(town, readers="none")
    _columns, cards = archived(read_session(), town.fresh_board(), person(town.reader))
    assert [card.id for card, _column in cards] == [visible]


@pytest.mark.parametrize("command", ["edit_card", "move_card", "archive_card", "restore_card", "add_card"])
def test_what_is_hidden_is_not_found_rather_than_forbidden(town: Town, command: str) -> None:
    card = town.add_card("Secret")
    set_rights(town, agents="none")
    commands: dict[str, dict[str, Any]] = {
        "edit_card": {"card": card, "version": 1, "title": "Vu"},
        "move_card": {"card": card, "column": town.free},
        "archive_card": {"card": card},
        "restore_card": {"card": card},
        "add_card": {"column": town.service, "title": "Là"},
    }
    with pytest.raises(NotFound):
        town.perform(town.colleague, type=command, **commands[command])
    visible = town.add_card("Vue", column=town.free, actor=town.colleague)
    with pytest.raises(NotFound):
        town.perform(town.colleague, type="move_card", card=visible, column=town.service)


def test_losing_a_column_sends_its_removal_only(town: Town) -> None:
    card = town.add_card("Secret")
    change = set_rights(town, readers="none")
    told = change.visible_to(READER)
    assert (told.columns, told.cards) == ({town.service: None}, {})
    assert set(change.visible_to(agent_of(town.ccas)).cards) == {card}


def test_gaining_a_column_sends_it_with_its_cards(town: Town) -> None:
    set_rights(town, readers="none")
    card = town.add_card("Bientôt lue")
    told = set_rights(town, readers="read").visible_to(READER)
    assert set(told.columns) == {town.service}
    assert told.columns[town.service] is not None
    assert [each.title for each in told.cards.values() if each] == ["Bientôt lue"]
    assert set(told.cards) == {card}


def test_a_change_in_a_hidden_column_is_an_empty_tick(town: Town) -> None:
    set_rights(town, readers="none")
    change = town.perform(town.agent, type="add_card", column=town.service, title="Secret")
    told = change.visible_to(READER)
    assert (told.seq, told.type, told.actor, told.cards, told.columns) == (change.seq, UNSEEN, None, {}, {})


def test_a_card_that_leaves_for_a_hidden_column_leaves_and_one_that_comes_from_there_appears(town: Town) -> None:
    set_rights(town, column=town.free, readers="none")
    card = town.add_card("Un")
    gone = town.perform(town.agent, type="move_card", card=card, column=town.free)
    assert gone.visible_to(READER).cards == {card: None}
    back = town.perform(town.agent, type="move_card", card=card, column=town.service)
    [seen] = back.visible_to(READER).cards.values()
    assert seen is not None
    assert seen.id == card


def test_a_move_between_hidden_columns_is_an_empty_tick(town: Town) -> None:
    set_rights(town, readers="none")
    set_rights(town, column=town.free, readers="none")
    card = town.add_card("Secret")
    assert town.perform(town.agent, type="move_card", card=card, column=town.free).visible_to(READER).type == UNSEEN


def test_catching_up_takes_away_a_column_that_was_hidden_and_then_archived(town: Town) -> None:
    start = town.seq
    set_rights(town, readers="none")
    town.perform(town.facilitator, type="archive_column", column=town.service)
    missed = changes_after(read_session(), town.fresh_board(), start).changes or []
    assert [change.visible_to(READER).columns for change in missed] == [{town.service: None}, {}]


def test_catching_up_tells_each_audience_what_listening_would_have(town: Town) -> None:
    start = town.seq
    card = town.add_card("D’abord visible")
    set_rights(town, readers="none")
    town.perform(town.agent, type="edit_card", card=card, version=1, title="Puis secrète")
    missed = changes_after(read_session(), town.fresh_board(), start).changes
    assert missed is not None
    told = [change.visible_to(READER) for change in missed]
    assert [change.cards for change in told] == [{}, {}, {}]
    assert [change.columns for change in told] == [{}, {town.service: None}, {}]


def test_views_computed_together_equal_views_computed_alone(town: Town) -> None:
    everybody = (town.facilitator, town.agent, town.colleague, town.reader)
    with write_transaction() as session:
        both = [session.get_one(Service, id) for id in (town.ccas, town.mediatheque)]
        for id in (town.agent, town.reader):  # to a reader they give nothing
            session.get_one(Person, id).services = both
        both[0].archived_at = now()
        session.get_one(Person, town.colleague).disabled_at = now()
    seen = audiences(read_session(), everybody)
    assert seen == {id: person(id).audience for id in everybody}
    assert seen[town.agent] == agent_of(town.mediatheque)
    assert (seen[town.reader], seen[town.colleague]) == (READER, NOBODY)


def set_rights(town: Town, column: int | None = None, **cells: Any) -> Any:
    return town.perform(town.facilitator, type="set_rights", column=column or town.service, **cells)


def agent_of(service: int) -> Audience:
    return Audience(Role.AGENT, frozenset({service}))


def person(id: int) -> Person:
    return read_session().get_one(Person, id)

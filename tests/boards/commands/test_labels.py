"""Labels: set on a card by name, managed by facilitators; a label's change reaches each card that shows it."""

from __future__ import annotations

from typing import Any

import pytest

from boards.database import db, read_session, write_transaction
from boards.errors import Conflict, Forbidden, Invalid, NotFound, Refusal
from boards.history.feed import history
from boards.labels import HUES, ON_A_BOARD, Label, LabelsOfCards, label_counts, labels_of
from boards.models import Card, Person
from tests.town import Town


def label(town: Town, card: int, *names: str, actor: int | None = None) -> list[int]:
    """Set these labels on the card and return their ids."""
    town.perform(actor or town.agent, type="set_labels", card=card, labels=list(names))
    return town.card(card).label_ids


def named(town: Town, card: int) -> list[str]:
    """Return the names of the labels that the card shows."""
    row = town.card(card)
    return [each.name for each in LabelsOfCards(read_session())(row)]


def known(town: Town) -> dict[str, int]:
    db.session.rollback()
    return {each.name: each.hue for each in labels_of(read_session(), town.board).values()}


def test_a_new_name_makes_a_label_and_a_known_one_is_found_however_it_is_typed(town: Town) -> None:
    one, other = town.add_card(), town.add_card()
    made = label(town, one, "Été  2026", "Cœur de ville")
    assert named(town, one) == ["Été 2026", "Cœur de ville"]
    assert label(town, other, "coeur DE ville", "ete 2026", "Été 2026") == made[::-1]
    assert known(town) == {"Cœur de ville": HUES[1], "Été 2026": HUES[0]}


def test_labelling_is_no_edit_and_no_news(town: Town) -> None:
    card = town.add_card()
    before = town.card(card)
    told = (before.version, before.signalled_seq, before.edited_at, before.confirmed_at)
    label(town, card, "Été")
    after = town.card(card)
    assert (after.version, after.signalled_seq, after.edited_at, after.confirmed_at) == told
    assert after.changed_seq == town.seq


def test_a_card_keeps_its_labels_where_it_goes(town: Town) -> None:
    card = town.add_card()
    label(town, card, "Été")
    town.perform(town.agent, type="move_card", card=card, column=town.free)
    assert named(town, card) == ["Été"]


def test_labelling_needs_the_right_to_place_the_card(town: Town) -> None:
    card = town.add_card()
    for actor in (town.colleague, town.reader):
        with pytest.raises(Forbidden):
            label(town, card, "Été", actor=actor)
    own = town.add_card(column=town.suggestions, actor=town.colleague)
    assert label(town, own, "Été", actor=town.colleague)
    assert list(known(town)) == ["Été"]


@pytest.mark.parametrize("names", [[""], ["\u0000"], ["a" * 61], [3], "Été", [str(number) for number in range(11)]])
def test_names_that_are_none_are_refused(town: Town, names: Any) -> None:
    card = town.add_card()
    with pytest.raises(Invalid):
        town.perform(town.agent, type="set_labels", card=card, labels=names)
    assert known(town) == {}


def test_a_board_has_a_hundred_labels_at_most(town: Town) -> None:
    with write_transaction() as session:
        session.add_all(
            Label(board_id=town.board, name=f"n{number}", plain=f"n{number}") for number in range(ON_A_BOARD)
        )
    card = town.add_card()
    with pytest.raises(Conflict) as refused:
        label(town, card, "N5", "Une de trop")
    assert refused.value.code == "too_many_labels"
    assert label(town, card, "N5")


def test_renaming_touches_each_card_that_shows_it(town: Town) -> None:
    one, archived, other = town.add_card(), town.add_card(), town.add_card()
    (ete,) = label(town, one, "Été")
    label(town, archived, "été")
    town.perform(town.agent, type="archive_card", card=archived)
    committed = town.perform(town.facilitator, type="edit_label", label=ete, name="Saison estivale", hue=40)
    assert committed.cards.keys() == {one, archived}
    assert other not in committed.cards
    assert known(town) == {"Saison estivale": 40}


def test_a_name_that_another_label_has_is_refused(town: Town) -> None:
    ete, _hiver = label(town, town.add_card(), "Été", "Hiver")
    with pytest.raises(Conflict) as refused:
        town.perform(town.facilitator, type="edit_label", label=ete, name="HIVER")
    assert refused.value.code == "label_exists"
    town.perform(town.facilitator, type="edit_label", label=ete, name="ÉTÉ")
    assert list(known(town)) == ["ÉTÉ", "Hiver"]


def test_merging_puts_the_other_in_its_place_once(town: Town) -> None:
    both, one = town.add_card(), town.add_card()
    ete, _hiver, saison = label(town, both, "Été", "Hiver", "Saison")
    label(town, one, "Été")
    town.perform(town.facilitator, type="merge_labels", label=ete, into=saison)
    assert named(town, both) == ["Saison", "Hiver"]
    assert named(town, one) == ["Saison"]
    assert "Été" not in known(town)
    with pytest.raises(Conflict) as refused:
        town.perform(town.facilitator, type="merge_labels", label=saison, into=saison)
    assert refused.value.code == "same_label"
    with pytest.raises(NotFound):
        town.perform(town.facilitator, type="merge_labels", label=ete, into=saison)


def test_only_facilitators_look_after_labels(town: Town) -> None:
    ete, hiver = label(town, town.add_card(), "Été", "Hiver")
    commands: list[dict[str, Any]] = [
        {"type": "edit_label", "label": ete, "name": "Autre"},
        {"type": "merge_labels", "label": ete, "into": hiver},
        {"type": "remove_label", "label": ete},
        {"type": "remove_label", "label": 999},
    ]
    for command in commands:
        with pytest.raises(Forbidden):
            town.perform(town.agent, **command)
    with pytest.raises(NotFound):
        town.perform(town.facilitator, board=town.other_board, type="remove_label", label=ete)


@pytest.mark.parametrize(
    "command", [{"type": "remove_label"}, {"type": "merge_labels"}, {"type": "edit_label", "name": "Autre", "hue": 3}]
)
def test_label_changes_are_undone_and_redone(town: Town, command: dict[str, Any]) -> None:
    card, archived = town.add_card(), town.add_card()
    ete, hiver = label(town, card, "Été", "Hiver")
    label(town, archived, "Été")
    town.perform(town.agent, type="archive_card", card=archived)
    into: dict[str, Any] = {"into": hiver} if command["type"] == "merge_labels" else {}
    before = (named(town, card), named(town, archived), known(town))
    seq = town.perform(town.facilitator, **command, label=ete, **into).seq
    altered = (named(town, card), named(town, archived), known(town))
    assert altered != before
    with pytest.raises(Refusal):
        town.perform(town.agent, type="undo_change", seq=seq)
    undone = town.perform(town.facilitator, type="undo_change", seq=seq).seq
    assert (named(town, card), named(town, archived), known(town)) == before
    assert town.card(card).changed_seq == undone
    town.perform(town.facilitator, type="undo_change", seq=undone)
    assert (named(town, card), named(town, archived), known(town)) == altered


def test_undoing_the_return_of_a_label_removes_it_from_later_cards(town: Town) -> None:
    card, later = town.add_card(), town.add_card()
    (ete,) = label(town, card, "Été")
    town.perform(town.facilitator, type="remove_label", label=ete)
    undone = town.perform(town.facilitator, type="undo_change", seq=town.seq).seq
    label(town, later, "Été", "Hiver")
    committed = town.perform(town.facilitator, type="undo_change", seq=undone)
    assert committed.cards.keys() == {card, later}
    assert named(town, later) == ["Hiver"]
    assert ete not in town.card(later).label_ids


def test_a_label_that_came_back_by_another_hand_is_not_taken_back_twice(town: Town) -> None:
    card = town.add_card()
    (ete,) = label(town, card, "Été")
    seq = town.perform(town.facilitator, type="remove_label", label=ete).seq
    (again,) = label(town, card, "Ete")
    assert again > ete, "an id is never given again: the log still names the former one"
    with pytest.raises(Conflict) as refused:
        town.perform(town.facilitator, type="undo_change", seq=seq)
    assert refused.value.code == "changed_since"


def test_missing_labels_are_ignored(town: Town) -> None:
    card = town.add_card()
    (ete,) = label(town, card, "Été")
    seq = town.perform(town.agent, type="set_labels", card=card, labels=[]).seq
    town.perform(town.facilitator, type="remove_label", label=ete)
    town.perform(town.agent, type="undo_change", seq=seq)
    assert town.card(card).label_ids == [ete]
    assert named(town, card) == []


def test_counts_include_only_cards_on_the_board(town: Town) -> None:
    one, other = town.add_card(), town.add_card()
    (ete,) = label(town, one, "Été")
    label(town, other, "Été")
    town.perform(town.agent, type="archive_card", card=other)
    db.session.rollback()
    assert label_counts(read_session(), town.board) == {ete: 1}


def test_history_lists_labels_and_their_fate_for_facilitators(town: Town) -> None:
    card = town.add_card()
    (ete,) = label(town, card, "Été")
    town.perform(town.facilitator, type="edit_label", label=ete, name="Saison")
    town.perform(town.facilitator, type="remove_label", label=ete)

    def told(who: int) -> list[list[tuple[str, str]]]:
        db.session.rollback()
        page = history(read_session(), read_session().get_one(Person, who), town.fresh_board())
        return [[(each.what, each.title) for each in entry.told] for entry in page.entries][:3]

    piscine = "Piscine fermée"
    assert told(town.facilitator) == [
        [("label_removed", "Saison"), ("labels_set", piscine)],
        [("label_edited", "Saison")],
        [("labels_set", piscine)],
    ]
    assert told(town.agent)[:2] == [[("labels_set", piscine)], [("labels_set", piscine)]]


def test_erasing_a_person_or_a_card_leaves_labels(town: Town) -> None:
    card = town.add_card()
    label(town, card, "Été")
    with write_transaction() as session:
        session.delete(session.get_one(Card, card))
    assert list(known(town)) == ["Été"]

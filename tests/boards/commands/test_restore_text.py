"""« Reprendre ce texte »: restore the text of a card from an earlier change."""

from __future__ import annotations

from datetime import date

import pytest

from boards.errors import Conflict, Forbidden, NotFound, Refusal
from tests.town import Town


@pytest.fixture
def card(town: Town) -> int:
    return town.add_card("Un", body="<p>Ouvert mardi</p>", valid_until="2031-01-02")


@pytest.fixture
def then(town: Town, card: int) -> int:
    """Return the seq at which the card said « Un »; it says « Deux » now."""
    seq = town.seq
    town.perform(
        town.facilitator, type="edit_card", card=card, version=1, title="Deux", body="<p>Fermé</p>", valid_until=None
    )
    return seq


def restore(town: Town, who: int, card: int, seq: int, version: int = 2) -> None:
    town.perform(who, type="restore_text", card=card, version=version, seq=seq)


def refusal(town: Town, who: int, card: int, seq: int, version: int = 2) -> Refusal:
    before = town.seq
    with pytest.raises(Refusal) as refused:
        restore(town, who, card, seq, version)
    assert town.seq == before
    return refused.value


def test_title_body_and_validity_come_back_and_nothing_else(town: Town, card: int, then: int) -> None:
    town.perform(town.agent, type="move_card", card=card, column=town.free)
    restore(town, town.agent, card, then)
    row = town.card(card)
    assert (row.title, row.body_html, row.body_text, row.valid_until) == (
        "Un",
        "<p>Ouvert mardi</p>",
        "Ouvert mardi",
        date(2031, 1, 2),
    )
    assert (row.column_id, row.version, row.edited_by_id) == (town.free, 3, town.agent)
    assert (town.log[-1].type, town.log[-1].record["text_of"]) == ("text_restored", then)


def test_the_text_right_after_any_change_of_the_board(town: Town, card: int, then: int) -> None:
    town.add_card("Une autre")
    town.perform(town.agent, type="edit_card", card=card, version=2, title="Trois")
    restore(town, town.agent, card, then + 2, version=3)
    assert town.card(card).title == "Deux"


def test_it_is_undone_like_any_edit(town: Town, card: int, then: int) -> None:
    restore(town, town.agent, card, then)
    town.perform(town.agent, type="undo_change", seq=town.seq)
    assert (town.card(card).title, town.card(card).body_text) == ("Deux", "Fermé")


def test_somebody_edited_meanwhile(town: Town, card: int, then: int) -> None:
    refused = refusal(town, town.agent, card, then, version=1)
    assert (refused.code, refused.facts["title"], refused.facts["version"]) == ("stale_version", "Deux", 2)


def test_the_current_text_is_refused(town: Town, card: int, then: int) -> None:
    assert refusal(town, town.agent, card, then + 1).code == "same_text"
    restore(town, town.agent, card, then)
    assert refusal(town, town.agent, card, then, version=3).code == "same_text"


def test_an_archived_card_is_restored_first(town: Town, card: int, then: int) -> None:
    town.perform(town.agent, type="archive_card", card=card)
    assert refusal(town, town.agent, card, then).code == "card_archived"


def test_restoring_a_text_needs_the_right_to_edit(town: Town, card: int, then: int) -> None:
    for who in (town.colleague, town.reader):
        assert isinstance(refusal(town, who, card, then), Forbidden)


def test_before_the_card_after_today_or_on_another_board(town: Town, card: int, then: int) -> None:
    for seq in (then - 1, town.seq + 1, town.seq + 2, 2**63 - 1):
        assert isinstance(refusal(town, town.agent, card, seq), NotFound)
    assert isinstance(refusal(town, town.agent, 987654, then), NotFound)
    with pytest.raises(NotFound):
        town.perform(town.facilitator, board=town.other_board, type="restore_text", card=card, version=2, seq=1)


def test_text_from_an_unreadable_column_is_not_restored(town: Town) -> None:
    town.perform(town.facilitator, type="set_rights", column=town.guide, agents="none")
    card = town.add_card("Secret", column=town.guide, actor=town.facilitator)
    secret = town.seq
    town.perform(town.facilitator, type="edit_card", card=card, version=1, title="Public")
    town.perform(town.facilitator, type="move_card", card=card, column=town.service)
    assert refusal(town, town.agent, card, secret).code == "card_not_found"
    town.perform(town.facilitator, type="set_rights", column=town.guide, agents="read")
    assert refusal(town, town.agent, card, secret).code == "card_not_found"  # they could not read it then
    restore(town, town.facilitator, card, secret)
    assert town.card(card).title == "Secret"


def test_sent_twice_it_happens_once(town: Town, card: int, then: int) -> None:
    first = town.perform(town.agent, "k", type="restore_text", card=card, version=2, seq=then)
    assert town.perform(town.agent, "k", type="restore_text", card=card, version=2, seq=then).seq == first.seq
    with pytest.raises(Conflict):
        town.perform(town.agent, "k", type="restore_text", card=card, version=2, seq=then + 1)


def test_a_text_that_was_internal_does_not_reach_residents(town: Town, card: int, then: int) -> None:
    town.perform(town.agent, type="edit_card", card=card, version=2, tellable=False, body="<p>Le code est 4711.</p>")
    internal = town.seq
    town.perform(town.agent, type="edit_card", card=card, version=3, tellable=True, body="<p>Sur rendez-vous.</p>")
    restore(town, town.agent, card, internal, version=4)
    assert "4711" in town.card(card).body_html
    assert not town.card(card).tellable
    town.perform(town.agent, type="undo_change", seq=town.seq)
    assert town.card(card).tellable
    restore(town, town.agent, card, then, version=6)
    assert town.card(card).tellable


def test_taking_an_edit_back_shows_residents_nothing_that_was_internal(town: Town, card: int) -> None:
    town.perform(town.agent, type="edit_card", card=card, version=1, tellable=False, body="<p>Le code est 4711.</p>")
    town.perform(town.agent, type="edit_card", card=card, version=2, body="<p>Sur rendez-vous.</p>")
    edit = town.seq
    town.perform(town.agent, type="edit_card", card=card, version=3, tellable=True)
    town.perform(town.agent, type="undo_change", seq=edit)
    assert "4711" in town.card(card).body_html
    assert not town.card(card).tellable
    town.perform(town.agent, type="undo_change", seq=town.seq)
    assert ("4711" in town.card(card).body_html, town.card(card).tellable) == (False, True)

"""Undo: restores the earlier state, needs the right to the inverse, and is refused after later changes."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import pytest

from boards import perform as perform_module
from boards.commands import undo
from boards.commands.base import Command
from boards.commands.reassign_service import ReassignService
from boards.database import now, read_session
from boards.errors import Forbidden, NotFound, Refusal
from boards.models import Card, Column, Person
from boards.scope import Scope
from tests.town import Town

CARD = ("title", "body_html", "body_text", "valid_until", "column_id", "rank")
COLUMN = ("title", "kind", "hue", "service_id", "rank", "rights")


def undo_last(town: Town, actor: int | None = None, **fields: Any) -> int:
    """Undo the latest change and return the seq of the undo."""
    seq = town.seq
    town.perform(actor or town.agent, type="undo_change", seq=seq, **fields)
    return seq


def refusal(town: Town, actor: int, seq: int, **fields: Any) -> str:
    before = (town.seq, len(town.log))
    with pytest.raises(Refusal) as refused:
        town.perform(actor, type="undo_change", seq=seq, **fields)
    assert (town.seq, len(town.log)) == before
    return refused.value.code


def state(row: Card | Column) -> dict[str, Any]:
    names = CARD if isinstance(row, Card) else COLUMN
    return {name: getattr(row, name) for name in names} | {"archived": row.archived_at is not None}


@pytest.fixture
def card(town: Town) -> int:
    return town.add_card("Un", body="<p>Avant</p>", valid_until="2030-01-01")


@pytest.mark.parametrize(
    "command",
    [
        {"type": "edit_card", "version": 1, "title": "Deux"},
        {"type": "edit_card", "version": 1, "body": "<p>Après <strong>coup</strong></p>", "valid_until": None},
        {"type": "move_card", "column": "free"},
        {"type": "move_card", "column": "service", "after": None},
        {"type": "archive_card"},
    ],
)
def test_a_card_is_as_it_was_and_undoing_that_does_it_again(town: Town, card: int, command: dict[str, Any]) -> None:
    town.add_card("Au-dessus", after=None)
    where = {"column": getattr(town, command["column"])} if "column" in command else {}
    before = state(town.card(card))
    town.perform(town.agent, **{**command, **where}, card=card)
    after = state(town.card(card))
    assert after != before
    for expected in (before, after, before):
        undone = undo_last(town)
        assert state(town.card(card)) == expected
        assert (town.log[-1].type, town.log[-1].record["undoes"]) == ("change_undone", undone)


@pytest.mark.parametrize(
    "command",
    [
        {"type": "edit_column", "title": "Autre", "hue": 3, "kind": "service", "service": "ccas"},
        {"type": "move_column", "after": None},
        {"type": "archive_column"},
        {"type": "set_rights", "readers": "none", "agents": "comment", "services": {"1": "edit"}},
    ],
)
def test_a_column_is_as_it_was_and_undoing_that_does_it_again(town: Town, command: dict[str, Any]) -> None:
    town.add_card(column=town.free)
    given: dict[str, Any] = {"service": town.ccas} if "service" in command else {}
    if "services" in command:
        given = {"services": {str(town.ccas): "edit"}}
    before = state(town.column(town.free))
    town.perform(town.facilitator, **{**command, **given}, column=town.free)
    after = state(town.column(town.free))
    assert after != before
    for expected in (before, after):
        undo_last(town, town.facilitator)
        assert state(town.column(town.free)) == expected


def test_a_new_card_and_a_new_column_are_archived(town: Town, card: int) -> None:
    undo_last(town)
    assert town.card(card).archived_at is not None
    undo_last(town)
    assert town.card(card).archived_at is None
    column = next(iter(town.perform(town.facilitator, type="add_column", title="Neuve", kind="free").columns))
    undo_last(town, town.facilitator)
    assert town.column(column).archived_at is not None


def test_redoing_an_archive_uses_the_current_date(town: Town, card: int) -> None:
    town.perform(town.agent, type="archive_card", card=card)
    first = town.card(card).archived_at
    undo_last(town)
    undo_last(town)
    again = town.card(card).archived_at
    assert first
    assert again
    assert again > first


def test_an_edit_taken_back_is_an_edit(town: Town, card: int) -> None:
    town.perform(town.agent, type="edit_card", card=card, version=1, title="Deux")
    undo_last(town, town.facilitator)
    row = town.card(card)
    assert (row.version, row.edited_by_id, row.title) == (3, town.facilitator, "Un")


def test_other_fields_of_the_same_card_are_left_as_they_are(town: Town, card: int) -> None:
    town.perform(town.agent, type="edit_card", card=card, version=1, title="Deux")
    edited = town.seq
    town.perform(town.facilitator, type="edit_card", card=card, version=2, body="<p>Autre</p>")
    town.perform(town.facilitator, type="move_card", card=card, column=town.free)
    town.perform(town.agent, type="undo_change", seq=edited)
    row = town.card(card)
    assert (row.title, row.body_html, row.column_id) == ("Un", "<p>Autre</p>", town.free)


def test_a_move_goes_back_while_somebody_edits(town: Town, card: int) -> None:
    town.perform(town.agent, type="move_card", card=card, column=town.free)
    moved = town.seq
    town.perform(town.facilitator, type="edit_card", card=card, version=1, title="Réécrite")
    town.perform(town.agent, type="undo_change", seq=moved)
    row = town.card(card)
    assert (row.column_id, row.title, row.version) == (town.service, "Réécrite", 2)


def test_an_undone_move_goes_behind_the_card_that_took_its_place(town: Town) -> None:
    one, two, _three = (town.add_card(title) for title in ("Un", "Deux", "Trois"))
    rank = town.card(two).rank
    town.perform(town.agent, type="move_card", card=two, column=town.free)
    moved = town.seq
    assert town.card(town.add_card("Quatre", after=one)).rank == rank
    town.perform(town.agent, type="undo_change", seq=moved)
    assert town.titles(town.service) == ["Un", "Quatre", "Deux", "Trois"]


@pytest.mark.parametrize(
    ("done", "since"),
    [
        ({"type": "edit_card", "version": 1, "title": "Deux"}, {"type": "edit_card", "version": 2, "title": "Trois"}),
        ({"type": "move_card", "column": "free"}, {"type": "move_card", "column": "service"}),
        ({"type": "archive_card"}, {"type": "restore_card"}),
    ],
)
def test_a_change_altered_since_is_not_undone(
    town: Town, card: int, done: dict[str, Any], since: dict[str, Any]
) -> None:
    for command in (done, since):
        where = {"column": getattr(town, command["column"])} if "column" in command else {}
        town.perform(town.facilitator, **{**command, **where}, card=card)
    assert refusal(town, town.facilitator, town.seq - 1) == "changed_since"


def test_a_new_card_somebody_wrote_in_since_is_not_put_away(town: Town, card: int) -> None:
    added = town.seq
    town.perform(town.facilitator, type="edit_card", card=card, version=1, title="Complétée")
    assert refusal(town, town.agent, added) == "changed_since"


def test_a_new_column_that_holds_cards_is_not_put_away(town: Town) -> None:
    column = next(iter(town.perform(town.facilitator, type="add_column", title="Neuve", kind="free").columns))
    added = town.seq
    town.add_card(column=column)
    assert refusal(town, town.facilitator, added) == "changed_since"


def test_two_facilitators_at_work_in_one_row_of_rights(town: Town) -> None:
    town.perform(town.facilitator, type="set_rights", column=town.free, agents="comment")
    mine = town.seq
    town.perform(
        town.facilitator, type="set_rights", column=town.free, readers="none", services={str(town.ccas): "edit"}
    )
    town.perform(town.facilitator, type="undo_change", seq=mine)
    assert town.column(town.free).rights == {"readers": "none", "services": {str(town.ccas): "edit"}}
    town.perform(town.facilitator, type="set_rights", column=town.free, readers="read")
    assert refusal(town, town.facilitator, mine + 1) == "changed_since"


def test_undo_is_refused_while_the_card_or_its_column_is_archived(town: Town, card: int) -> None:
    town.perform(town.agent, type="edit_card", card=card, version=1, title="Deux")
    edited = town.seq
    town.perform(town.agent, type="archive_card", card=card)
    archived = town.seq
    assert refusal(town, town.agent, edited) == "card_archived"
    town.perform(town.facilitator, type="archive_column", column=town.service)
    assert refusal(town, town.agent, archived) == "column_archived"
    town.perform(town.facilitator, type="restore_column", column=town.service)
    town.perform(town.agent, type="undo_change", seq=archived)
    town.perform(town.agent, type="undo_change", seq=edited)
    town.perform(town.agent, type="move_card", card=card, column=town.free)
    moved = town.seq
    town.perform(town.facilitator, type="archive_column", column=town.service)
    assert refusal(town, town.agent, moved) == "column_archived"


def test_a_change_of_nothing_an_import_and_a_merge_cannot_be_taken_back(town: Town, card: int) -> None:
    town.perform(town.agent, type="move_card", card=card, column=town.service, after=card)
    assert refusal(town, town.agent, town.seq) == "cannot_undo"
    perform_module.perform(town.facilitator, town.board, ReassignService(service=town.ccas, to=town.mediatheque))
    assert refusal(town, town.facilitator, town.seq) == "cannot_undo"


class ArchiveAll(Command):
    """Archive several cards in one command."""

    event_type: ClassVar = "all_archived"
    type: Literal["archive_all"] = "archive_all"

    def apply(self, scope: Scope) -> None:
        for card in scope.session.query(Card).filter_by(board_id=scope.board.id):
            card.archived_at = scope.now
            scope.touch(card)


def test_several_things_at_once_are_taken_back_together_or_not_at_all(
    town: Town, card: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = town.add_card("Deux", column=town.free)
    perform_module.perform(town.facilitator, town.board, ArchiveAll())
    monkeypatch.setattr(undo, "UNDONE_AT_MOST", 1)
    assert refusal(town, town.agent, town.seq) == "cannot_undo"
    monkeypatch.undo()
    undo_last(town)
    assert [town.card(id).archived_at for id in (card, other)] == [None, None]
    undo_last(town)
    town.perform(town.agent, type="restore_card", card=other)
    assert refusal(town, town.agent, town.seq - 1) == "changed_since"
    assert town.card(card).archived_at is not None


def test_an_unknown_seq_and_another_boards(town: Town, card: int) -> None:
    assert refusal(town, town.facilitator, town.seq + 5) == "change_not_found"
    with pytest.raises(NotFound):
        town.perform(town.facilitator, board=town.other_board, type="undo_change", seq=town.seq)


def test_both_ends_of_a_move_and_the_rights_of_its_inverse(town: Town, card: int) -> None:
    town.perform(town.facilitator, type="move_card", card=card, column=town.free)
    moved = town.seq
    with pytest.raises(Forbidden):
        town.perform(town.colleague, type="undo_change", seq=moved)  # may edit where it stands, not where it stood
    with pytest.raises(Forbidden):
        town.perform(town.reader, type="undo_change", seq=moved)
    town.perform(town.agent, type="undo_change", seq=moved)
    town.perform(town.facilitator, type="move_column", column=town.free, after=None)
    assert refusal(town, town.agent, town.seq) == "may_not_arrange"
    town.perform(town.facilitator, type="set_rights", column=town.free, readers="edit")
    assert refusal(town, town.agent, town.seq) == "may_not_arrange"


def test_one_may_take_back_ones_own_suggestion_and_not_anothers(town: Town) -> None:
    town.add_card("Idée", column=town.suggestions, actor=town.agent)
    assert refusal(town, town.colleague, town.seq) == "may_not_edit"
    undo_last(town, town.agent)


def test_changes_of_unreadable_cards_are_not_found(town: Town) -> None:
    """This holds for the card's present column, its earlier column, and its earlier text."""
    town.perform(town.facilitator, type="set_rights", column=town.guide, agents="none")
    card = town.add_card("Secret", column=town.guide, actor=town.facilitator)
    added = town.seq
    town.perform(town.facilitator, type="edit_card", card=card, version=1, title="Nom de code")
    town.perform(town.facilitator, type="edit_card", card=card, version=2, title="Public")
    edited = town.seq
    assert {refusal(town, town.agent, seq) for seq in (added, edited)} == {"change_not_found"}
    town.perform(town.facilitator, type="move_card", card=card, column=town.free)
    town.perform(town.facilitator, type="edit_card", card=card, version=3, title="Très public")
    latest = town.seq
    assert {refusal(town, town.agent, seq) for seq in (added, edited - 1, edited, edited + 1)} == {"change_not_found"}
    assert refusal(town, town.agent, latest, first=edited) == "change_not_found"
    town.perform(town.agent, type="undo_change", seq=latest)
    assert town.card(card).title == "Public"


def test_edits_in_a_row_are_taken_back_as_one(town: Town, card: int) -> None:
    first = town.seq + 1
    town.perform(town.agent, type="edit_card", card=card, version=1, title="Deux")
    town.perform(town.agent, type="edit_card", card=card, version=2, body="<p>Milieu</p>")
    town.perform(town.facilitator, type="move_card", card=card, column=town.free)
    town.perform(town.agent, type="edit_card", card=card, version=3, title="Trois", body="<p>Fin</p>")
    undo_last(town, first=first)
    row = town.card(card)
    assert (row.title, row.body_html, row.column_id) == ("Un", "<p>Avant</p>", town.free)
    undo_last(town)
    assert town.card(card).title == "Trois"


def test_edits_that_are_not_one_persons_are_not_taken_back_as_one(town: Town, card: int) -> None:
    first = town.seq + 1
    town.perform(town.agent, type="edit_card", card=card, version=1, title="Deux")
    town.perform(town.facilitator, type="edit_card", card=card, version=2, body="<p>Milieu</p>")
    town.perform(town.agent, type="edit_card", card=card, version=3, title="Trois")
    last = town.seq
    assert refusal(town, town.agent, last, first=first) == "cannot_undo"
    assert refusal(town, town.agent, last, first=first - 1) == "cannot_undo"
    assert refusal(town, town.agent, last, first=last + 1) == "cannot_undo"
    town.perform(town.agent, type="move_card", card=card, column=town.free)
    assert refusal(town, town.agent, town.seq, first=last) == "cannot_undo"


def test_a_column_that_comes_back_brings_its_cards(town: Town, card: int) -> None:
    town.perform(town.facilitator, type="archive_column", column=town.service)
    seq = town.seq
    committed = town.perform(town.facilitator, type="undo_change", seq=seq)
    assert set(committed.cards) == {card}


def test_undo_can_be_checked_without_applying_it(town: Town, card: int) -> None:
    before = town.seq
    board = town.fresh_board()
    for who, expected in ((town.agent, True), (town.colleague, False), (town.reader, False)):
        offered = undo.undoable(
            Scope(read_session(), read_session().get_one(Person, who), board, now()), {before: None}
        )
        assert offered == ({before} if expected else set())
    assert town.seq == before
    assert town.card(card).archived_at is None

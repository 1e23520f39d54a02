"""Permanent deletion: after thirty days in the archive, by facilitators, of rows and texts alike."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update

from app.audit import log as audit_log
from app.audit.models import AuditEntry
from boards.commands.deletion import without_texts
from boards.commands.reversal import alters_text
from boards.database import db, now, read_session, write_transaction
from boards.errors import Conflict, Forbidden, NotFound, Refusal
from boards.history.feed import history
from boards.log.change_log import changes_after
from boards.log.time_travel import board_as_it_was
from boards.models import Card, Column, Person
from boards.models.personal import CardRead
from boards.models.suggestion import Reply, Vote
from tests.town import Town

SECRET = "Zanzibar"  # said nowhere else


def long_ago(row: type[Card | Column], id: int, days: float = 30) -> None:
    """Set the archiving date so many days back."""
    with write_transaction() as session:
        session.execute(update(row).where(row.id == id).values(archived_at=now() - timedelta(days=days)))


@pytest.fixture
def card(town: Town) -> int:
    """Create a card edited, moved, and archived thirty days ago."""
    card = town.add_card(f"{SECRET} un", body=f"<p>{SECRET} deux</p>")
    town.perform(
        town.agent, type="edit_card", card=card, version=1, title=f"{SECRET} trois", body=f"<p>{SECRET} quatre</p>"
    )
    town.perform(town.agent, type="move_card", card=card, column=town.free)
    town.perform(town.agent, type="archive_card", card=card)
    long_ago(Card, card)
    return card


@pytest.fixture
def column(town: Town) -> int:
    """Create a column with two cards, one moved on; archived thirty days ago."""
    committed = town.perform(town.facilitator, type="add_column", title=f"{SECRET} colonne", kind="free")
    column = next(iter(committed.columns))
    town.add_card(f"{SECRET} reste", column=column)
    moved = town.add_card("Passagère", column=column)
    town.perform(town.agent, type="move_card", card=moved, column=town.service)
    town.perform(town.facilitator, type="archive_column", column=column)
    long_ago(Column, column)
    return column


def refusal(town: Town, who: int, **command: Any) -> Refusal:
    before = town.seq
    with pytest.raises(Refusal) as refused:
        town.perform(who, **command)
    assert town.seq == before
    return refused.value


def whole_log(town: Town) -> str:
    return json.dumps([change.record for change in town.log], ensure_ascii=False)


def test_the_row_and_every_word_of_it_are_gone(town: Town, card: int) -> None:
    assert SECRET in whole_log(town)
    committed = town.perform(town.facilitator, type="erase_card", card=card)
    assert committed.cards == {card: None}
    assert SECRET not in whole_log(town)
    assert read_session().get(Card, card) is None
    assert town.log[-1].record["cards"][str(card)]["before"].keys() == {"column_id", "rank", "archived_at", "origin"}


def test_a_column_goes_with_its_cards_and_what_left_it_in_time_stays(town: Town, column: int) -> None:
    town.perform(town.facilitator, type="erase_column", column=column)
    assert town.titles(town.service) == ["Passagère"]
    assert read_session().get(Column, column) is None
    assert SECRET not in whole_log(town)
    assert "Passagère" in whole_log(town)


def test_a_column_of_too_many_cards_is_refused_whole(town: Town, column: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("boards.commands.deletion.ERASED_AT_MOST", 0)
    refused = refusal(town, town.facilitator, type="erase_column", column=column)
    assert (refused.code, refused.facts) == ("too_many_to_erase", {"held": 1, "at_most": 0})
    assert read_session().get(Column, column) is not None


@pytest.mark.sqlite
def test_no_trace_is_left_in_the_file(town: Town, card: int, tmp_path: Path) -> None:
    town.perform(town.facilitator, type="erase_card", card=card)
    db.session.rollback()
    with db.engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    assert SECRET.encode() not in (tmp_path / "flash-news.sqlite3").read_bytes()


def test_dependent_rows_are_erased_with_the_card(town: Town, card: int) -> None:
    with write_transaction() as session:
        session.add_all(
            [
                Vote(person_id=town.agent, card_id=card),
                CardRead(person_id=town.agent, card_id=card, version=1, at=now()),
                Reply(card_id=card, author_id=town.agent, text=SECRET),
            ]
        )
    town.perform(town.facilitator, type="erase_card", card=card)
    assert [read_session().query(model).count() for model in (Vote, CardRead, Reply)] == [0, 0, 0]


def test_a_suggestion_that_it_answered_is_without_answer_and_everybody_hears_of_it(town: Town, card: int) -> None:
    asked = town.add_card("Demande", column=town.suggestions)
    with write_transaction() as session:
        session.get_one(Card, asked).answer_id = card
    committed = town.perform(town.facilitator, type="erase_card", card=card)
    assert committed.cards.keys() == {card, asked}
    assert town.card(asked).answer_id is None
    assert town.log[-1].record["cards"][str(asked)] == {"before": {"answer_id": card}, "after": {"answer_id": None}}


@pytest.mark.parametrize(("rows", "model"), [("card", Card), ("column", Column)])
def test_only_objects_archived_for_thirty_days_are_erased(
    town: Town, card: int, column: int, rows: str, model: type[Card | Column]
) -> None:
    id = card if rows == "card" else column
    named: dict[str, Any] = {rows: id}
    long_ago(model, id, days=29.99)
    refused = refusal(town, town.facilitator, type=f"erase_{rows}", **named)
    assert refused.code == "too_early_to_erase"
    assert refused.facts["erasable_from"][:10] == (now() + timedelta(days=0.01)).isoformat()[:10]
    town.perform(town.facilitator, type=f"restore_{rows}", **named)
    assert refusal(town, town.facilitator, type=f"erase_{rows}", **named).code == f"{rows}_not_archived"


def test_only_facilitators_erase_and_invisible_cards_are_not_found(town: Town, card: int, column: int) -> None:
    for who in (town.agent, town.colleague, town.reader):
        assert isinstance(refusal(town, who, type="erase_card", card=card), Forbidden)
        assert isinstance(refusal(town, who, type="erase_column", column=column), Forbidden)
    town.perform(town.facilitator, type="set_rights", column=town.free, agents="none", readers="none")
    assert isinstance(refusal(town, town.agent, type="erase_card", card=card), NotFound)
    assert isinstance(refusal(town, town.facilitator, type="erase_card", card=987654), NotFound)
    assert isinstance(refusal(town, town.facilitator, board=town.other_board, type="erase_card", card=card), NotFound)


def test_sent_twice_it_happens_once_and_there_is_nothing_to_erase_again(town: Town, card: int) -> None:
    first = town.perform(town.facilitator, "k", type="erase_card", card=card)
    again = town.perform(town.facilitator, "k", type="erase_card", card=card)
    assert (again.seq, again.cards) == (first.seq, {card: None})
    assert isinstance(refusal(town, town.facilitator, type="erase_card", card=card), NotFound)


def test_latecomers_get_its_removal_and_others_get_nothing(town: Town, card: int, column: int) -> None:
    before = town.seq - 9
    town.perform(town.facilitator, type="set_rights", column=town.free, readers="none")
    town.perform(town.facilitator, type="erase_card", card=card)
    town.perform(town.facilitator, type="erase_column", column=column)
    missed = changes_after(read_session(), town.fresh_board(), before).changes
    assert missed is not None
    agent, reader = (read_session().get_one(Person, who).audience for who in (town.agent, town.reader))
    assert [change.visible_to(agent).cards for change in missed if change.type == "card_erased"] == [{card: None}]
    assert [change.visible_to(reader).type for change in missed if change.type == "card_erased"] == ["unseen"]
    for audience in (agent, reader):
        assert [change.visible_to(audience).columns for change in missed if change.type == "column_erased"] == [
            {column: None}
        ]


def test_its_changes_cannot_be_undone_and_the_reason_is_given(town: Town, card: int, column: int) -> None:
    of_card = [change.seq for change in town.log if str(card) in change.record["cards"]]
    of_column = [change.seq for change in town.log if str(column) in change.record["columns"]]
    moved = next(change.seq for change in reversed(town.log) if change.type == "card_moved")
    town.perform(town.facilitator, type="erase_card", card=card)
    town.perform(town.facilitator, type="erase_column", column=column)
    for seq in (*of_card, *of_column, moved):
        assert refusal(town, town.facilitator, type="undo_change", seq=seq).code == "erased_since"
    for seq in (town.seq, town.seq - 1):
        assert refusal(town, town.facilitator, type="undo_change", seq=seq).code == "cannot_undo"


def test_its_past_is_gone_and_the_rest_of_the_past_is_not(town: Town, card: int, column: int) -> None:
    then = next(change.seq for change in town.log if change.type == "column_archived") - 1
    town.perform(town.facilitator, type="erase_card", card=card)
    town.perform(town.facilitator, type="erase_column", column=column)
    past = board_as_it_was(read_session(), read_session().get_one(Person, town.facilitator), town.fresh_board(), then)
    assert column not in past.cards
    assert [card.title for card in past.cards[town.service]] == ["Passagère"]
    assert past.cards[town.free] == []


def test_the_history_tells_that_it_was_erased_and_where_it_stood(town: Town, card: int, column: int) -> None:
    town.perform(town.facilitator, type="erase_card", card=card)
    town.perform(town.facilitator, type="erase_column", column=column)

    def told(who: int) -> list[tuple[str, str, str | None]]:
        entries = history(read_session(), read_session().get_one(Person, who), town.fresh_board()).entries
        return [
            (each.what, each.title, each.source.title if each.source else None)
            for entry in entries
            for each in entry.told
        ]

    assert told(town.facilitator)[:2] == [("column_erased", "", None), ("erased", "", "Free")]
    assert told(town.agent)[0] == ("erased", "", "Free")
    assert "Zanzibar" not in str(told(town.facilitator))
    town.perform(town.facilitator, type="set_rights", column=town.free, agents="none")
    assert "erased" not in {what for what, *_rest in told(town.agent)}


def test_the_log_still_says_who_did_what_when(town: Town, card: int) -> None:
    before = [(change.seq, change.type, change.actor_id, change.at, change.key) for change in town.log]
    town.perform(town.facilitator, type="erase_card", card=card)
    assert [(change.seq, change.type, change.actor_id, change.at, change.key) for change in town.log][:-1] == before
    edits = [change.record["cards"][str(card)] for change in town.log if str(card) in change.record["cards"]]
    assert not any(alters_text(altered) for altered in edits if altered["before"] is not None)
    assert [altered["after"].get("column_id") for altered in edits] == [
        town.service,
        town.service,
        town.free,
        town.free,
        None,
    ]


def test_the_administrative_log_has_who_and_when_without_content(town: Town, card: int, column: int) -> None:
    town.perform(town.facilitator, type="erase_card", card=card)
    town.perform(town.facilitator, type="erase_column", column=column)
    entries = read_session().scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.action, entry.subject, entry.actor_id, entry.facts) for entry in entries] == [
        ("card_erased", "Accueil", town.facilitator, {"change": town.seq - 1}),
        ("column_erased", "Accueil", town.facilitator, {"change": town.seq}),
    ]


@pytest.fixture
def hidden(town: Town) -> int:
    """Create a column only facilitators read, with a card moved in and one that stayed, archived thirty days ago."""
    committed = town.perform(town.facilitator, type="add_column", title=SECRET, kind="free")
    column = next(iter(committed.columns))
    town.perform(town.facilitator, type="set_rights", column=column, agents="none", readers="none")
    card = town.add_card(SECRET, column=column, actor=town.facilitator)
    town.perform(town.facilitator, type="edit_card", card=card, version=1, title=f"{SECRET} deux")
    town.perform(town.facilitator, type="edit_column", column=column, title=f"{SECRET} trois")
    town.perform(town.facilitator, type="archive_column", column=column)
    long_ago(Column, column)
    return column


@pytest.mark.parametrize("who", ["agent", "reader"])
def test_hidden_content_stays_hidden_once_erased(town: Town, hidden: int, who: str) -> None:
    town.perform(town.facilitator, type="erase_column", column=hidden)
    first = next(change.seq for change in town.log if str(hidden) in change.record["columns"])
    missed = changes_after(read_session(), town.fresh_board(), first - 1).changes
    assert missed is not None
    person = read_session().get_one(Person, getattr(town, who))
    seen = [change.visible_to(person.audience) for change in missed]
    assert {(change.type, change.actor) for change in seen} == {("unseen", None)}
    assert [change.cards for change in seen] == [{}] * len(seen)
    assert [id for change in seen for id, column in change.columns.items() if column is not None] == []
    assert seen[-1].columns == {hidden: None}, "a page that still shows it loses it"
    for seq in range(first, town.seq + 1):
        assert refusal(town, person.id, type="undo_change", seq=seq).code == "change_not_found"


def test_changes_of_a_lost_column_look_like_empty_ticks(town: Town) -> None:
    town.perform(town.facilitator, type="set_rights", column=town.free, agents="none")
    lost = read_session().get_one(Person, town.agent)
    missed = changes_after(read_session(), town.fresh_board(), town.seq - 1).changes or []
    assert [(change.type, change.columns) for change in (each.visible_to(lost.audience) for each in missed)] == [
        ("unseen", {town.free: None})
    ]
    assert refusal(town, town.agent, type="undo_change", seq=town.seq).code == "change_not_found"


def test_facilitators_still_see_erasures(town: Town, hidden: int) -> None:
    town.perform(town.facilitator, type="erase_column", column=hidden)
    missed = changes_after(read_session(), town.fresh_board(), town.seq - 2).changes or []
    everything = read_session().get_one(Person, town.facilitator).audience
    assert [change.visible_to(everything).type for change in missed] == ["column_archived", "column_erased"]


def test_a_short_text_cannot_be_guessed_from_the_log(town: Town) -> None:
    digests = {change.seq: change.digest for change in town.log}
    asked: dict[str, Any] = {"type": "add_card", "column": town.service, "title": "Oui"}
    card = next(iter(town.perform(town.agent, "offline", **asked).cards))
    town.perform(town.agent, "edit", type="edit_card", card=card, version=1, title="Non")
    kept = town.perform(town.agent, "kept", type="add_card", column=town.service, title="Autre").seq
    digests[kept] = next(change.digest for change in town.log if change.seq == kept)
    town.perform(town.agent, type="archive_card", card=card)
    long_ago(Card, card)
    town.perform(town.facilitator, type="erase_card", card=card)
    assert {change.seq: change.digest for change in town.log if change.seq in digests} == digests
    assert {
        change.digest for change in town.log if str(card) in change.record["cards"] and change.type != "card_erased"
    } == {""}
    assert [change.key for change in town.log if change.key] == ["offline", "edit", "kept"]
    with pytest.raises(Conflict) as again:
        town.perform(town.agent, "offline", **asked)
    assert again.value.code == "key_reused"
    assert town.titles(town.service) == ["Autre"]


def test_the_administrative_log_forgets_the_title_of_an_erased_column(town: Town) -> None:
    committed = town.perform(town.facilitator, type="add_column", title=SECRET, kind="free")
    column = next(iter(committed.columns))
    town.perform(town.facilitator, type="set_rights", column=column, agents="read")
    town.perform(town.facilitator, type="edit_column", column=column, title=f"{SECRET} deux")
    town.perform(town.facilitator, type="set_rights", column=column, readers="none")
    town.perform(town.facilitator, type="set_rights", column=town.free, readers="none")
    with write_transaction() as session:  # as a board that begins with rights has it
        audit_log.record(session, "rights_changed", f"{SECRET} deux", actor=town.facilitator, rights={"agents": "read"})
    town.perform(town.facilitator, type="archive_column", column=column)
    long_ago(Column, column)
    town.perform(town.facilitator, type="erase_column", column=column)
    entries = read_session().scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    rights = [(entry.subject, entry.facts.get("column")) for entry in entries if entry.action == "rights_changed"]
    assert rights == [("", column), ("", column), ("Free", town.free), ("", None)]
    assert SECRET not in str([(entry.subject, entry.facts) for entry in entries])


class _OnlyLookedUp(dict[int, int]):
    """Mapping that fails when iterated over."""

    def __iter__(self) -> Iterator[int]:
        raise AssertionError


def test_redacting_a_change_does_not_depend_on_the_number_of_erased_cards() -> None:
    """Erasing a large column redacts nearly every change of a long log."""
    homes = _OnlyLookedUp({1: 7, 2: 7, 3: 7})
    altered = {"before": {"column_id": 5, "title": SECRET}, "after": {"column_id": 7, "title": SECRET}}
    bare = without_texts({"cards": {"2": altered, "9": altered}, "columns": {}}, homes, set())
    assert bare["cards"] == {"2": {"before": {"column_id": 5}, "after": {"column_id": 7}}, "9": altered}
    assert homes[2] == 5

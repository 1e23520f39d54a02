"""The history lists changes, grouped and limited to the columns a person may read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from app.history.labels import EVENT_LABELS
from app.history.views import KIND_WORDS
from boards.commands.undo import alterations
from boards.database import db, now, read_session, write_transaction
from boards.errors import Refusal
from boards.history import feed as history_feed
from boards.history.activity import MAX_NAMED_CARDS
from boards.history.feed import HistoryEntry, HistoryFilters, HistoryPage, history
from boards.models import Card, Change, Person
from boards.perform import perform
from boards.scope import Scope
from tests.boards.commands.test_undo import ArchiveAll
from tests.town import Town


def told(town: Town, who: int, card: int | None = None, **options: Any) -> list[HistoryEntry]:
    board = town.fresh_board()
    row = read_session().get_one(Card, card) if card else None
    return history(read_session(), read_session().get_one(Person, who), board, card=row, **options).entries


def what(entries: list[HistoryEntry]) -> list[str]:
    return [each.what for entry in entries for each in entry.told]


@pytest.fixture
def card(town: Town) -> int:
    return town.add_card("Un", body="<p>Ouvert mardi</p>")


def later(town: Town, seq: int, minutes: int) -> None:
    """Move change `seq` and those after it so many minutes later."""
    with write_transaction() as session:
        for change in session.query(Change).filter(Change.board_id == town.board, Change.seq >= seq):
            change.at += timedelta(minutes=minutes)


def test_a_card_from_its_beginning_newest_first(town: Town, card: int) -> None:
    town.perform(town.facilitator, type="edit_card", card=card, version=1, title="Deux")
    town.perform(town.agent, type="move_card", card=card, column=town.free)
    town.perform(town.agent, type="undo_change", seq=town.seq)
    town.perform(town.agent, type="archive_card", card=card)
    town.add_card("Une autre")
    entries = told(town, town.agent, card)
    assert what(entries) == ["archived", "moved", "moved", "edited", "added"]
    assert [entry.undoes for entry in entries] == [None, entries[2].seq, None, None, None]
    edit = entries[3]
    assert edit.actor is not None
    assert (edit.actor.id, edit.told[0].before, edit.told[0].after) == (
        town.facilitator,
        {"title": "Un"},
        {"title": "Deux"},
    )
    assert [entry.told[0].title for entry in entries] == ["Deux", "Deux", "Deux", "Deux", "Un"]


def test_edits_of_one_person_within_ten_minutes_are_one_and_undone_as_one(town: Town, card: int) -> None:
    first = town.seq + 1
    town.perform(town.agent, type="edit_card", card=card, version=1, title="Deux")
    town.add_card("Pendant ce temps", actor=town.facilitator, column=town.free)
    town.perform(town.agent, type="edit_card", card=card, version=2, title="Trois", body="<p>Fermé</p>")
    (edit, _added) = told(town, town.agent, card)
    assert (edit.first, edit.seq, edit.may_undo) == (first, town.seq, True)
    assert edit.told[0].before == {"title": "Un", "body_html": "<p>Ouvert mardi</p>"}
    assert edit.told[0].after == {"title": "Trois", "body_html": "<p>Fermé</p>"}
    assert what(told(town, town.agent)) == ["edited", "added", "added", *["column_added"] * 4]
    town.perform(town.agent, type="undo_change", seq=edit.seq, first=edit.together)
    assert town.card(card).title == "Un"


def test_edits_apart_in_time_or_by_others_or_with_a_move_between_stay_apart(town: Town, card: int) -> None:
    town.perform(town.agent, type="edit_card", card=card, version=1, title="Deux")
    town.perform(town.agent, type="edit_card", card=card, version=2, title="Trois")
    later(town, town.seq, 11)
    town.perform(town.facilitator, type="edit_card", card=card, version=3, title="Quatre")
    town.perform(town.agent, type="edit_card", card=card, version=4, title="Cinq")
    town.perform(town.agent, type="move_card", card=card, column=town.free)
    town.perform(town.agent, type="edit_card", card=card, version=5, title="Six")
    assert what(told(town, town.agent, card)) == ["edited", "moved", "edited", "edited", "edited", "edited", "added"]


def test_an_earlier_stay_in_an_unreadable_column_is_not_listed(town: Town) -> None:
    town.perform(town.facilitator, type="set_rights", column=town.guide, agents="none")
    card = town.add_card("Nom de code", column=town.guide, actor=town.facilitator)
    town.perform(town.facilitator, type="edit_card", card=card, version=1, title="Public", body="<p>secret</p>")
    town.perform(town.facilitator, type="move_card", card=card, column=town.free)
    town.perform(town.facilitator, type="edit_card", card=card, version=2, body="<p>dit</p>")
    town.perform(town.facilitator, type="move_card", card=card, column=town.service)
    town.perform(town.facilitator, type="move_card", card=card, column=town.guide)
    town.perform(town.facilitator, type="edit_card", card=card, version=3, title="Nouveau nom de code")
    entries = told(town, town.agent)
    assert what(entries)[:4] == ["left", "moved", "edited", "arrived"]
    left, _moved, edited, arrived = (entry.told[0] for entry in entries[:4])
    assert (left.target, arrived.source) == (None, None)
    assert {each.title for each in (left, edited, arrived)} == {"Public"}
    assert "code" not in str(entries)
    assert not any(each.what == "added" and each.id == card for entry in entries for each in entry.told)
    assert what(told(town, town.facilitator))[:4] == ["edited", "moved", "moved", "edited"]


def test_hidden_columns_and_rights_are_not_told_to_those_who_may_not_know(town: Town) -> None:
    town.perform(town.facilitator, type="set_rights", column=town.guide, agents="none")
    town.perform(town.facilitator, type="edit_column", column=town.guide, title="Cachée")
    town.perform(town.facilitator, type="set_rights", column=town.free, readers="comment")
    assert what(told(town, town.facilitator)) == ["rights_set", "column_edited", "rights_set", *["column_added"] * 4]
    assert what(told(town, town.agent)) == ["column_added"] * 3


def test_undo_is_offered_only_where_it_is_allowed(town: Town, card: int) -> None:
    town.perform(town.agent, type="edit_card", card=card, version=1, title="Deux")
    assert [entry.may_undo for entry in told(town, town.agent, card)] == [True, False]
    assert [entry.may_undo for entry in told(town, town.colleague, card)] == [False, False]
    assert [entry.may_undo for entry in told(town, town.agent, card, acts=False)] == [False, False]


def test_filters(town: Town, card: int) -> None:
    town.perform(town.facilitator, type="move_card", card=card, column=town.free)
    town.perform(town.facilitator, type="set_rights", column=town.free, readers="comment")
    town.perform(town.agent, type="edit_card", card=card, version=1, title="Deux")

    def asking(**asked: Any) -> list[str]:
        return what(told(town, town.facilitator, asked=HistoryFilters(**asked)))

    assert asking(person=town.agent) == ["edited", "added"]
    assert asking(column=town.service) == ["moved", "added", "column_added"]
    assert asking(column=town.free) == ["edited", "rights_set", "moved", "column_added"]
    assert asking(kind="moved") == ["moved"]
    assert asking(kind="rights", person=town.agent) == []


def test_pages_follow_each_other_without_gap_or_repetition(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_feed, "HISTORY_PAGE_SIZE", 4)
    for number in range(7):
        card = town.add_card(f"Carte {number}")
        town.perform(town.agent, type="edit_card", card=card, version=1, title=f"Info {number}")
    whole, before = [], None
    person = read_session().get_one(Person, town.reader)
    while True:
        page = history(read_session(), person, town.fresh_board(), before=before)
        whole += [(entry.seq, entry.told[0].title) for entry in page.entries]
        before = page.older
        if before is None:
            break
        assert len(page.entries) == 4
    assert [seq for seq, _title in whole] == list(range(town.seq, 0, -1))
    assert [title for _seq, title in whole[:4]] == ["Info 6", "Carte 6", "Info 5", "Carte 5"]
    monkeypatch.setattr(history_feed, "SCANNED_AT_MOST", 3)
    page = history(read_session(), person, town.fresh_board(), asked=HistoryFilters(kind="columns"))
    assert (page.entries, page.older) == ([], town.seq - 2)


def test_a_large_change_names_some_of_its_cards(town: Town) -> None:
    cards = [town.add_card(f"Carte {number}") for number in range(MAX_NAMED_CARDS + 2)]
    town.perform(town.facilitator, type="archive_column", column=town.service)
    perform(town.facilitator, town.board, ArchiveAll())
    entry = told(town, town.agent)[0]
    assert (len(entry.told), entry.more, entry.may_undo) == (MAX_NAMED_CARDS, True, False)
    town.perform(town.facilitator, type="restore_column", column=town.service)
    town.perform(town.agent, type="undo_change", seq=entry.seq)
    assert [town.card(card).archived_at for card in cards] == [None] * len(cards)


def one_of_each(town: Town) -> list[str]:
    """Return the kind of the latest change in the facilitator's history."""
    return what(told(town, town.facilitator))[:1]


def test_suggestion_steps_kinds_votes_and_replies_are_listed(town: Town) -> None:
    card = town.add_card("Afficher les tarifs", column=town.suggestions)
    town.perform(town.agent, type="set_suggestion", card=card, suggestion="request", asked=town.mediatheque)
    town.perform(town.colleague, type="vote_card", card=card, on=True)
    town.perform(town.colleague, type="vote_card", card=card, on=False)
    town.perform(town.colleague, type="reply", card=card, text="Bonne idée")
    town.perform(town.facilitator, type="set_status", card=card, status="studied")
    town.perform(town.facilitator, type="set_status", card=card, status="declined", note="Trop cher")
    entries = told(town, town.reader, asked=HistoryFilters(kind="suggestions"))
    assert what(entries) == ["status_set", "status_set", "replied", "vote_withdrawn", "vote_cast", "suggestion_set"]
    decline, _step, reply, _withdrawn, vote, kind = (entry.told[0] for entry in entries)
    assert (decline.before, decline.after) == (
        {"status": "studied", "note": ""},
        {"status": "declined", "note": "Trop cher"},
    )
    assert (reply.before, vote.before, vote.after) == ({}, {"votes": 0}, {"votes": 1})
    assert kind.after == {"suggestion": "request", "asked_id": town.mediatheque}


def test_an_answer_is_told_of_both_cards(town: Town) -> None:
    card = town.add_card("Quels tarifs\u202f?", column=town.suggestions, suggestion="request", asked=town.ccas)
    town.perform(town.agent, type="publish_answer", card=card, column=town.service, title="Les tarifs")
    assert {(each.what, each.title) for each in told(town, town.reader)[0].told} == {
        ("added", "Les tarifs"),
        ("status_set", "Quels tarifs\u202f?"),
    }


def test_changes_of_several_cards_columns_and_the_board_have_their_own_entries(town: Town) -> None:
    cards = [town.add_card(title) for title in ("Un", "Deux", "Trois")]
    town.perform(town.agent, type="move_cards", cards=cards[:2], column=town.free)
    assert what(told(town, town.agent))[:2] == ["moved", "moved"]
    town.perform(town.facilitator, type="split_column", column=town.free, cards=cards[:1], title="À part")
    assert one_of_each(town) == ["column_split"]
    town.perform(town.facilitator, type="merge_column", column=town.free, into=town.service)
    merged = told(town, town.agent)[0].told[0]
    assert (merged.what, merged.source and merged.source.title, merged.target and merged.target.title) == (
        "column_merged",
        "Free",
        "Service",
    )
    town.perform(town.facilitator, type="edit_board", title="Nouveau nom")
    renamed = told(town, town.reader)[0].told[0]
    assert (renamed.what, renamed.title, renamed.before) == ("board_edited", "Nouveau nom", {"title": "Accueil"})
    rule = town.add_card("Règle", column=town.guide, actor=town.facilitator)
    town.perform(town.facilitator, type="require_reading", card=rule, required=True)
    assert one_of_each(town) == ["reading_required"]
    town.perform(town.facilitator, type="archive_cards", cards=[rule, cards[2]])
    assert what(told(town, town.reader))[:2] == ["archived", "archived"]


def test_an_earlier_text_taken_up_is_told_as_such_and_offered_where_it_differs(town: Town, card: int) -> None:
    town.perform(town.agent, type="edit_card", card=card, version=1, title="Deux")
    town.perform(town.facilitator, type="edit_card", card=card, version=2, title="Trois")
    assert [entry.may_restore for entry in told(town, town.agent, card)] == [False, True, True]
    assert [entry.may_restore for entry in told(town, town.reader, card)] == [False, False, False]
    town.perform(town.agent, type="restore_text", card=card, version=3, seq=town.seq - 1)
    entries = told(town, town.agent, card)
    assert what(entries) == ["text_restored", "edited", "edited", "added"]
    assert [entry.may_restore for entry in entries] == [False, True, False, True]
    assert (entries[0].told[0].before, entries[0].told[0].after) == ({"title": "Trois"}, {"title": "Deux"})


def test_every_change_type_belongs_to_a_filter() -> None:
    assert set().union(*history_feed.HISTORY_KINDS.values()) == EVENT_LABELS.keys()


@pytest.mark.parametrize("kind", history_feed.HISTORY_KINDS)
def test_every_entry_has_a_label(kind: str) -> None:
    assert history_feed.HISTORY_KINDS[kind] <= EVENT_LABELS.keys()
    assert kind in KIND_WORDS


def queries(town: Town, **options: Any) -> tuple[int, HistoryPage]:
    """Return the number of statements a page takes, and the page."""
    board, person = town.fresh_board(), read_session().get_one(Person, town.agent)
    card = read_session().get_one(Card, options.pop("card")) if "card" in options else None
    assert person.services
    sent: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        page = history(read_session(), person, board, card=card, **options)
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    return len(sent), page


def honest(town: Town, page: HistoryPage) -> bool:
    """Check that undo is offered for exactly the changes that could be undone, and for some at all."""
    scope = Scope(read_session(), read_session().get_one(Person, town.agent), town.fresh_board(), now())

    def could(entry: HistoryEntry) -> bool:
        try:
            return bool(alterations(scope, entry.seq, entry.together))
        except Refusal:
            return False

    offered = [entry.may_undo for entry in page.entries]
    return offered == [could(entry) for entry in page.entries] and any(offered)


def there_and_back(town: Town, cards: list[int], times: int) -> None:
    for number in range(times):
        home = (town.free, town.service)[number % 2]
        town.perform(town.agent, type="move_cards", cards=cards, column=home)


@pytest.mark.parametrize("size", [1, 8, 60])
def test_the_number_of_queries_does_not_depend_on_the_length_of_the_page(town: Town, size: int) -> None:
    cards = [town.add_card(f"Carte {number}") for number in range(size)]
    start = town.seq
    there_and_back(town, cards, 5)
    few, page = queries(town, asked=HistoryFilters(kind="moved"))
    assert len(page.entries) == 5
    assert honest(town, page)
    there_and_back(town, cards, 25)
    many, page = queries(town, asked=HistoryFilters(kind="moved"))
    assert (len(page.entries), page.entries[-1].seq) == (30, start + 1)
    assert honest(town, page)
    assert many == few
    assert many <= 12
    of_card, page = queries(town, card=cards[-1])
    assert len(page.entries) == 30
    assert of_card <= many


def test_edits_and_columns_by_different_people_take_few_queries_too(town: Town) -> None:
    for number in range(30):
        card = town.add_card(f"Carte {number}", column=town.free, actor=(town.agent, town.colleague)[number % 2])
        town.perform(town.agent, type="edit_card", card=card, version=1, title=f"Autre {number}")
        town.perform(town.agent, type="edit_card", card=card, version=2, title=f"Encore {number}")
    count, page = queries(town)
    assert len(page.entries) == 30
    assert honest(town, page)
    assert {entry.together is not None for entry in page.entries} == {True, False}
    assert count <= 12


def test_a_large_change_is_offered_to_those_who_could_take_it_back(town: Town) -> None:
    cards = [town.add_card(f"Carte {number}") for number in range(60)]
    town.perform(town.agent, type="move_cards", cards=cards, column=town.service)
    offered = {who: told(town, who)[0].may_undo for who in (town.facilitator, town.agent, town.colleague, town.reader)}
    assert offered == {town.facilitator: True, town.agent: True, town.colleague: False, town.reader: False}
    town.perform(town.facilitator, type="merge_column", column=town.service, into=town.free)
    merged = {who: told(town, who)[0].may_undo for who in (town.facilitator, town.agent)}
    assert merged == {town.facilitator: True, town.agent: False}
    town.perform(town.facilitator, type="undo_change", seq=town.seq)
    assert [entry.may_undo for entry in told(town, town.facilitator)[:2]] == [True, False]

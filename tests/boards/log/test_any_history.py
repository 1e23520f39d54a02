"""Property test: replaying changes onto an old page gives the fresh page, ranks stay ordered and the log is exact."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, update

from app.board.rendering import serialize_change
from boards import rights
from boards.clock import today
from boards.commands.scheduled import ExpireCards, PublishCards
from boards.database import db, now, read_session, write_transaction
from boards.directory import make_default
from boards.errors import Conflict, Invalid, NotFound, Refusal
from boards.labels import Label
from boards.log.change_log import CommittedChange, changes_after
from boards.log.time_travel import board_as_it_was
from boards.models import Card, Change, Column, Person
from boards.models.suggestion import Reply, Vote
from boards.perform import perform_scheduled
from boards.queries import find_board, load_cards, snapshot
from tests.clock import Clock
from tests.town import Town, found_town

LEVELS = tuple(rights.LEVELS)
PEOPLE = ("facilitator", "agent", "colleague", "reader")
WATCHERS = ("agent", "colleague", "reader")  # the facilitator sees everything, as the log itself does
TITLES = st.text(alphabet="aé<&\u202e ", min_size=0, max_size=8)
Place = dict[str, Any]
Page = tuple[dict[int, Place], dict[int, Place]]  # columns, cards


class BrowserBoard:
    """Model a page as the browser keeps it: its rendered state, with each change applied in turn."""

    def __init__(self, town: Town, who: str) -> None:
        self.who = who
        self.seq, self.columns, self.cards = fresh_page(town, who)
        self.title = town.fresh_board().title

    def apply(self, change: dict[str, Any]) -> None:
        for id, column in change["columns"].items():
            self.columns.pop(int(id), None)
            if column is None:
                self.cards = {card: place for card, place in self.cards.items() if place["column"] != int(id)}
            else:
                self.columns[int(id)] = {name: column[name] for name in ("rank", "kind", "title", "hue", "level")}
        for id, card in change["cards"].items():
            self.cards.pop(int(id), None)
            if card is not None and card["column"] in self.columns:
                self.cards[int(id)] = card
        self.title = change.get("board", {}).get("title", self.title)
        self.seq = change["seq"]


def fresh_page(town: Town, who: str) -> tuple[int, dict[int, Place], dict[int, Place]]:
    """Return the board as this person would load it now: seq, columns with level, cards with fragments."""
    board = town.fresh_board()
    person = read_session().get_one(Person, getattr(town, who))
    seen = snapshot(read_session(), find_board(read_session(), person, board.id), person)
    columns = {
        column.id: {
            "rank": column.rank,
            "kind": column.kind,
            "title": column.title,
            "hue": column.hue,
            "level": rights.level(person, column).word,
        }
        for column in seen.columns
    }
    cards = load_cards(read_session(), (key.id for keys in seen.cards.values() for key in keys))
    whole = CommittedChange(board.id, seen.seq, "", None, board.created_at, {card.id: card for card in cards}, {})
    shown = serialize_change(whole, person.audience, "fr")["cards"]
    return seen.seq, columns, {int(id): card for id, card in shown.items()}


def as_it_was(town: Town, person: Person, seq: int) -> Page:
    """Rebuild the board at `seq` from the log, in the form of a page."""
    past = board_as_it_was(read_session(), person, town.fresh_board(), seq)
    columns = {
        column.id: {name: getattr(column, name) for name in ("rank", "kind", "title", "hue")}
        | {"level": rights.level(person, column).word}
        for column in past.columns
    }
    cards: dict[int, Card | None] = {card.id: card for each in past.cards.values() for card in each}
    shown = serialize_change(CommittedChange(town.board, seq, "", None, now(), cards, {}), person.audience, "fr")[
        "cards"
    ]
    return columns, {int(id): card for id, card in shown.items()}


def recorded(cards: dict[int, Place]) -> dict[int, Place]:
    """Drop data the log does not keep: label names and colours, and the seq of a card's latest news."""
    passing = r'<ul class="labels".*?</ul>| data-(labels|news|signalled(-by)?)="[^"]*"| data-bare'
    return {id: {**card, "html": re.sub(passing, "", card["html"])} for id, card in cards.items()}


class AnyHistory(RuleBasedStateMachine):
    """Run random commands by random people on one board; one page follows live, one catches up at times."""

    town: Town
    clock: Clock

    def __init__(self) -> None:
        super().__init__()
        self.followers = [BrowserBoard(self.town, who) for who in WATCHERS]
        self.latecomers = [BrowserBoard(self.town, who) for who in WATCHERS]
        self.acknowledged: dict[str, int] = {}
        self.log_at_start = len(self.town.log)
        self.sent: list[tuple[int, str, dict[str, Any], int]] = []
        self.pages_then: dict[int, dict[str, Page]] = {}
        self.keep_pages()
        with write_transaction() as session:
            make_default(session, self.town.other_board)  # so that this one may be archived

    @rule(who=st.sampled_from(PEOPLE), where=st.integers(0, 5), title=TITLES, after=st.integers(-2, 6))
    def add_card(self, who: str, where: int, title: str, after: int) -> None:
        self.send(
            who, type="add_card", column=self.some_column(where), title=title, **self.some_after(after, self.card_ids())
        )

    @rule(who=st.sampled_from(PEOPLE), which=st.integers(0, 9), where=st.integers(0, 5), after=st.integers(-2, 9))
    def move_card(self, who: str, which: int, where: int, after: int) -> None:
        card, column = self.some_card(which), self.some_column(where)
        self.send(who, type="move_card", card=card, column=column, **self.some_after(after, self.card_ids()))

    @rule(who=st.sampled_from(PEOPLE), which=st.integers(0, 9), title=TITLES, stale=st.booleans())
    def edit_card(self, who: str, which: int, title: str, stale: bool) -> None:
        card = self.some_card(which)
        row = read_session().get(Card, card, populate_existing=True)
        version = (row.version if row else 1) + stale
        self.send(who, type="edit_card", card=card, version=version, title=title, body=f"<p>{title}</p>")

    @rule(
        who=st.sampled_from(PEOPLE),
        which=st.integers(0, 9),
        where=st.integers(0, 5),
        new=st.booleans(),
        shown_in=st.sampled_from([None, -1, 0, 1, 3]),
        ends_in=st.sampled_from([None, -1, 0, 2, 40]),
        fields=st.sampled_from([{}, {"tellable": False}, {"internal_note": "À taire"}, {"title": "Brouillon"}]),
    )
    def give_dates(
        self,
        who: str,
        which: int,
        where: int,
        new: bool,
        shown_in: int | None,
        ends_in: int | None,
        fields: dict[str, Any],
    ) -> None:
        days = {"visible_from": shown_in, "valid_until": ends_in}
        dates = {
            name: None if day is None else (today() + timedelta(days=day)).isoformat() for name, day in days.items()
        }
        card = self.some_card(which)
        row = read_session().get(Card, card, populate_existing=True)
        if new:
            self.send(
                who, type="add_card", column=self.some_column(where), **{"title": "Pour plus tard", **dates, **fields}
            )
        else:
            self.send(who, type="edit_card", card=card, version=row.version if row else 1, **dates, **fields)

    @rule(who=st.sampled_from(PEOPLE), which=st.integers(0, 9))
    def mend_silently(self, who: str, which: int) -> None:
        card = self.some_card(which)
        row = read_session().get(Card, card, populate_existing=True)
        self.send(
            who, type="edit_card", card=card, version=row.version if row else 1, body="<p>Corrigé</p>", silent=True
        )

    @rule(who=st.sampled_from(PEOPLE), which=st.integers(0, 9))
    def confirm_card(self, who: str, which: int) -> None:
        self.send(who, type="confirm_card", card=self.some_card(which))

    @rule(
        later=st.sampled_from([0, 1, 1, 2, 60]),
        command=st.sampled_from([PublishCards, ExpireCards]),
        at_most=st.integers(1, 3),
    )
    def days_pass(self, later: int, command: type[PublishCards | ExpireCards], at_most: int) -> None:
        """Run scheduled work that is due; some of it may be left for the next time."""
        self.clock.advance(timedelta(days=later))
        db.session.rollback()
        with suppress(Conflict):  # nothing is due
            self.tell(perform_scheduled(self.town.board, command(at_most=at_most)))

    @rule(who=st.sampled_from(PEOPLE), which=st.integers(0, 9), type=st.sampled_from(["archive_card", "restore_card"]))
    def put_card_away_or_back(self, who: str, which: int, type: str) -> None:
        self.send(who, type=type, card=self.some_card(which))

    @rule(
        who=st.sampled_from(PEOPLE),
        title=TITLES,
        kind=st.sampled_from(["service", "guide", "suggestions", "free", "?"]),
        after=st.integers(-2, 6),
    )
    def add_column(self, who: str, title: str, kind: str, after: int) -> None:
        self.send(who, type="add_column", title=title, kind=kind, **self.some_after(after, self.column_ids()))

    @rule(who=st.sampled_from(PEOPLE), which=st.integers(0, 5), after=st.integers(-2, 6))
    def move_column(self, who: str, which: int, after: int) -> None:
        self.send(who, type="move_column", column=self.some_column(which), **self.some_after(after, self.column_ids()))

    @rule(who=st.sampled_from(PEOPLE), which=st.integers(0, 5), hue=st.integers(-1, 360), title=TITLES)
    def edit_column(self, who: str, which: int, hue: int, title: str) -> None:
        self.send(who, type="edit_column", column=self.some_column(which), hue=hue, title=title)

    @rule(
        who=st.sampled_from(PEOPLE), which=st.integers(0, 5), type=st.sampled_from(["archive_column", "restore_column"])
    )
    def put_column_away_or_back(self, who: str, which: int, type: str) -> None:
        self.send(who, type=type, column=self.some_column(which))

    @rule(
        who=st.sampled_from(PEOPLE),
        which=st.integers(0, 5),
        agents=st.sampled_from([None, *LEVELS]),
        readers=st.sampled_from([None, "none", "edit"]),
        service=st.sampled_from([None, "none", "contribute"]),
    )
    def set_rights(self, who: str, which: int, agents: str | None, readers: str | None, service: str | None) -> None:
        services = {str(self.town.ccas): service}
        self.send(
            who, type="set_rights", column=self.some_column(which), agents=agents, readers=readers, services=services
        )

    @rule(
        who=st.sampled_from(PEOPLE),
        which=st.sets(st.integers(0, 9), min_size=1, max_size=4),
        where=st.integers(0, 5),
        after=st.integers(-2, 9),
    )
    def move_cards(self, who: str, which: set[int], where: int, after: int) -> None:
        cards = sorted({self.some_card(each) for each in which}, reverse=after % 2 == 0)
        self.send(
            who,
            type="move_cards",
            cards=cards,
            column=self.some_column(where),
            **self.some_after(after, self.card_ids()),
        )

    @rule(who=st.sampled_from(PEOPLE), which=st.sets(st.integers(0, 9), min_size=1, max_size=3))
    def archive_cards(self, who: str, which: set[int]) -> None:
        self.send(who, type="archive_cards", cards=sorted({self.some_card(each) for each in which}))

    @rule(who=st.sampled_from(PEOPLE), which=st.integers(0, 5), into=st.integers(0, 5))
    def merge_column(self, who: str, which: int, into: int) -> None:
        self.send(who, type="merge_column", column=self.some_column(which), into=self.some_column(into))

    @rule(who=st.sampled_from(PEOPLE), which=st.sets(st.integers(0, 9), min_size=1, max_size=2), title=TITLES)
    def split_column(self, who: str, which: set[int], title: str) -> None:
        """Split off cards that are contiguous, or not."""
        cards = sorted({self.some_card(each) for each in which})
        row = read_session().get(Card, cards[0], populate_existing=True)
        self.send(
            who, type="split_column", column=row.column_id if row else self.some_column(0), cards=cards, title=title
        )

    @rule(
        which=st.integers(0, 5),
        service=st.sampled_from(["ccas", "mediatheque", None]),
        kind=st.sampled_from(["service", "free"]),
    )
    def give_to_another_service(self, which: int, service: str | None, kind: str) -> None:
        chosen = getattr(self.town, service) if service else None
        self.send("facilitator", type="edit_column", column=self.some_column(which), kind=kind, service=chosen)

    @rule(
        who=st.sampled_from(PEOPLE),
        which=st.integers(0, 12),
        required=st.booleans(),
        asked=st.sampled_from([None, "ccas", "?"]),
    )
    def require_reading(self, who: str, which: int, required: bool, asked: str | None) -> None:
        services = {"services": [getattr(self.town, asked, 987_654)]} if asked else {}
        self.send(who, type="require_reading", card=self.some_card(which), required=required, **services)

    @rule(
        who=st.sampled_from(PEOPLE),
        which=st.integers(0, 12),
        on=st.booleans(),
        hours=st.sampled_from([None, -1, 1, 30, 200]),
    )
    def flash_card(self, who: str, which: int, on: bool, hours: int | None) -> None:
        until = {"until": (now() + timedelta(hours=hours)).isoformat()} if hours else {}
        self.send(who, type="flash_card", card=self.some_card(which), on=on, **until)

    @rule(who=st.sampled_from(PEOPLE), title=TITLES, behind=st.integers(-1, 1))
    def edit_board(self, who: str, title: str, behind: int) -> None:
        version = {} if behind < 0 else {"version": self.town.fresh_board().version + behind}
        self.send(who, type="edit_board", title=title, **version)

    @rule(archiver=st.sampled_from(PEOPLE), restorer=st.sampled_from(PEOPLE), where=st.integers(0, 5))
    def archive_board_and_restore_it(self, archiver: str, restorer: str, where: int) -> None:
        """Check that an archived board refuses commands and is visible to facilitators only, then restore it."""
        self.send(archiver, type="archive_board")
        if self.town.fresh_board().archived_at is not None:
            before = self.town.seq
            self.send("facilitator", type="add_card", column=self.some_column(where), title="Trop tard")
            assert self.town.seq == before
            for who in WATCHERS:
                with pytest.raises(NotFound):
                    find_board(read_session(), read_session().get_one(Person, getattr(self.town, who)), self.town.board)
        self.send(restorer, type="restore_board")
        if self.town.fresh_board().archived_at is not None:
            self.send("facilitator", type="restore_board")

    @rule(who=st.sampled_from(PEOPLE), which=st.integers(0, 9), back=st.integers(0, 20), stale=st.booleans())
    def restore_text(self, who: str, which: int, back: int, stale: bool) -> None:
        card = self.some_card(which)
        row = read_session().get(Card, card, populate_existing=True)
        version = (row.version if row else 1) + stale
        self.send(who, type="restore_text", card=card, version=version, seq=max(1, self.town.seq - back))

    @rule(
        who=st.sampled_from(["facilitator", "agent"]),
        rows=st.sampled_from(["card", "card", "column"]),
        which=st.integers(0, 9),
    )
    def erase(self, who: str, rows: str, which: int) -> None:
        """Erase objects archived long enough, with an invented archiving date."""
        model: type[Card | Column] = Card if rows == "card" else Column
        put_away = (
            read_session()
            .query(model.id)
            .filter(model.board_id == self.town.board, model.archived_at.is_not(None))
            .order_by(model.id)
            .all()
        )
        id = put_away[which % len(put_away)][0] if put_away else self.some_card(which)
        with write_transaction() as session:
            session.execute(
                update(model)
                .where(model.id == id, model.archived_at.is_not(None))
                .values(archived_at=now() - timedelta(days=31))
            )
        self.send(who, type=f"erase_{rows}", **{rows: id})

    @rule(who=st.sampled_from(PEOPLE), back=st.integers(0, 40))
    def the_past_is_what_the_page_was(self, who: str, back: int) -> None:
        """Compare past pages in columns still readable, without erased objects."""
        board, person = self.town.fresh_board(), read_session().get_one(Person, getattr(self.town, who))
        columns = {
            column.id
            for column in read_session().query(Column).filter_by(board_id=board.id)
            if rights.may_read(person, column)
        }
        cards = {
            card.id
            for card in read_session().query(Card)
            if not card.is_scheduled or rights.may_place(person, card, self.home_of(card))
        }
        seq = sorted(self.pages_then)[-1 - back % len(self.pages_then)]
        then = self.pages_then[seq][who]
        expected = {id: column for id, column in then[0].items() if id in columns}
        was = as_it_was(self.town, person, seq)
        shown = {id: card for id, card in then[1].items() if id in cards and card["column"] in expected}
        assert (was[0], recorded(was[1])) == (expected, recorded(shown))

    @rule(
        who=st.sampled_from(PEOPLE),
        title=TITLES,
        suggestion=st.sampled_from(["improvement", "request"]),
        asked=st.sampled_from(["ccas", "mediatheque", None]),
    )
    def suggest(self, who: str, title: str, suggestion: str, asked: str | None) -> None:
        service = {"asked": getattr(self.town, asked)} if asked else {}
        self.send(who, type="add_card", column=self.town.suggestions, title=title, suggestion=suggestion, **service)

    @rule(who=st.sampled_from(PEOPLE), which=st.integers(0, 9), asked=st.sampled_from(["ccas", "mediatheque", None]))
    def set_suggestion(self, who: str, which: int, asked: str | None) -> None:
        kind = {"suggestion": "request", "asked": getattr(self.town, asked)} if asked else {"suggestion": "improvement"}
        self.send(who, type="set_suggestion", card=self.some_card(which), **kind)

    @rule(
        who=st.sampled_from(PEOPLE),
        which=st.integers(0, 9),
        status=st.sampled_from(["studied", "accepted", "declined", "done"]),
        note=st.sampled_from(["", "Voilà"]),
        answer=st.sampled_from([None, None, 0, 3]),
    )
    def set_status(self, who: str, which: int, status: str, note: str, answer: int | None) -> None:
        shown = {} if answer is None else {"answer": self.some_card(answer)}
        self.send(who, type="set_status", card=self.some_card(which), status=status, note=note, **shown)

    @rule(who=st.sampled_from(PEOPLE), which=st.integers(0, 9), where=st.integers(0, 5), title=TITLES)
    def publish_answer(self, who: str, which: int, where: int, title: str) -> None:
        self.send(who, type="publish_answer", card=self.some_card(which), column=self.some_column(where), title=title)

    @rule(who=st.sampled_from(PEOPLE), which=st.integers(0, 9), on=st.booleans())
    def vote_card(self, who: str, which: int, on: bool) -> None:
        self.send(who, type="vote_card", card=self.some_card(which), on=on)

    @rule(who=st.sampled_from(PEOPLE), which=st.integers(0, 9), text=TITLES)
    def reply(self, who: str, which: int, text: str) -> None:
        self.send(who, type="reply", card=self.some_card(which), text=text)

    @rule(who=st.sampled_from(PEOPLE), reply=st.integers(1, 4))
    def withdraw_reply(self, who: str, reply: int) -> None:
        self.send(who, type="withdraw_reply", reply=reply)

    @invariant()
    def as_many_votes_and_replies_are_counted_as_there_are(self) -> None:
        votes = dict(read_session().query(Vote.card_id, func.count()).group_by(Vote.card_id).all())
        replies = dict(
            read_session()
            .query(Reply.card_id, func.count())
            .filter(Reply.withdrawn_at.is_(None))
            .group_by(Reply.card_id)
            .all()
        )
        for card in read_session().query(Card.id, Card.votes, Card.replies):
            assert (card.votes, card.replies) == (votes.get(card.id, 0), replies.get(card.id, 0))

    @rule(
        who=st.sampled_from(PEOPLE),
        which=st.integers(0, 9),
        names=st.lists(st.sampled_from(["Été", "ETE", "Cœur", "", "Urgent", "École"]), max_size=5),
    )
    def set_labels(self, who: str, which: int, names: list[str]) -> None:
        self.send(who, type="set_labels", card=self.some_card(which), labels=names)

    @rule(
        who=st.sampled_from(["facilitator", "facilitator", "agent"]),
        which=st.integers(0, 3),
        into=st.integers(0, 3),
        what=st.sampled_from(
            [("edit_label", {"name": "Été"}), ("edit_label", {"hue": 40}), ("merge_labels", None), ("remove_label", {})]
        ),
    )
    def look_after_labels(self, who: str, which: int, into: int, what: tuple[str, dict[str, Any] | None]) -> None:
        type, fields = what
        others = {"into": self.some_label(into)} if fields is None else fields
        self.send(who, type=type, label=self.some_label(which), **others)

    @rule(who=st.sampled_from(PEOPLE), back=st.integers(0, 12), first=st.sampled_from([None, None, 0, 1, 3]))
    def undo_change(self, who: str, back: int, first: int | None) -> None:
        """Undo any change, from the latest back, whoever made it, including undos."""
        seq = max(1, self.town.seq - back)
        together = {} if first is None else {"first": max(1, seq - first)}
        self.send(who, type="undo_change", seq=seq, **together)

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 20))
    def send_again(self, which: int) -> None:
        """Resend the last command under its key, as after a lost answer."""
        actor, key, command, seq = self.sent[which % len(self.sent)]
        before = self.town.seq
        assert self.town.perform(actor, key, **command).seq == seq
        assert self.town.seq == before

    @rule()
    def latecomers_catch_up(self) -> None:
        missed = changes_after(read_session(), self.town.fresh_board(), self.latecomers[0].seq)
        for number, page in enumerate(self.latecomers):
            if missed.changes is None:
                self.latecomers[number] = BrowserBoard(self.town, page.who)
                continue
            for change in missed.changes:
                page.apply(self.as_seen(change, page.who))
            self.same_as_fresh(page)

    @invariant()
    def each_page_that_followed_is_the_fresh_page(self) -> None:
        for page in self.followers:
            self.same_as_fresh(page)

    @invariant()
    def ranks_are_distinct(self) -> None:
        for model, parent in ((Card, Card.column_id), (Column, Column.board_id)):
            pairs = read_session().query(parent, model.rank).all()
            assert len(set(pairs)) == len(pairs)

    @invariant()
    def every_acknowledged_command_is_in_the_log_once(self) -> None:
        keys = {change.key: change.seq for change in self.town.log[self.log_at_start :] if change.key is not None}
        assert keys == self.acknowledged
        assert [change.seq for change in self.town.log] == list(range(1, self.town.seq + 1))

    def send(self, who: str, **command: Any) -> None:
        actor, key, before = getattr(self.town, who), uuid.uuid4().hex, self.town.seq
        try:
            committed = self.town.perform(actor, key, **command)
        except (Refusal, Invalid):
            assert self.town.seq == before
            return
        assert committed.seq == before + 1
        self.acknowledged[key] = committed.seq
        self.sent.append((actor, key, command, committed.seq))
        self.tell(committed)

    def tell(self, committed: CommittedChange) -> None:
        for page in self.followers:
            page.apply(self.as_seen(committed, page.who))
        self.keep_pages()

    def keep_pages(self) -> None:
        """Store the current state of each page; followed pages are compared with fresh ones after each step."""
        seq, *page = fresh_page(self.town, "facilitator")
        self.pages_then[seq] = {"facilitator": (page[0], page[1])}
        for follower in self.followers:
            self.pages_then[seq][follower.who] = (dict(follower.columns), dict(follower.cards))

    def as_seen(self, change: CommittedChange, who: str) -> dict[str, Any]:
        return serialize_change(change, read_session().get_one(Person, getattr(self.town, who)).audience, "fr")

    def same_as_fresh(self, page: BrowserBoard) -> None:
        seq, columns, cards = fresh_page(self.town, page.who)
        assert (page.seq, page.columns, page.cards) == (seq, columns, cards)
        assert page.title == self.town.fresh_board().title

    def home_of(self, card: Card) -> Column:
        return read_session().get_one(Column, card.column_id)

    def card_ids(self) -> list[int]:
        return [id for (id,) in read_session().query(Card.id).order_by(Card.id)]

    def column_ids(self) -> list[int]:
        return [id for (id,) in read_session().query(Column.id).filter_by(board_id=self.town.board).order_by(Column.id)]

    def some_card(self, which: int) -> int:
        ids = self.card_ids()
        return ids[which % len(ids)] if ids else 999

    def some_label(self, which: int) -> int:
        ids = [id for (id,) in read_session().query(Label.id).order_by(Label.id)]
        return ids[which % len(ids)] if ids else 999

    def some_column(self, which: int) -> int:
        ids = self.column_ids()
        return ids[which % len(ids)]

    def some_after(self, after: int, ids: list[int]) -> Place:
        """Draw `after`: absent, null, or an id that may or may not exist."""
        if after == -2:
            return {}
        return {"after": None if after == -1 else ids[after % len(ids)] if ids else 999}


def test_the_page_and_its_changes_are_the_fresh_page(
    app: Flask, password_hash: str, empty_database: Callable[[], None], clock: Clock
) -> None:
    class Machine(AnyHistory):
        def __init__(self) -> None:
            db.session.rollback()
            empty_database()
            self.town, self.clock = found_town(password_hash), clock
            app.extensions["card_fragments"].clear()
            super().__init__()

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_replaying_the_log_gives_the_current_rows(town: Town) -> None:
    """Replay the recorded `after` of every change and compare with the rows, as history and undo rely on it."""
    card = town.add_card("Un", body="<p>a</p>")
    town.perform(town.agent, type="edit_card", card=card, version=1, title="Deux", valid_until="2031-01-02")
    town.perform(town.agent, type="move_card", card=card, column=town.free)
    town.perform(town.agent, type="archive_card", card=card)
    state: dict[str, Any] = {}
    for change in read_session().query(Change).order_by(Change.seq):
        for id, altered in change.record["cards"].items():
            if id == str(card):
                assert altered["before"] is None or altered["before"] == {
                    name: state[name] for name in altered["before"]
                }
                state |= altered["after"]
    row = town.card(card)
    assert (state["title"], state["valid_until"], state["column_id"], state["rank"]) == (
        "Deux",
        "2031-01-02",
        town.free,
        row.rank,
    )
    assert state["archived_at"] is not None

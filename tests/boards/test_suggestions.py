"""Suggestions: steps, votes, replies, answers and notices, with the people allowed to make or see each."""

from __future__ import annotations

from typing import Any

import pytest

from boards.commands import parse_command
from boards.database import now, read_session, write_transaction
from boards.directory import create_person, create_service
from boards.errors import Invalid, Refusal
from boards.models import Board, Person, Role, Service, Status, Suggestion
from boards.models.personal import Notice
from boards.models.suggestion import Reply, Vote
from boards.perform import perform
from boards.suggestions import (
    SuggestionQuery,
    answer_of,
    answered_by,
    has_unread,
    mark_notices_read,
    notices,
    open_requests,
    replies_to,
    suggestions,
    supports,
    unread_notices,
)
from tests.town import Town


def refusal(town: Town, actor: int, **command: Any) -> str:
    before = (town.seq, len(town.log))
    with pytest.raises(Refusal) as refused:
        town.perform(actor, **command)
    assert (town.seq, len(town.log)) == before
    return refused.value.code


def wrong_field(**command: Any) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        parse_command(command)
    return [(error.field, error.code) for error in refused.value.errors]


def person(town: Town, who: str) -> Person:
    read_session().rollback()
    return read_session().get_one(Person, getattr(town, who), populate_existing=True)


def take(town: Town, card: int, *steps: str, actor: int | None = None) -> None:
    """Take a suggestion through these steps, with any note each needs."""
    for step in steps:
        note: dict[str, Any] = {"note": "Voilà pourquoi."} if step in ("declined", "done") else {}
        town.perform(actor or town.facilitator, type="set_status", card=card, status=step, **note)


def told(town: Town, who: str) -> list[tuple[str, dict[str, Any]]]:
    """Return this person's notices, earliest first, without the actor."""
    found = read_session().query(Notice).filter_by(person_id=getattr(town, who)).order_by(Notice.id)
    return [(notice.what, {name: fact for name, fact in notice.facts.items() if name != "actor"}) for notice in found]


@pytest.fixture
def idea(town: Town) -> int:
    """Let the agent propose an improvement."""
    return town.add_card("Un filtre par date", column=town.suggestions)


@pytest.fixture
def request_(town: Town) -> int:
    """Let the agent send a request to the médiathèque."""
    return town.add_card("Horaires d’été ?", column=town.suggestions, suggestion="request", asked=town.mediatheque)


# --- kinds ---


def test_a_new_suggestion_is_an_improvement_or_a_request_to_a_service(town: Town, idea: int, request_: int) -> None:
    assert (town.card(idea).suggestion, town.card(idea).asked_id, town.card(idea).status) == (
        "improvement",
        None,
        "new",
    )
    assert (town.card(request_).suggestion, town.card(request_).asked_id) == ("request", town.mediatheque)
    after = town.log[-1].record["cards"][str(request_)]["after"]
    assert (after["suggestion"], after["asked_id"]) == ("request", town.mediatheque)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"suggestion": "request"}, [("asked", "asks_nobody")]),
        ({"suggestion": "improvement", "asked": 1}, [("asked", "not_a_request")]),
        ({"asked": 1}, [("asked", "not_a_request")]),
        ({"suggestion": "complaint"}, [("suggestion", "enum")]),
    ],
)
def test_a_request_asks_and_nothing_else_does(fields: dict[str, Any], wrong: list[tuple[str, str]]) -> None:
    assert wrong_field(type="add_card", column=1, title="Un", **fields) == wrong
    if "suggestion" in fields:
        assert wrong_field(type="set_suggestion", card=1, **fields) == wrong


def test_a_request_asks_a_service_in_use(town: Town, idea: int) -> None:
    with write_transaction() as session:
        session.get_one(Service, town.mediatheque).archived_at = now()
    for service in (town.mediatheque, 987_654):
        asking = {"suggestion": "request", "asked": service}
        assert (
            refusal(town, town.agent, type="add_card", column=town.suggestions, title="Et ?", **asking)
            == "service_not_found"
        )
        assert refusal(town, town.agent, type="set_suggestion", card=idea, **asking) == "service_not_found"


def test_elsewhere_a_card_is_no_suggestion(town: Town) -> None:
    card = town.add_card()
    assert (
        refusal(town, town.agent, type="add_card", column=town.free, title="Un", suggestion="improvement")
        == "not_a_suggestion"
    )
    for command in (
        {"type": "set_suggestion", "suggestion": "improvement"},
        {"type": "set_status", "status": "studied"},
        {"type": "publish_answer", "column": town.free, "title": "Réponse"},
        {"type": "vote_card", "on": True},
        {"type": "reply", "text": "Oui"},
    ):
        assert refusal(town, town.facilitator, card=card, **command) == "not_a_suggestion"
    town.perform(town.agent, type="move_card", card=card, column=town.suggestions)
    town.perform(town.colleague, type="vote_card", card=card, on=True)
    assert town.card(card).votes == 1


def test_the_author_and_who_edits_there_change_the_kind_while_it_is_open(town: Town, idea: int) -> None:
    town.perform(town.agent, type="set_suggestion", card=idea, suggestion="request", asked=town.ccas)
    assert town.log[-1].type == "suggestion_set"
    assert town.log[-1].record["cards"][str(idea)]["before"] == {"suggestion": "improvement", "asked_id": None}
    assert refusal(town, town.colleague, type="set_suggestion", card=idea, suggestion="improvement") == "may_not_edit"
    town.perform(town.facilitator, type="set_suggestion", card=idea, suggestion="improvement")
    assert (town.card(idea).suggestion, town.card(idea).asked_id) == ("improvement", None)
    assert told(town, "agent") == [("suggestion_set", {})]
    take(town, idea, "studied", "declined")
    assert refusal(town, town.agent, type="set_suggestion", card=idea, suggestion="improvement") == "suggestion_closed"


# --- steps ---


def test_it_goes_step_by_step(town: Town, idea: int) -> None:
    allowed = {
        ("new", "studied"),
        ("studied", "accepted"),
        ("studied", "declined"),
        ("accepted", "done"),
        ("accepted", "studied"),
        ("declined", "studied"),
    }
    ways = {"new": [], "studied": ["studied"], "accepted": ["studied", "accepted"], "declined": ["studied", "declined"]}
    ways["done"] = ["studied", "accepted", "done"]
    for start, way in ways.items():
        for goal in Status:
            card = town.add_card(column=town.suggestions)
            take(town, card, *way)
            if (start, goal) in allowed:
                take(town, card, goal)
                assert town.card(card).status == goal
                continue
            with pytest.raises(Refusal) as refused:
                take(town, card, goal)
            assert (refused.value.code, refused.value.facts) == ("status_jump", {"from": start, "to": goal})


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"status": "declined"}, [("note", "no_reason")]),
        ({"status": "declined", "note": " \n "}, [("note", "no_reason")]),
        ({"status": "done"}, [("note", "nothing_to_show")]),
        ({"status": "studied", "answer": 3}, [("answer", "not_done")]),
        ({"status": "declined", "note": "x" * 2001}, [("note", "too_long")]),
        ({"status": "studied", "note": "\x07"}, [("note", "bad_characters")]),
        ({"status": "lost"}, [("status", "enum")]),
    ],
)
def test_a_refusal_needs_a_reason_and_a_done_suggestion_shows_its_result(
    fields: dict[str, Any], wrong: list[tuple[str, str]]
) -> None:
    assert wrong_field(type="set_status", card=1, **fields) == wrong


def test_a_done_suggestion_links_a_readable_card(town: Town, idea: int) -> None:
    take(town, idea, "studied", "accepted")
    shown = town.add_card("Le filtre est là")
    elsewhere = next(
        iter(
            town.perform(town.facilitator, board=town.other_board, type="add_column", title="Ici", kind="free").columns
        )
    )
    foreign = next(
        iter(
            town.perform(
                town.facilitator, board=town.other_board, type="add_card", column=elsewhere, title="D’ailleurs"
            ).cards
        )
    )
    for absent in (987_654, foreign):
        assert (
            refusal(town, town.facilitator, type="set_status", card=idea, status="done", answer=absent)
            == "card_not_found"
        )
    town.perform(town.facilitator, type="set_status", card=idea, status="done", answer=shown)
    assert (town.card(idea).status, town.card(idea).answer_id) == ("done", shown)


def test_editors_decide_and_agents_of_the_asked_service_decide_on_requests(
    town: Town, idea: int, request_: int
) -> None:
    for actor in (town.agent, town.colleague, town.reader):
        assert refusal(town, actor, type="set_status", card=idea, status="studied") == "may_not_decide"
    for actor in (town.agent, town.reader):
        assert refusal(town, actor, type="set_status", card=request_, status="studied") == "may_not_decide"
    take(town, request_, "studied", actor=town.colleague)
    assert town.card(request_).status == "studied"
    town.perform(town.facilitator, type="set_rights", column=town.suggestions, agents="edit")
    take(town, idea, "studied", actor=town.colleague)


def test_an_archived_suggestion_takes_no_step(town: Town, idea: int) -> None:
    town.perform(town.facilitator, type="archive_card", card=idea)
    for command in (
        {"type": "set_status", "status": "studied"},
        {"type": "vote_card", "on": True},
        {"type": "reply", "text": "Oui"},
    ):
        assert refusal(town, town.facilitator, card=idea, **command) == "card_archived"


# --- support ---


def test_one_supports_once_and_may_withdraw_once(town: Town, idea: int) -> None:
    version = town.card(idea).version
    town.perform(town.colleague, type="vote_card", card=idea, on=True)
    town.perform(town.agent, type="vote_card", card=idea, on=True)
    assert refusal(town, town.agent, type="vote_card", card=idea, on=True) == "already_voted"
    assert town.card(idea).votes == read_session().query(Vote).filter_by(card_id=idea).count() == 2
    town.perform(town.agent, type="vote_card", card=idea, on=False)
    assert refusal(town, town.agent, type="vote_card", card=idea, on=False) == "not_voted"
    assert (town.card(idea).votes, town.card(idea).version) == (1, version)
    assert [change.type for change in town.log[-3:]] == ["vote_cast", "vote_cast", "vote_withdrawn"]
    assert supports(read_session(), person(town, "colleague"), town.card(idea))
    assert not supports(read_session(), person(town, "agent"), town.card(idea))


def test_the_same_vote_sent_again_counts_once(town: Town, idea: int) -> None:
    for _twice in range(2):
        town.perform(town.agent, "key", type="vote_card", card=idea, on=True)
    assert town.card(idea).votes == 1


def test_readers_neither_vote_nor_reply_and_closed_ones_take_no_votes(town: Town, idea: int) -> None:
    for command in ({"type": "vote_card", "on": True}, {"type": "reply", "text": "Oui"}):
        assert refusal(town, town.reader, card=idea, **command) == "may_not_comment"
    take(town, idea, "studied", "declined")
    assert refusal(town, town.agent, type="vote_card", card=idea, on=True) == "suggestion_closed"
    town.perform(town.agent, type="reply", card=idea, text="Dommage")


# --- replies ---


def test_replies_stand_in_their_order_and_the_log_never_has_their_text(town: Town, idea: int) -> None:
    town.perform(town.agent, type="reply", card=idea, text="Bonne\r\nidée  \x20")
    town.perform(town.colleague, type="reply", card=idea, text="Oui")
    first, second = replies_to(read_session(), town.card(idea))
    assert [(reply.text, reply.author and reply.author.name) for reply in (first, second)] == [
        ("Bonne\nidée", "Sonia Bernard"),
        ("Oui", "Léo Dumas"),
    ]
    assert (town.card(idea).replies, town.card(idea).version) == (2, 1)
    assert town.log[-1].record["reply"] == second.id
    assert "Oui" not in str([change.record for change in town.log])


def test_one_withdraws_ones_own_reply_and_a_facilitator_any(town: Town, idea: int) -> None:
    for actor in (town.agent, town.agent, town.colleague):
        town.perform(actor, type="reply", card=idea, text="Oui")
    mine, also_mine, theirs = (reply.id for reply in replies_to(read_session(), town.card(idea)))
    assert refusal(town, town.agent, type="withdraw_reply", reply=theirs) == "may_not_withdraw"
    town.perform(town.agent, type="withdraw_reply", reply=mine)
    assert refusal(town, town.agent, type="withdraw_reply", reply=mine) == "reply_withdrawn"
    town.perform(town.facilitator, type="withdraw_reply", reply=also_mine)
    assert (town.card(idea).replies, read_session().get_one(Reply, mine, populate_existing=True).text) == (1, "")
    assert refusal(town, town.agent, type="withdraw_reply", reply=987_654) == "reply_not_found"


@pytest.mark.parametrize(
    ("text", "code"), [("", "blank"), (" \n ", "blank"), ("x" * 4001, "too_long"), ("\x00", "bad_characters")]
)
def test_a_reply_has_a_minimum_and_a_maximum_length(text: str, code: str) -> None:
    assert wrong_field(type="reply", card=1, text=text) == [("text", code)]


# --- answers ---


def test_a_request_is_answered_by_a_card_and_both_are_linked(town: Town, request_: int) -> None:
    home = town.perform(
        town.facilitator, type="add_column", title="Médiathèque", kind="service", service=town.mediatheque
    )
    column = next(iter(home.columns))
    town.perform(
        town.colleague,
        type="publish_answer",
        card=request_,
        column=column,
        title="Horaires d’été",
        body="<p>De 9 h à 12 h.</p>",
    )
    row = town.card(request_)
    answer = town.card(row.answer_id or 0)
    assert (row.status, row.note, answer.title, answer.column_id, answer.author_id) == (
        "done",
        "",
        "Horaires d’été",
        column,
        town.colleague,
    )
    change = town.log[-1]
    assert (change.type, change.record["cards"][str(answer.id)]["before"]) == ("answer_published", None)
    assert change.record["cards"][str(request_)]["before"] == {"status": "new", "answer_id": None}
    assert [card.id for card in answered_by(read_session(), person(town, "reader"), answer)] == [request_]
    assert answer_of(read_session(), person(town, "reader"), row) is answer
    assert told(town, "agent") == [("answer_published", {})]
    again = {"type": "publish_answer", "card": request_, "column": column, "title": "Encore"}
    assert refusal(town, town.colleague, **again) == "suggestion_closed"


def test_only_an_asked_agent_with_the_right_to_add_answers(town: Town, idea: int, request_: int) -> None:
    answer = {"type": "publish_answer", "card": request_, "title": "Réponse"}
    assert refusal(town, town.agent, column=town.service, **answer) == "may_not_decide"
    assert refusal(town, town.colleague, column=town.service, **answer) == "may_not_add"
    assert (
        refusal(town, town.facilitator, type="publish_answer", card=idea, column=town.free, title="Réponse")
        == "not_a_request"
    )
    town.perform(town.facilitator, type="archive_column", column=town.free)
    assert refusal(town, town.colleague, column=town.free, **answer) == "column_archived"


def test_merged_services_hand_their_requests_on(town: Town, request_: int) -> None:
    from app.admin.service_admin import merge_services

    archived = town.add_card("Rangée", column=town.suggestions, suggestion="request", asked=town.mediatheque)
    town.perform(town.agent, type="archive_card", card=archived)
    merge_services(read_session(), town.mediatheque, town.ccas, person(town, "facilitator"))
    assert {town.card(card).asked_id for card in (request_, archived)} == {town.ccas}
    assert town.log[-1].record["cards"][str(request_)]["after"] == {"asked_id": town.ccas}


# --- being told ---


def test_the_author_is_told_of_each_step_by_others(town: Town, idea: int) -> None:
    take(town, idea, "studied", "declined", "studied", "accepted", "done")
    town.perform(town.colleague, type="reply", card=idea, text="Bravo")
    town.perform(town.agent, type="reply", card=idea, text="Merci")
    town.perform(town.colleague, type="vote_card", card=town.add_card(column=town.suggestions), on=True)
    steps = [("status_set", {"status": status}) for status in ("studied", "declined", "studied", "accepted", "done")]
    assert told(town, "agent") == [*steps, ("replied", {})]
    assert told(town, "colleague") == []
    mine = notices(read_session(), person(town, "agent"))
    assert [(each.notice.what, each.card.id, each.actor and each.actor.name) for each in mine[:2]] == [
        ("replied", idea, "Léo Dumas"),
        ("status_set", idea, "Élise Laurent"),
    ]
    assert unread_notices(read_session(), person(town, "agent")) == 6


def test_nobody_is_told_of_what_they_did_themselves_or_once_their_account_is_closed(town: Town) -> None:
    own = town.add_card(column=town.suggestions, actor=town.facilitator)
    take(town, own, "studied")
    assert told(town, "facilitator") == []
    idea = town.add_card(column=town.suggestions)
    with write_transaction() as session:
        session.get_one(Person, town.agent).disabled_at = now()
    take(town, idea, "studied")
    assert told(town, "agent") == []


def test_read_notices_stay_read(town: Town, idea: int, request_: int) -> None:
    for card in (idea, request_):
        take(town, card, "studied")
    agent = person(town, "agent")
    assert has_unread(read_session(), agent, town.card(idea))
    with write_transaction() as session:
        mark_notices_read(session, agent.id, idea)
        mark_notices_read(session, town.colleague)  # alters nobody else's
    read_session().rollback()
    assert unread_notices(read_session(), agent) == 1
    assert not has_unread(read_session(), agent, town.card(idea))
    with write_transaction() as session:
        mark_notices_read(session, agent.id)
    read_session().rollback()
    assert unread_notices(read_session(), agent) == 0


def test_hidden_notices_take_no_place_in_the_list(
    town: Town, idea: int, request_: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("boards.suggestions.NOTICES_SHOWN", 2)
    take(town, idea, "studied")
    other = town.perform(town.facilitator, type="add_column", title="Autres suggestions", kind="suggestions")
    hidden = town.add_card("Bientôt cachée", column=next(iter(other.columns)))
    take(town, hidden, "studied", "accepted", "done")
    town.perform(town.facilitator, type="set_rights", column=next(iter(other.columns)), agents="none")
    agent = person(town, "agent")
    assert [each.card.id for each in notices(read_session(), agent)] == [idea]
    assert unread_notices(read_session(), agent) == 1


def test_a_refused_step_tells_nobody(town: Town, idea: int) -> None:
    refusal(town, town.facilitator, type="set_status", card=idea, status="done", note="Fait")
    assert told(town, "agent") == []


# --- reading ---


def test_the_list_is_sorted_and_filtered(town: Town) -> None:
    one, two, three = (town.add_card(title, column=town.suggestions) for title in ("Un", "Deux", "Trois"))
    asked = town.add_card(
        "Quatre", column=town.suggestions, actor=town.colleague, suggestion="request", asked=town.ccas
    )
    town.add_card("Rangée", column=town.suggestions)
    town.perform(town.facilitator, type="archive_card", card=asked + 1)
    town.perform(town.colleague, type="vote_card", card=two, on=True)
    take(town, three, "studied")
    board, agent = read_session().get_one(Board, town.board), person(town, "agent")

    def found(**wanted: Any) -> list[int]:
        return [card.id for card in suggestions(read_session(), agent, board, SuggestionQuery(**wanted)).cards]

    assert found() == [asked, three, two, one]
    assert found(sort="votes") == [two, asked, three, one]
    assert found(kind=Suggestion.REQUEST) == found(service=town.ccas) == [asked]
    assert found(service=town.mediatheque) == []
    assert found(status=Status.STUDIED) == [three]
    assert found(mine=True) == [three, two, one]
    assert suggestions(read_session(), agent, board, SuggestionQuery(mine=True, status=Status.STUDIED)).by_status == {
        "new": 2,
        "studied": 1,
    }


def test_the_list_goes_on_page_by_page(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("boards.suggestions.SUGGESTIONS_PAGE_SIZE", 2)
    ids = [town.add_card(column=town.suggestions) for _each in range(5)]
    board, agent = read_session().get_one(Board, town.board), person(town, "agent")
    pages = [suggestions(read_session(), agent, board, SuggestionQuery(), number) for number in (1, 2, 3, 9, -1)]
    assert [[card.id for card in page.cards] for page in pages] == [
        [ids[4], ids[3]],
        [ids[2], ids[1]],
        [ids[0]],
        [ids[0]],
        [ids[4], ids[3]],
    ]
    assert (pages[0].found, pages[0].pages, pages[3].number) == (5, 3, 3)


def test_open_requests_wait_at_the_service_that_is_asked(town: Town, idea: int, request_: int) -> None:
    asked = town.perform(
        town.facilitator, type="edit_column", column=town.free, kind="service", service=town.mediatheque
    )
    columns = [column for column in (*asked.columns.values(), town.column(town.suggestions)) if column]
    assert {
        service: [card.id for card in cards] for service, cards in open_requests(read_session(), columns).items()
    } == {town.mediatheque: [request_]}
    read_session().rollback()
    assert not open_requests(read_session(), [column for column in columns if column.id != town.suggestions])
    take(town, request_, "studied", "declined")
    read_session().rollback()
    assert not open_requests(read_session(), columns)


def test_suggestions_in_unreadable_columns_are_not_shown(town: Town, request_: int) -> None:
    take(town, request_, "studied")
    answer = town.add_card("Réponse")
    take(town, request_, "accepted")
    town.perform(town.facilitator, type="set_status", card=request_, status="done", answer=answer)
    town.perform(town.facilitator, type="set_rights", column=town.suggestions, agents="none", readers="none")
    agent, board = person(town, "agent"), read_session().get_one(Board, town.board)
    assert unread_notices(read_session(), agent) == 0
    assert notices(read_session(), agent) == []
    assert suggestions(read_session(), agent, board, SuggestionQuery()).cards == []
    assert answered_by(read_session(), agent, town.card(answer)) == []
    for command in (
        {"type": "vote_card", "on": True},
        {"type": "reply", "text": "Oui"},
        {"type": "set_status", "status": "studied"},
        {"type": "set_suggestion", "suggestion": "improvement"},
        {"type": "publish_answer", "column": town.service, "title": "Réponse"},
    ):
        assert refusal(town, town.agent, card=request_, **command) == "card_not_found"


def test_a_hidden_answer_and_a_hidden_reply_do_not_exist(town: Town, idea: int) -> None:
    secret = town.add_card("Secrète", column=town.free, actor=town.facilitator)
    town.perform(town.agent, type="reply", card=idea, text="Oui")
    (reply,) = replies_to(read_session(), town.card(idea))
    take(town, idea, "studied", "accepted")
    town.perform(town.facilitator, type="set_status", card=idea, status="done", answer=secret)
    town.perform(town.facilitator, type="set_rights", column=town.free, agents="none")
    assert answer_of(read_session(), person(town, "agent"), town.card(idea)) is None
    town.perform(town.facilitator, type="set_rights", column=town.suggestions, agents="none")
    assert refusal(town, town.agent, type="withdraw_reply", reply=reply.id) == "reply_not_found"


def test_an_asked_agent_of_several_services_decides_for_each(town: Town, request_: int) -> None:
    with write_transaction() as session:
        create_service(session, "sports", "Sports")
        both = create_person(session, "Nadia Cherif", Role.AGENT, ["sports", "mediatheque"]).id
    perform(both, town.board, parse_command({"type": "set_status", "card": request_, "status": "studied"}))
    assert town.card(request_).status == "studied"


# --- taking back ---


def test_an_answer_is_undone_whole_by_its_author_and_redone(town: Town, request_: int) -> None:
    town.perform(town.facilitator, type="edit_column", column=town.free, kind="service", service=town.mediatheque)
    town.perform(town.colleague, type="publish_answer", card=request_, column=town.free, title="De 9 h à 12 h")
    answered = town.card(request_)
    answer = answered.answer_id or 0
    town.perform(town.colleague, type="undo_change", seq=town.seq)
    assert (town.card(request_).status, town.card(request_).answer_id) == ("new", None)
    assert town.card(answer).archived_at is not None
    town.perform(town.colleague, type="undo_change", seq=town.seq)
    assert (town.card(request_).status, town.card(request_).answer_id) == ("done", answer)
    assert town.card(answer).archived_at is None


def test_a_step_is_undone_by_deciders_not_by_the_author(town: Town, idea: int) -> None:
    take(town, idea, "studied", "declined")
    assert refusal(town, town.agent, type="undo_change", seq=town.seq) == "may_not_decide"
    town.perform(town.facilitator, type="undo_change", seq=town.seq)
    assert (town.card(idea).status, town.card(idea).note) == ("studied", "")

"""Suggestion pages: the list, the notices, the panel, refusals and hidden suggestions."""

from __future__ import annotations

import json
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from app.accounts.models import TokenScope
from app.accounts.service import create_api_token
from boards.database import db, now, read_session, write_transaction
from boards.models import Service
from boards.models.personal import Notice
from tests.town import PEOPLE, Town
from tests.visitor import Visitor

LIST = "/boards/accueil/suggestions"


def somebody(app: Flask, who: str) -> Visitor:
    visitor = Visitor(app)
    visitor.sign_in(PEOPLE[who][0])
    return visitor


@pytest.fixture
def sonia(app: Flask, town: Town) -> Visitor:
    """Sign in the agent who suggests."""
    return somebody(app, "agent")


@pytest.fixture
def leo(app: Flask, town: Town) -> Visitor:
    """Sign in the colleague of the asked service."""
    return somebody(app, "colleague")


@pytest.fixture
def request_(town: Town) -> int:
    town.perform(
        town.facilitator,
        type="edit_column",
        column=town.free,
        title="Médiathèque",
        kind="service",
        service=town.mediatheque,
    )
    return town.add_card("Horaires d’été", column=town.suggestions, suggestion="request", asked=town.mediatheque)


def noticed(visitor: Visitor, card: int) -> object:
    return visitor.client.put(f"/cards/{card}/noticed", headers={"X-CSRFToken": visitor.csrf_token}).get_json()


def code(answer: object) -> str:
    return str(answer.get_json()["code"])  # type: ignore[attr-defined]  # a test response


def test_the_list_is_asked_for_by_its_address(town: Town, sonia: Visitor, request_: int) -> None:
    town.add_card("Une idée", column=town.suggestions, actor=town.colleague)
    everything = unescape(sonia.get(LIST).text)
    assert "Horaires d’été" in everything
    assert "Demande au service Médiathèque" in everything
    for address, there in (
        ("kind=improvement", {"Une idée"}),
        ("kind=request", {"Horaires d’été"}),
        (f"service={town.mediatheque}", {"Horaires d’été"}),
        ("mine=1", {"Horaires d’été"}),
        ("status=done", set()),
        ("sort=votes&status=new", {"Une idée", "Horaires d’été"}),
    ):
        page = unescape(sonia.get(f"{LIST}?{address}").text)
        assert {title for title in ("Une idée", "Horaires d’été") if f"<bdi>{title}</bdi>" in page} == there, address


def test_an_answer_that_one_may_not_read_is_said_to_be_there_and_no_more(
    town: Town, sonia: Visitor, leo: Visitor, request_: int
) -> None:
    town.perform(
        town.facilitator, type="set_rights", column=town.free, agents="none", services={str(town.mediatheque): "edit"}
    )
    town.perform(town.colleague, type="publish_answer", card=request_, column=town.free, title="De 9 h à 12 h")
    page = unescape(sonia.get(f"/cards/{request_}").text)
    assert "La réponse est une info que vous ne pouvez pas lire." in page
    assert "De 9 h à 12 h" not in page
    assert "De 9 h à 12 h" in unescape(leo.get(f"/cards/{request_}").text)


@pytest.mark.parametrize(
    "address",
    ["kind=x", "status=x", "service=x", "service=-1", f"service={'9' * 30}", "page=x", "page=999", "sort=x", "mine=x"],
)
def test_an_address_that_asks_for_nonsense_shows_the_list(
    town: Town, sonia: Visitor, request_: int, address: str
) -> None:
    page = sonia.get(f"{LIST}?{address}")
    assert page.status_code == 200
    assert "Horaires d’été" in unescape(page.text)


def test_a_board_with_suggestions_and_their_list_take_the_same_queries_however_many(
    app: Flask, town: Town, sonia: Visitor, request_: int
) -> None:
    def queries(path: str) -> int:
        app.extensions["card_fragments"].clear()
        asked: list[object] = []
        listen = lambda *anything: asked.append(anything)  # noqa: E731 - removed again below
        event.listen(db.engine, "before_cursor_execute", listen)
        sonia.get(path)
        event.remove(db.engine, "before_cursor_execute", listen)
        return len(asked)

    few = {path: queries(path) for path in ("/boards/accueil", LIST, "/api/boards/accueil")}
    for number in range(20):
        asked: dict[str, Any] = {"suggestion": "request", "asked": town.mediatheque if number % 2 else town.ccas}
        town.add_card(str(number), column=town.suggestions, **asked)
    assert {path: queries(path) for path in few} == few


def test_a_request_waits_in_the_column_that_is_asked_for_those_who_may_read_it(
    town: Town, app: Flask, leo: Visitor, sonia: Visitor, request_: int
) -> None:
    waiting = f'data-request="{request_}"'
    assert waiting in leo.get("/boards/accueil").text
    column = leo.get("/boards/accueil").text.split(f'id="column-{town.free}"')[1].split("</section>")[0]
    assert waiting in column
    assert "Demande de Sonia Bernard" in column
    button = (
        column.split("<button")[-1]
        if "Publier la réponse" not in column
        else column.split("Publier la réponse")[0].split("<button")[-1]
    )
    assert "hidden" not in button
    assert "hidden" in sonia.get("/boards/accueil").text.split("Publier la réponse")[0].split("<button")[-1]
    leo.command(type="publish_answer", card=request_, column=town.free, title="De 9 h à 12 h")
    assert waiting not in leo.get("/boards/accueil").text


def test_the_bell_counts_and_what_was_opened_is_read(town: Town, sonia: Visitor, leo: Visitor, request_: int) -> None:
    leo.command(type="set_status", card=request_, status="studied")
    leo.command(type="reply", card=request_, text="On regarde.")
    assert 'data-unread="2"' in sonia.get("/boards/accueil").text
    page = unescape(sonia.get("/notices").text)
    assert page.count("Non lue") == 2
    assert "À l’étude" in page
    assert "Léo Dumas" in page
    leo.get(f"/cards/{request_}")  # somebody else's look alters nothing
    assert noticed(leo, request_) == {"unread": 0}
    panel = sonia.client.get(f"/cards/{request_}", headers={"X-Fragment": "panel"}).text
    assert "data-unnoticed" in panel
    assert "On regarde." in panel
    other = town.add_card("Une idée", column=town.suggestions)
    leo.command(type="reply", card=other, text="Oui")
    assert [noticed(sonia, request_) for _twice in range(2)] == [{"unread": 1}] * 2
    assert "data-unnoticed" not in sonia.get(f"/cards/{request_}").text
    assert unescape(sonia.get("/notices").text).count("Non lue") == 1


def test_a_look_at_a_card_writes_nothing_and_waits_for_nobody_who_writes(
    town: Town, sonia: Visitor, leo: Visitor, request_: int
) -> None:
    leo.command(type="reply", card=request_, text="On regarde.")
    with write_transaction():
        assert sonia.get(f"/cards/{request_}").status_code == 200
    assert sonia.client.head(f"/cards/{request_}").status_code == 200
    assert 'data-unread="1"' in sonia.get(f"/cards/{request_}").text


def test_a_token_that_only_reads_leaves_notices_unread(app: Flask, town: Town, leo: Visitor, request_: int) -> None:
    leo.command(type="reply", card=request_, text="On regarde.")
    headers = {"Authorization": f"Bearer {create_api_token(PEOPLE['agent'][0], 'Écran du hall', TokenScope.READ)}"}
    program = app.test_client()
    assert program.get(f"/cards/{request_}", headers=headers).status_code == 200
    assert program.put(f"/cards/{request_}/noticed", headers=headers).status_code == 403
    read_session().rollback()
    assert [notice.read_at for notice in read_session().query(Notice)] == [None]


def test_everything_is_marked_read_once_or_twice(town: Town, sonia: Visitor, leo: Visitor, request_: int) -> None:
    leo.command(type="set_status", card=request_, status="studied")
    sonia.get("/notices")
    for _twice in range(2):
        assert sonia.post("/notices/read").headers["Location"] == "/notices"
    read_session().rollback()
    assert [notice.read_at is None for notice in read_session().query(Notice)] == [False]
    assert sonia.client.post("/notices/read").status_code == 400  # without its token


def test_looking_in_somebodys_place_reads_nothing(town: Town, app: Flask) -> None:
    card = town.add_card("Une idée", column=town.suggestions, actor=town.facilitator)
    town.perform(town.colleague, type="reply", card=card, text="Oui")
    elise = somebody(app, "facilitator")
    assert elise.get(f"/cards/{card}?as=agent").status_code == 200
    assert 'data-unread="1"' in elise.get("/boards/accueil").text
    page = elise.get(f"/cards/{card}?as=agent").text
    assert 'data-unread="1"' in page  # the bell stays one's own
    assert "data-unnoticed" not in page


def test_invalid_input_is_refused_with_a_sentence(town: Town, sonia: Visitor, leo: Visitor, request_: int) -> None:
    assert sonia.command(type="vote_card", card=request_, on=True).status_code == 200
    twice = sonia.command(type="vote_card", card=request_, on=True)
    assert (twice.status_code, twice.get_json()["detail"]) == (409, "Vous soutenez déjà cette suggestion.")
    jump = leo.command(type="set_status", card=request_, status="done", note="Fait")
    assert (code(jump), jump.get_json()["current"]) == ("status_jump", {"from": "new", "to": "done"})
    long = leo.command(type="reply", card=request_, text="x" * 4001)
    assert (long.status_code, long.get_json()["errors"][0]["field"]) == (422, "text")
    unexplained = leo.command(type="set_status", card=request_, status="declined")
    assert unexplained.get_json()["errors"][0]["message"] == "Dites pourquoi\u00a0: un refus s’explique."
    with write_transaction() as session:
        session.get_one(Service, town.ccas).archived_at = now()
    asking = leo.command(
        type="add_card", column=town.suggestions, title="Et vous", suggestion="request", asked=town.ccas
    )
    assert (asking.status_code, code(asking)) == (404, "service_not_found")


def test_a_service_that_is_renamed_is_asked_under_its_new_name(town: Town, sonia: Visitor, request_: int) -> None:
    assert "Demande au service Médiathèque" in sonia.get("/boards/accueil").text
    with write_transaction() as session:
        session.get_one(Service, town.mediatheque).name = "Bibliothèque"
    assert "Demande au service Bibliothèque" in sonia.get("/boards/accueil").text


def test_a_column_that_becomes_one_of_suggestions_shows_its_cards_so(town: Town, sonia: Visitor) -> None:
    card = town.add_card("Une info", column=town.free)
    assert "data-status" not in sonia.get("/boards/accueil").text
    changed = town.perform(town.facilitator, type="edit_column", column=town.free, kind="suggestions")
    assert list(changed.cards) == [card]
    assert 'data-status="new"' in sonia.get("/boards/accueil").text


def test_programs_read_what_became_of_a_suggestion(town: Town, sonia: Visitor, request_: int) -> None:
    town.add_card("Une info")
    cards = {card["id"]: card for card in sonia.get("/api/boards/accueil").get_json()["cards"]}
    told = cards.pop(request_)["suggestion"]
    assert told == {"kind": "request", "asked": town.mediatheque, "status": "new", "note": "", "votes": 0, "replies": 0}
    assert [card["suggestion"] for card in cards.values()] == [None]


def test_ones_own_support_and_replies_are_among_ones_data(
    town: Town, sonia: Visitor, leo: Visitor, request_: int
) -> None:
    leo.command(type="vote_card", card=request_, on=True)
    leo.command(type="reply", card=request_, text="On regarde.")
    mine = leo.get("/profile/data").get_json()
    assert [(vote["title"], vote["board"]) for vote in mine["votes"]] == [("Horaires d’été", "Accueil")]
    assert [reply["text"] for reply in mine["replies"]] == ["On regarde."]
    assert [notice["what"] for notice in sonia.get("/profile/data").get_json()["notices"]] == ["replied"]
    town.perform(town.facilitator, type="set_rights", column=town.suggestions, agents="none")
    later = leo.get("/profile/data").get_json()
    assert "Horaires" not in json.dumps([later["votes"], later["replies"]], ensure_ascii=False)


def test_hidden_suggestions_are_nowhere(town: Town, app: Flask, sonia: Visitor, leo: Visitor, request_: int) -> None:
    leo.command(type="publish_answer", card=request_, column=town.free, title="Réponse visible")
    answer = town.card(request_).answer_id
    asked = town.add_card("Demande cachée", column=town.suggestions, suggestion="request", asked=town.mediatheque)
    town.perform(town.facilitator, type="set_status", card=asked, status="studied")
    town.perform(town.facilitator, type="set_rights", column=town.suggestions, agents="none")
    for visitor in (sonia, leo):
        said = [
            visitor.get(path).text
            for path in (
                "/boards/accueil",
                LIST,
                f"{LIST}?status=studied",
                "/notices",
                f"/cards/{answer}",
                "/api/boards/accueil",
            )
        ]
        said += [visitor.get(f"/cards/{request_}").text, visitor.command(type="reply", card=asked, text="Oui").text]
        assert [text for text in said if "Horaires d’été" in unescape(text) or "Demande cachée" in unescape(text)] == []
        assert 'data-unread="0"' in said[0]
    assert "Réponse visible" in sonia.get(f"/cards/{answer}").text


def test_archived_suggestions_are_not_listed_as_answered(
    town: Town, sonia: Visitor, leo: Visitor, request_: int
) -> None:
    answer = next(
        iter(
            town.perform(
                town.colleague, type="publish_answer", card=request_, column=town.free, title="De 9 h à 12 h"
            ).cards
        )
    )
    card = next(id for id in (answer, *range(1, 100)) if id != request_ and town.card(id).title == "De 9 h à 12 h")
    assert "Répond à une demande" in leo.get(f"/cards/{card}").text
    town.perform(town.facilitator, type="archive_column", column=town.suggestions)
    assert "Répond à une demande" not in leo.get(f"/cards/{card}").text


def test_a_hidden_answer_is_not_linked(town: Town, sonia: Visitor, leo: Visitor, request_: int) -> None:
    leo.command(type="publish_answer", card=request_, column=town.free, title="Réponse secrète")
    town.perform(
        town.facilitator, type="set_rights", column=town.free, agents="none", services={str(town.mediatheque): "edit"}
    )
    page = sonia.get(f"/cards/{request_}").text
    assert "Réponse secrète" not in page
    assert f"/cards/{town.card(request_).answer_id}" not in page
    assert "Réponse secrète" in leo.get(f"/cards/{request_}").text

"""Suggestions over the live connection: recipients of a request, and content hidden from others."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.live.person import LivePerson, only

Connect = Callable[[str], LivePerson]
SECRET = "Qui a la clé du coffre"


@pytest.fixture
def columns(dtan: LivePerson) -> dict[str, Any]:
    return {column["title"]: column for column in dtan.board()["columns"]}


def test_each_step_reaches_those_who_see_the_suggestion(
    dtan: LivePerson, columns: dict[str, Any], person: Connect
) -> None:
    ccas, library = person("ccas"), person("mediatheque")
    library.join()
    asked = {"suggestion": "request", "asked": columns["Médiathèque"]["service"]}
    card = only(
        ccas.send(type="add_card", column=columns["Suggestions"]["id"], title="Horaires d’août", **asked)["changes"][0][
            "cards"
        ]
    )
    library.hear_up_to(library.send(type="vote_card", card=card, on=True)["seq"])
    answered = library.send(
        type="publish_answer", card=card, column=columns["Médiathèque"]["id"], title="De 9 h à 12 h"
    )
    change = answered["changes"][0]
    assert change["type"] == "answer_published"
    assert 'data-status="done"' in change["cards"][str(card)]["html"]
    assert len(change["cards"]) == 2
    heard = dtan.hear_up_to(answered["seq"])
    assert [each["type"] for each in heard[-3:]] == ["card_added", "vote_cast", "answer_published"]
    twice = library.send(type="publish_answer", card=card, column=columns["Médiathèque"]["id"], title="Encore")
    assert twice["error"]["code"] == "suggestion_closed"
    assert ccas.send(type="vote_card", card=card, on=True)["error"]["code"] == "suggestion_closed"
    assert ccas.send(type="reply", card=card, text="x" * 4001)["error"]["errors"][0]["field"] == "text"


def test_only_the_public_answer_of_a_hidden_suggestion_is_sent(
    dtan: LivePerson, columns: dict[str, Any], person: Connect
) -> None:
    hidden = only(dtan.send(type="add_column", title="Idées de la DTAN", kind="suggestions")["changes"][0]["columns"])
    dtan.send(type="set_rights", column=hidden, agents="none", readers="none")
    library = person("mediatheque")
    library.join()
    asked = {"suggestion": "request", "asked": columns["Médiathèque"]["service"]}
    card = only(dtan.send(type="add_card", column=hidden, title=SECRET, **asked)["changes"][0]["cards"])
    dtan.send(type="vote_card", card=card, on=True)
    dtan.send(type="reply", card=card, text=SECRET)
    dtan.send(type="set_status", card=card, status="studied", note=SECRET)
    last = dtan.send(type="publish_answer", card=card, column=columns["Médiathèque"]["id"], title="Au guichet")["seq"]
    heard = library.hear_up_to(last)
    assert [change["type"] for change in heard[-5:]] == ["unseen"] * 4 + ["answer_published"]
    assert [each["title"] for each in heard[-1]["cards"].values()] == ["Au guichet"]
    said = json.dumps([heard, library.board(), library.join(last - 5)], ensure_ascii=False)
    said += library.web.get(f"{library.url}/boards/accueil", timeout=60).text
    said += library.web.get(f"{library.url}/boards/accueil/suggestions", timeout=60).text
    said += library.web.get(f"{library.url}/cards/{next(iter(heard[-1]['cards']))}", timeout=60).text
    assert SECRET not in said
    assert f"/cards/{card}" not in said

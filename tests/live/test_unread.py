"""Read markers are sent to the person's own connections only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.live.person import LivePerson, only
from tests.server import Server

Connect = Callable[[str], LivePerson]


def mark(person: LivePerson, method: str, path: str, body: Any) -> None:
    answer = person.web.request(
        method, f"{person.url}{path}", json=body, headers={"X-CSRFToken": person.csrf_token}, timeout=60
    )
    assert answer.status_code == 204, answer.text


def own_column(person: LivePerson) -> int:
    return int(next(column["id"] for column in person.columns() if column["level"] == "edit"))


def test_ones_own_marks_are_heard_at_ones_other_machine_only(person: Connect, shared_server: Server) -> None:
    here, elsewhere, colleague = person("ccas"), person("ccas"), person("mediatheque")
    before = [someone.join() for someone in (here, elsewhere, colleague)]
    board = here.board()["id"]
    answer = colleague.send(type="add_card", column=own_column(colleague), title="Neuf")
    card, seq = only(answer["changes"][0]["cards"]), answer["seq"]
    here.hear_up_to(seq)

    mark(here, "PUT", f"/cards/{card}/seen", {"seq": seq})
    mark(here, "DELETE", f"/cards/{card}/seen", None)
    mark(here, "PUT", "/boards/accueil/seen", {"seq": seq})
    told = elsewhere.wait_until(lambda: len(elsewhere.events("seen")) == 3 and elsewhere.events("seen"))
    assert told == [
        {"board": board, "cards": {str(card): seq}},
        {"board": board, "cards": {str(card): 0}},
        {"board": board, "cards": {}, "to": seq},
    ]
    assert elsewhere.join(seq)["seen"] == {"to": seq, "cards": {}}
    colleague.hear_up_to(here.send(type="add_card", column=own_column(here), title="Après")["seq"])
    assert colleague.events("seen") == []
    assert colleague.join(seq)["seen"] == before[2]["seen"]


def test_in_somebody_elses_place_nothing_is_marked(person: Connect) -> None:
    assert person("dtan").ask("join", {"board": "accueil", "after": 0, "as": "reader"})["seen"] is None

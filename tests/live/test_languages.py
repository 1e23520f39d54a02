"""Two people of one service receive the same changes, one in French, one in English."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.live.person import LivePerson
from tests.server import Server


def choose(person: LivePerson, language: str) -> None:
    looks = {"theme": "system", "density": "comfortable", "language": language, "csrf_token": person.csrf_token}
    assert person.web.post(f"{person.url}/profile/looks", data=looks, timeout=60).ok


@pytest.fixture
def pair(shared_server: Server) -> Iterator[tuple[LivePerson, LivePerson]]:
    french, english = (LivePerson(shared_server.url, f"{name}@demo.example") for name in ("ccas", "malika.kaci"))
    choose(english, "en")
    for person in (french, english):
        person.connect()
    yield french, english
    choose(english, "fr")
    for person in (french, english):
        person.leave()


def card_html(change: dict[str, Any]) -> str:
    html: str = next(iter(change["cards"].values()))["html"]
    return html


def test_the_same_change_is_heard_by_each_in_their_language(pair: tuple[LivePerson, LivePerson]) -> None:
    french, english = pair
    column = next(each["id"] for each in french.board()["columns"] if each["title"] == "CCAS")
    start = french.board()["seq"]
    for person in pair:
        person.join()
    answers = [
        person.send(type="add_card", column=column, title="Permanence", valid_until=day)
        for person, day in ((french, "2031-05-04"), (english, "2031-08-05"))
    ]
    heard_french, heard_english = (person.hear_up_to(answers[1]["seq"]) for person in pair)
    for heard, words in (
        (heard_french, ("4 mai 2031", "5 août 2031")),
        (heard_english, ("4 May 2031", "5 August 2031")),
    ):
        assert len(heard) == 2
        for change, day in zip(heard, words, strict=True):
            assert day in card_html(change)
    assert [change["seq"] for change in heard_french] == [change["seq"] for change in heard_english]
    assert "4 mai 2031" in card_html(answers[0]["changes"][0])
    assert "5 August 2031" in card_html(answers[1]["changes"][0])
    for person, day in ((french, "5 août 2031"), (english, "5 August 2031")):
        assert day in card_html(person.join(start)["changes"][-1])


def test_columns_and_refusals_too(pair: tuple[LivePerson, LivePerson], shared_server: Server) -> None:
    french, english = pair
    for person in pair:
        person.join()
    dtan = LivePerson(shared_server.url, "dtan@demo.example").connect()
    seq = dtan.send(type="add_column", title="Divers", kind="free")["seq"]
    dtan.leave()
    for person, words in ((french, "Menu de la colonne Divers"), (english, "Menu of the column Divers")):
        (column,) = person.hear_up_to(seq)[-1]["columns"].values()
        assert words in column["html"]
    refused = {"type": "add_column", "title": "Non", "kind": "free"}
    assert french.send(**refused)["error"]["detail"] == "Seuls les animateurs peuvent réorganiser les colonnes."
    assert english.send(**refused)["error"]["detail"] == "Only facilitators can rearrange columns."

import subprocess
import sys
import uuid
from collections.abc import Callable
from typing import Any

from tests.live.person import LivePerson
from tests.server import Server

Connect = Callable[[str], LivePerson]


def test_everybody_on_the_board_hears_a_change_and_the_sender_is_answered_with_it(person: Connect) -> None:
    ccas, library = person("ccas"), person("mediatheque")
    ccas.join()
    library.join()
    answer = ccas.send(type="add_card", column=ccas.columns()[0]["id"], title="Entendue de tous")
    (change,) = answer["changes"]
    assert next(iter(change["cards"].values()))["title"] == "Entendue de tous"
    for one in (ccas, library):
        assert change in one.hear_up_to(answer["seq"])


def test_it_comes_the_same_by_http(person: Connect) -> None:
    ccas, library = person("ccas"), person("mediatheque")
    library.join()
    answer = ccas.post(type="add_card", column=ccas.columns()[0]["id"], title="Par le web").json()
    assert answer["changes"][0] in library.hear_up_to(answer["seq"])


def test_without_joining_nothing_is_received(person: Connect) -> None:
    inside, outside = person("ccas"), person("mediatheque")
    inside.join()
    answer = inside.send(type="add_card", column=inside.columns()[0]["id"], title="Entre nous")
    inside.hear_up_to(answer["seq"])
    outside.join(after=answer["seq"])  # an answered round trip: whatever was sent before it has arrived
    assert outside.changes() == []


def test_changes_of_another_board_are_not_received(shared_server: Server, person: Connect) -> None:
    shared_server.flask("board", "create", f"b-{uuid.uuid4().hex[:6]}", "Autre")
    slug = shared_server.flask("board", "list").stdout.splitlines()[-1].split("\t")[0]
    inside, elsewhere = person("ccas"), person("mediatheque")
    inside.join()
    elsewhere.join()
    elsewhere.join(after=0, board=slug if slug != "accueil" else None)
    answer = inside.send(type="add_card", column=inside.columns()[0]["id"], title="Ici seulement")
    inside.hear_up_to(answer["seq"])
    elsewhere.join(after=0, board=slug)
    assert all(change["seq"] < answer["seq"] for change in elsewhere.changes())


def test_changes_come_in_order_without_a_gap(person: Connect) -> None:
    ccas, library = person("ccas"), person("mediatheque")
    start = library.join()["seq"]
    here = ccas.columns()[0]["id"]
    card = next(iter(ccas.send(type="add_card", column=here, title="Voyageuse")["changes"][0]["cards"]))
    for _ in range(30):
        last = ccas.send(type="move_card", card=int(card), column=here, after=None)["seq"]
    seqs = [change["seq"] for change in library.hear_up_to(last)]
    assert seqs == list(range(start + 1, last + 1))


def test_joining_with_an_old_seq_brings_what_was_missed(person: Connect) -> None:
    ccas, late = person("ccas"), person("mediatheque")
    before = ccas.board()["seq"]
    answer = ccas.send(type="add_card", column=ccas.columns()[0]["id"], title="Manquée")
    missed = late.join(after=before)
    assert [change["seq"] for change in missed["changes"]] == list(range(before + 1, answer["seq"] + 1))
    assert missed["changes"][-1] == answer["changes"][0]


def test_joining_with_an_impossible_seq_asks_for_the_whole_board(person: Connect) -> None:
    ccas = person("ccas")
    impossible: list[Any] = [None, -5, 10**9, "3", 2.5, [], True]
    for after in impossible:
        answer = ccas.ask("join", {"board": "accueil", "after": after})
        assert answer["resync"] is True
        assert "changes" not in answer


def test_a_repeated_key_answers_the_first_result_by_either_way(person: Connect) -> None:
    ccas = person("ccas")
    command = {"type": "add_card", "column": ccas.columns()[0]["id"], "title": "Une fois", "key": uuid.uuid4().hex}
    first = ccas.ask("command", {"board": "accueil", **command})
    assert ccas.ask("command", {"board": "accueil", **command}) == first
    assert ccas.post(**command).json() == first


def test_presence_names_each_person_once_and_forgets_who_left(person: Connect) -> None:
    ccas, library = person("ccas"), person("mediatheque")
    twin = person("mediatheque")
    ccas.join()
    library.join()
    people = twin.join()["people"]
    assert sorted(one["name"].split()[0] for one in people) == sorted({one["name"].split()[0] for one in people})
    assert len(people) == 2
    library.leave()
    twin.leave()
    ccas.wait_until(lambda: ccas.events("presence") and len(ccas.events("presence")[-1]["people"]) == 1)


def test_typing_is_told_to_the_others_and_ends_with_the_connection(person: Connect) -> None:
    ccas, library = person("ccas"), person("mediatheque")
    ccas.join()
    library.join()
    card = ccas.board()["cards"][0]["id"]
    ccas.ask("typing", {"board": "accueil", "card": card, "on": True})
    told = library.wait_until(lambda: library.events("typing"))
    assert (told[0]["card"], told[0]["on"]) == (card, True)
    assert ccas.events("typing") == []
    ccas.leave()
    library.wait_until(lambda: library.events("typing")[-1]["on"] is False)


def test_a_board_changed_from_the_command_line_is_followed(shared_server: Server, person: Connect) -> None:
    ccas = person("ccas")
    ccas.join()
    token = shared_server.flask("people", "token", "dtan@demo.example").stdout.strip()
    assert token.startswith("fn_")
    before = ccas.board()["seq"]
    script = (
        "from app import create_app\nfrom boards.commands import parse_command\nfrom boards.perform import perform\n"
        "app = create_app()\n"
        "with app.app_context():\n"
        "    perform(1, 1, parse_command({'type': 'add_column', 'title': 'Venue d’ailleurs', 'kind': 'free'}))\n"
    )
    subprocess.run([sys.executable, "-c", script], env=shared_server.environment, cwd=".", check=True)
    ccas.hear_up_to(before + 1)

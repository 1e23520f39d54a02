"""Two workers on one PostgreSQL and one Redis, as docs/deployment.md has it for large towns: one board, wherever one is connected."""

from __future__ import annotations

import json
import os
import threading
import uuid
from collections.abc import Iterator
from functools import partial

import psycopg
import pytest
from sqlalchemy import make_url

from tests.live.person import LivePerson
from tests.server import Server, ServerFromNothing, free_port


@pytest.fixture(scope="module")
def workers(postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    redis_url = os.environ.get("TEST_REDIS_URL")
    if not redis_url:
        pytest.skip("TEST_REDIS_URL is not set")
    shared = {"DATABASE_URL": postgresql_url, "REDIS_URL": redis_url, "SECRET_KEY": uuid.uuid4().hex * 2}
    workers = [ServerFromNothing(tmp_path_factory.mktemp("worker"), **shared).start() for _number in range(2)]
    yield workers
    for worker in workers:
        worker.kill()


@pytest.fixture
def here(workers: list[Server]) -> Iterator[LivePerson]:
    yield from connected(workers[0], "dtan@demo.example")


@pytest.fixture
def there(workers: list[Server]) -> Iterator[LivePerson]:
    yield from connected(workers[1], "ccas@demo.example")


def test_a_change_made_at_one_worker_is_heard_at_the_other(here: LivePerson, there: LivePerson) -> None:
    answer = here.send(type="add_card", column=here.columns()[0]["id"], title="Dite ici, lue là-bas")
    heard = there.hear_up_to(answer["seq"])
    assert [change["type"] for change in heard if change["seq"] == answer["seq"]] == ["card_added"]


def test_a_command_sent_again_to_the_other_worker_is_carried_out_once(here: LivePerson, workers: list[Server]) -> None:
    elsewhere = LivePerson(workers[1].url, "dtan@demo.example")
    command = {"key": "sent-twice", "type": "add_card", "column": here.columns()[0]["id"], "title": "Une seule fois"}
    first, second = here.send(**command), elsewhere.post(**command).json()
    assert first["seq"] == second["seq"]


def test_the_doctor_knows_the_workers_wherever_they_listen(workers: list[Server]) -> None:
    elsewhere = Server(workers[0].data_dir, **{**workers[0].settings, "PORT": str(free_port())})
    told = {
        finding["subject"]: (finding["state"], finding["told"])
        for finding in json.loads(elsewhere.flask("doctor", "--json").stdout)
    }
    assert told["Service"] == (
        "well",
        f"2 processus servent, sur d’autres ports ou d’autres machines que 127.0.0.1:{elsewhere.settings['PORT']}.",
    )
    assert told["Redis"][0] == "well"
    assert told["Redis"][1].endswith("processus à l’écoute : 2.")


def test_writers_at_both_workers_leave_no_gap_and_nobody_misses_anything(here: LivePerson, there: LivePerson) -> None:
    start, column = here.board()["seq"], here.columns()[0]["id"]
    writers = [threading.Thread(target=add_cards, args=(person, column, 20)) for person in (here, there)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    expected = set(range(start + 1, start + 41))
    for person in (here, there):
        hear_all(person, expected)
    assert [change["seq"] for change in here.join(start)["changes"]] == sorted(expected)


def test_signing_out_at_one_worker_closes_the_connection_at_the_other(here: LivePerson, workers: list[Server]) -> None:
    here.web.post(f"{workers[1].url}/sign-out", data={"csrf_token": here.csrf_token}, timeout=60)
    here.wait_until(lambda: here.events("signed_out") or not here.socket.connected)


def test_what_is_hidden_stays_hidden_at_the_other_worker(here: LivePerson, there: LivePerson) -> None:
    answer = here.send(type="add_column", title="Cachée", kind="free")
    [column] = answer["changes"][0]["columns"]
    seq = here.send(type="set_rights", column=int(column), agents="none")["seq"]
    assert there.hear_up_to(seq)[-1]["columns"] == {column: None}
    card = here.send(type="add_card", column=int(column), title="Secrète")
    assert there.hear_up_to(card["seq"])[-1]["type"] == "unseen"


def test_typing_is_told_across_workers(here: LivePerson, there: LivePerson) -> None:
    [card] = here.send(type="add_card", column=here.columns()[0]["id"], title="Écrite à deux")["changes"][0]["cards"]
    here.ask("typing", {"card": int(card), "on": True})
    [told] = there.wait_until(lambda: [told for told in there.events("typing") if told["card"] == int(card)])
    assert (told["person"]["name"], told["on"]) == ("Élise Laurent", True)


def test_a_flash_on_one_board_is_heard_on_another_at_the_other_worker(here: LivePerson, workers: list[Server]) -> None:
    assert workers[0].flask("board", "create", "piscine", "Piscine", "--template", "ville").returncode == 0
    column = here.web.get(f"{here.url}/api/boards/piscine", timeout=60).json()["columns"][1]["id"]
    [card] = here.send(board="piscine", type="add_card", column=column, title="Piscine évacuée")["changes"][0]["cards"]
    for there in connected(workers[1], "ccas@demo.example"):  # where nobody has that board open
        here.send(board="piscine", type="flash_card", card=int(card), on=True)
        wait_for_flash(there, int(card))
    here.send(board="piscine", type="flash_card", card=int(card), on=False)


def test_what_one_reads_at_one_worker_is_heard_at_ones_page_at_the_other(
    here: LivePerson, there: LivePerson, workers: list[Server]
) -> None:
    for elsewhere in connected(workers[1], "dtan@demo.example"):
        seq = here.board()["seq"]
        headers = {"X-CSRFToken": here.csrf_token}
        assert (
            here.web.put(f"{here.url}/boards/accueil/seen", json={"seq": seq}, headers=headers, timeout=60).status_code
            == 204
        )
        told = elsewhere.wait_until(partial(elsewhere.events, "seen"))
        assert [each["to"] for each in told] == [seq]
    assert there.events("seen") == []


def test_an_account_disabled_at_one_worker_is_cut_off_at_the_other(workers: list[Server]) -> None:
    for sports in connected(workers[1], "sports@demo.example"):
        assert workers[0].flask("people", "disable", "sports@demo.example").returncode == 0
        sports.wait_until(partial(sports.events, "signed_out"))
        sports.wait_until(partial(sports.events, "disconnect"))
    assert workers[0].flask("people", "enable", "sports@demo.example").returncode == 0


def test_what_is_due_is_done_once_though_both_workers_look(
    here: LivePerson, workers: list[Server], postgresql_url: str
) -> None:
    with psycopg.connect(
        make_url(postgresql_url).set(drivername="postgresql").render_as_string(hide_password=False)
    ) as database:
        due = database.execute(
            "UPDATE jobs SET due_at = now() WHERE name = 'forget_old_searches' RETURNING runs"
        ).fetchone()
        database.commit()
        assert due
        done = "SELECT runs FROM jobs WHERE name = 'forget_old_searches' AND due_at > now() AND taken_by IS NULL"
        runs = here.wait_until(lambda: database.execute(done).fetchone())
    assert runs == (due[0] + 1,)


def connected(worker: Server, email: str) -> Iterator[LivePerson]:
    person = LivePerson(worker.url, email).connect()
    person.join()
    yield person
    person.leave()


def wait_for_flash(person: LivePerson, card: int) -> None:
    person.wait_until(lambda: any(banner["card"] == card for told in person.events("flashes") for banner in told))


def hear_all(person: LivePerson, seqs: set[int]) -> None:
    person.wait_until(lambda: seqs <= {change["seq"] for change in person.changes()})


def add_cards(person: LivePerson, column: int, count: int) -> None:
    for number in range(count):
        assert "error" not in person.send(type="add_card", column=column, title=f"Info {number}")

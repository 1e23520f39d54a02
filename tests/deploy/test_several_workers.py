"""Two workers on one PostgreSQL and one Redis behave as one server."""

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
def first(workers: list[Server]) -> Iterator[LivePerson]:
    yield from connected(workers[0], "dtan@demo.example")


@pytest.fixture
def second(workers: list[Server]) -> Iterator[LivePerson]:
    yield from connected(workers[1], "ccas@demo.example")


def test_a_change_on_one_worker_is_delivered_by_the_other(first: LivePerson, second: LivePerson) -> None:
    answer = first.send(type="add_card", column=first.columns()[0]["id"], title="Dite ici, lue là-bas")
    heard = second.hear_up_to(answer["seq"])
    assert [change["type"] for change in heard if change["seq"] == answer["seq"]] == ["card_added"]


def test_a_command_retried_on_the_other_worker_is_executed_once(first: LivePerson, workers: list[Server]) -> None:
    other = LivePerson(workers[1].url, "dtan@demo.example")
    command = {"key": "sent-twice", "type": "add_card", "column": first.columns()[0]["id"], "title": "Une seule fois"}
    sent, retried = first.send(**command), other.post(**command).json()
    assert sent["seq"] == retried["seq"]


def test_the_doctor_finds_workers_on_other_ports(workers: list[Server]) -> None:
    other = Server(workers[0].data_dir, **{**workers[0].settings, "PORT": str(free_port())})
    told = {
        finding["subject"]: (finding["state"], finding["told"])
        for finding in json.loads(other.flask("doctor", "--json").stdout)
    }
    assert told["Service"] == (
        "well",
        f"2 processus servent, sur d’autres ports ou d’autres machines que 127.0.0.1:{other.settings['PORT']}.",
    )
    assert told["Redis"][0] == "well"
    assert told["Redis"][1].endswith("processus à l’écoute : 2.")


def test_concurrent_writers_on_two_workers_leave_no_gap(first: LivePerson, second: LivePerson) -> None:
    start, column = first.board()["seq"], first.columns()[0]["id"]
    writers = [threading.Thread(target=add_cards, args=(person, column, 20)) for person in (first, second)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    expected = set(range(start + 1, start + 41))
    for person in (first, second):
        hear_all(person, expected)
    assert [change["seq"] for change in first.join(start)["changes"]] == sorted(expected)


def test_signing_out_on_one_worker_closes_the_connection_on_the_other(first: LivePerson, workers: list[Server]) -> None:
    first.web.post(f"{workers[1].url}/sign-out", data={"csrf_token": first.csrf_token}, timeout=60)
    first.wait_until(lambda: first.events("signed_out") or not first.socket.connected)


def test_hidden_columns_stay_hidden_on_the_other_worker(first: LivePerson, second: LivePerson) -> None:
    answer = first.send(type="add_column", title="Cachée", kind="free")
    [column] = answer["changes"][0]["columns"]
    seq = first.send(type="set_rights", column=int(column), agents="none")["seq"]
    assert second.hear_up_to(seq)[-1]["columns"] == {column: None}
    card = first.send(type="add_card", column=int(column), title="Secrète")
    assert second.hear_up_to(card["seq"])[-1]["type"] == "unseen"


def test_typing_indicators_reach_the_other_worker(first: LivePerson, second: LivePerson) -> None:
    [card] = first.send(type="add_card", column=first.columns()[0]["id"], title="Écrite à deux")["changes"][0]["cards"]
    first.ask("typing", {"card": int(card), "on": True})
    [event] = second.wait_until(lambda: [event for event in second.events("typing") if event["card"] == int(card)])
    assert (event["person"]["name"], event["on"]) == ("Élise Laurent", True)


def test_a_flash_reaches_another_board_on_the_other_worker(first: LivePerson, workers: list[Server]) -> None:
    assert workers[0].flask("board", "create", "piscine", "Piscine", "--template", "ville").returncode == 0
    column = first.web.get(f"{first.url}/api/boards/piscine", timeout=60).json()["columns"][1]["id"]
    [card] = first.send(board="piscine", type="add_card", column=column, title="Piscine évacuée")["changes"][0]["cards"]
    for second in connected(workers[1], "ccas@demo.example"):  # where nobody has that board open
        first.send(board="piscine", type="flash_card", card=int(card), on=True)
        wait_for_flash(second, int(card))
    first.send(board="piscine", type="flash_card", card=int(card), on=False)


def test_read_markers_reach_the_same_person_on_the_other_worker(
    first: LivePerson, second: LivePerson, workers: list[Server]
) -> None:
    for other in connected(workers[1], "dtan@demo.example"):
        seq = first.board()["seq"]
        headers = {"X-CSRFToken": first.csrf_token}
        assert (
            first.web.put(
                f"{first.url}/boards/accueil/seen", json={"seq": seq}, headers=headers, timeout=60
            ).status_code
            == 204
        )
        told = other.wait_until(partial(other.events, "seen"))
        assert [each["to"] for each in told] == [seq]
    assert second.events("seen") == []


def test_an_account_disabled_on_one_worker_is_disconnected_by_the_other(workers: list[Server]) -> None:
    for sports in connected(workers[1], "sports@demo.example"):
        assert workers[0].flask("people", "disable", "sports@demo.example").returncode == 0
        sports.wait_until(partial(sports.events, "signed_out"))
        sports.wait_until(partial(sports.events, "disconnect"))
    assert workers[0].flask("people", "enable", "sports@demo.example").returncode == 0


def test_a_scheduled_task_runs_once_with_two_workers(
    first: LivePerson, workers: list[Server], postgresql_url: str
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
        runs = first.wait_until(lambda: database.execute(done).fetchone())
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

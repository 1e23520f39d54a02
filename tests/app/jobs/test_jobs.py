"""Scheduled jobs: each runs once, regardless of clock changes and the number of workers."""

from __future__ import annotations

import logging
import multiprocessing
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any

import gevent
import pytest
from flask import Flask

from app import scheduler
from app.audit.log import RETENTION
from app.audit.models import AuditEntry
from app.jobs import runner
from app.jobs.models import Job, Task
from app.jobs.runner import LEASE, RunResult
from app.scheduled_tasks import TASKS
from app.web.cron import When, at, every_minute
from boards import clock as town_clock
from boards.database import db, now, read_session, write_transaction
from tests.clock import Clock
from tests.town import Town

MINUTE = timedelta(minutes=1)
PROCESSES = multiprocessing.get_context("fork")


@dataclass
class Probe:
    """Job that records its runs."""

    when: When = every_minute
    moments: list[datetime] = field(default_factory=list)
    error: Exception | None = None

    @property
    def task(self) -> Task:
        return Task("probe", self.when, self.work, "fois")

    def work(self) -> int:
        self.moments.append(now())
        if self.error is not None:
            raise self.error
        return 1

    @property
    def times(self) -> list[str]:
        """Return the run times in the town's zone."""
        return [f"{moment.astimezone(town_clock.zone()):%d/%m %H:%M}" for moment in self.moments]

    @property
    def row(self) -> Job:
        db.session.rollback()
        return read_session().get_one(Job, "probe", populate_existing=True)


@pytest.fixture
def probe(app: Flask, clock: Clock) -> Probe:
    probe = Probe()
    clock.set("2026-11-20 10:00")
    runner.enter([probe.task])
    return probe


def look(probe: Probe) -> None:
    """Run one polling turn of a worker, as happens every two seconds."""
    for task in runner.due([probe.task]):
        runner.run_job(task)


def pass_time(clock: Clock, probe: Probe, until: str, step: timedelta = timedelta(minutes=30)) -> None:
    end = datetime.fromisoformat(until).replace(tzinfo=town_clock.zone())
    while now() < end:
        clock.advance(step)
        look(probe)


@pytest.mark.parametrize(
    ("hour", "start", "end", "carried_out"),
    [
        # 02:30 is not on the clocks of the 29th: half an hour after 02:00 they show 03:30.
        ((2, 30), "2026-03-27 12:00", "2026-03-31 12:00", ["28/03 02:30", "29/03 03:30", "30/03 02:30", "31/03 02:30"]),
        # 02:30 comes twice on the 25th.
        ((2, 30), "2026-10-23 12:00", "2026-10-27 12:00", ["24/10 02:30", "25/10 02:30", "26/10 02:30", "27/10 02:30"]),
        ((0, 0), "2026-03-27 12:00", "2026-03-31 12:00", ["28/03 00:00", "29/03 00:00", "30/03 00:00", "31/03 00:00"]),
        ((0, 0), "2026-10-24 12:00", "2026-10-26 12:00", ["25/10 00:00", "26/10 00:00"]),
    ],
)
def test_a_daily_job_runs_once_a_day_across_both_changes_of_the_clocks(
    app: Flask, clock: Clock, hour: tuple[int, int], start: str, end: str, carried_out: list[str]
) -> None:
    probe = Probe(at(*hour))
    clock.set(start)
    runner.enter([probe.task])
    pass_time(clock, probe, end)
    assert probe.times == carried_out


def test_a_job_on_working_days_leaves_the_weekend_alone(app: Flask, clock: Clock) -> None:
    probe = Probe(at(9, on="mon-fri"))
    clock.set("2026-11-19 12:00")  # a Thursday
    runner.enter([probe.task])
    pass_time(clock, probe, "2026-11-24 12:00", timedelta(minutes=30))
    assert probe.times == ["20/11 09:00", "23/11 09:00", "24/11 09:00"]


@pytest.mark.parametrize("night", ["2026-03-29 01:58", "2026-10-25 01:58", "2026-10-25 23:58"])
def test_a_job_of_every_minute_misses_none_when_the_clocks_change(app: Flask, clock: Clock, night: str) -> None:
    clock.set(night)
    moment, due = now(), []
    for _minute in range(200):
        moment = every_minute(moment)
        due.append(moment)
    assert due == [now() + minute * MINUTE for minute in range(1, 201)]


def test_cards_due_at_midnight_during_the_job_are_not_skipped(clock: Clock, probe: Probe) -> None:
    clock.set("2026-11-20 23:59")

    def cross() -> int:
        clock.advance(MINUTE)
        return 1

    assert runner.run_job(Task("probe", every_minute, cross, "fois")) is RunResult.WELL
    look(probe)
    assert probe.times == ["21/11 00:00"]


@pytest.mark.parametrize(
    ("day", "next_day"), [("2026-03-28", "2026-03-29"), ("2026-03-29", "2026-03-30"), ("2026-10-25", "2026-10-26")]
)
def test_a_card_leaves_at_the_towns_midnight(app: Flask, town: Town, clock: Clock, day: str, next_day: str) -> None:
    """This holds on the nights when the clocks change."""
    [expire] = [task for task in TASKS if task.name == "expire_cards"]
    clock.set(f"{day} 12:00")
    card = town.add_card("Jusqu’à ce soir", valid_until=day)
    runner.enter([expire])
    for moment in (f"{day} 22:00", f"{day} 23:00", f"{day} 23:59"):
        clock.set(moment)
        assert [runner.run_job(task) for task in runner.due([expire])] == [RunResult.WELL]
        assert town.card(card).archived_at is None
    clock.set(f"{next_day} 00:00")
    assert [runner.run_job(task) for task in runner.due([expire])] == [RunResult.WELL]
    assert town.card(card).archived_at == clock.moment


def test_after_days_of_downtime_it_runs_once_at_the_next_start(clock: Clock, probe: Probe) -> None:
    clock.advance(timedelta(days=3))
    runner.enter([probe.task])
    look(probe)
    look(probe)
    assert len(probe.moments) == 1
    assert probe.row.due_at == now() + MINUTE


def test_a_clock_that_was_ahead_does_not_put_the_job_off_for_years(clock: Clock, probe: Probe) -> None:
    clock.set("2036-01-01 00:00")
    look(probe)
    clock.set("2026-11-20 11:00")
    runner.enter([probe.task])
    assert probe.row.due_at == now() + MINUTE


def test_one_of_many_concurrent_runners_runs_the_job(app: Flask, clock: Clock, probe: Probe) -> None:
    for turn in range(1, 6):
        clock.advance(MINUTE)
        went = together(4, app, lambda: runner.run_job(probe.task))
        assert (went.count(RunResult.WELL), went.count(RunResult.ELSEWHERE)) == (1, 3)
        assert probe.row.runs == len(probe.moments) == turn


def test_one_of_several_processes_runs_the_job(app: Flask, clock: Clock, probe: Probe) -> None:
    clock.advance(MINUTE)
    gate = PROCESSES.Barrier(3)

    def begin_together(answers: Connection) -> None:
        gate.wait(timeout=30)
        answers.send(runner.run_job(probe.task))

    workers = [Worker(begin_together) for _worker in range(3)]
    assert sorted(worker.answers.recv().value for worker in workers) == ["elsewhere", "elsewhere", "well"]
    assert probe.row.runs == 1


def test_a_job_of_a_killed_worker_is_run_by_another(app: Flask, clock: Clock, probe: Probe) -> None:
    """The lease expires, and is not taken over before its holder must be dead."""
    clock.advance(MINUTE)

    def never_end(answers: Connection) -> None:
        def work() -> int:
            answers.send("begun")
            time.sleep(600)
            return 1

        runner.run_job(Task("probe", every_minute, work, "fois"))

    dying = Worker(never_end)
    assert dying.answers.recv() == "begun"
    dying.kill()
    clock.advance(LEASE)
    look(probe)
    assert probe.moments == []
    clock.advance(timedelta(seconds=1))
    look(probe)
    assert len(probe.moments) == 1
    assert probe.row.taken_by is None


def test_a_long_job_is_held_for_as_long_as_it_takes(
    app: Flask, clock: Clock, probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "LEASE_RENEW_SECONDS", 0.01)

    def work() -> int:
        clock.advance(LEASE * 3)
        while (probe.row.taken_until or now()) <= now():
            pass  # the keeper renews it
        look(probe)  # another worker comes by
        return 1

    clock.advance(MINUTE)
    assert runner.run_job(Task("probe", every_minute, work, "fois")) is RunResult.WELL
    assert probe.moments == []


def test_a_worker_that_lost_its_job_records_nothing(
    clock: Clock, probe: Probe, caplog: pytest.LogCaptureFixture
) -> None:
    def work() -> int:
        clock.advance(LEASE + MINUTE)  # asleep for that long
        look(probe)
        return 99

    clock.advance(MINUTE)
    runner.run_job(Task("probe", every_minute, work, "fois"))
    assert len(probe.moments) == 1
    assert probe.row.outcome == "fois\u00a0: 1"
    assert "another worker has it now" in caplog.text


def test_a_job_that_fails_keeps_why_and_is_tried_again_after_a_growing_pause(clock: Clock, probe: Probe) -> None:
    probe.error = OSError("le disque est plein" + "." * 1000)
    clock.advance(MINUTE)
    pauses = []
    for _try in range(6):
        look(probe)
        pauses.append(int((probe.row.due_at - now()) / MINUTE))
        clock.set(probe.row.due_at)
    assert pauses == [1, 2, 4, 8, 10, 10]
    assert (probe.row.failures, probe.row.taken_by) == (6, None)
    assert probe.row.outcome.startswith("OSError: le disque est plein...")
    probe.error = None
    look(probe)
    assert (probe.row.failures, probe.row.outcome, probe.row.due_at) == (0, "fois\u00a0: 1", now() + MINUTE)


def test_the_list_says_what_is_due_what_was_done_and_who_is_at_it(
    app: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.set("2026-11-20 10:00")
    assert listed(app)["forget_old_entries"] == ["après le démarrage du serveur"]
    runner.enter(TASKS)
    assert listed(app)["forget_old_entries"] == ["2026-11-21 03:40:00", "jamais", "", ""]
    with write_transaction() as session:
        job = session.get_one(Job, "forget_old_entries")
        job.taken_by, job.taken_until, job.finished_at, job.outcome, job.failures = (
            "ville:12",
            now() + LEASE,
            now(),
            "Busy: non",
            2,
        )
    due, last, outcome, holder = listed(app)["forget_old_entries"]
    assert (last, outcome, holder) == ("2026-11-20 10:00:00", "2 échecs\u00a0: Busy: non", "en cours chez ville:12")
    refused = app.test_cli_runner().invoke(args=["jobs", "run", "forget_old_entries"])
    assert (refused.exit_code, refused.stderr) == (1, "forget_old_entries\u00a0: en cours chez ville:12.\n")
    clock.advance(LEASE * 2)
    assert listed(app)["forget_old_entries"][-1] == "interrompu chez ville:12"


def test_a_job_is_run_by_hand_due_or_not(app: Flask, town: Town, clock: Clock) -> None:
    old_entry()
    done = app.test_cli_runner().invoke(args=["jobs", "run", "forget_old_entries"])
    assert (done.exit_code, done.stdout) == (0, "lignes du journal effacées\u00a0: 1\n")
    assert old_entries() == 0
    assert app.test_cli_runner().invoke(args=["jobs", "run", "nothing"]).exit_code == 2


def test_a_job_that_fails_by_hand_says_why(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> int:
        raise OSError("le disque est plein")

    monkeypatch.setattr("app.cli.jobs.TASKS", (Task("forget_old_entries", at(3), fail, "lignes"),))
    failed = app.test_cli_runner().invoke(args=["jobs", "run", "forget_old_entries"])
    assert (failed.exit_code, failed.stderr) == (1, "forget_old_entries\u00a0: échec. OSError: le disque est plein\n")


def test_the_server_looks_by_itself_at_once_and_catches_up(
    app: Flask, town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Start the scheduler as run.py does; the log is kept for a year."""
    runner.enter(TASKS)
    old_entry()
    clock.advance(timedelta(days=2))
    looking = scheduler.start(app)
    try:
        while old_entries():
            gevent.sleep(0.01)
    finally:
        looking.shutdown(wait=False)
    assert logging.getLogger("apscheduler").level == logging.WARNING


def old_entry() -> None:
    with write_transaction() as session:
        session.add(AuditEntry(action="signed_in", at=now() - RETENTION - MINUTE))


def old_entries() -> int:
    db.session.rollback()
    return read_session().query(AuditEntry).filter(AuditEntry.at < now() - RETENTION).count()


def listed(app: Flask) -> dict[str, list[str]]:
    db.session.rollback()
    lines = app.test_cli_runner().invoke(args=["jobs"], catch_exceptions=False).stdout.splitlines()
    return {name: told for name, *told in (line.split("\t") for line in lines)}


def together(count: int, app: Flask, act: Callable[[], Any]) -> list[Any]:
    """Run `act` in several threads starting at the same moment and return the results."""
    answers: list[Any] = []
    gate = threading.Barrier(count)

    def run() -> None:
        with app.app_context():
            gate.wait()
            answers.append(act())

    threads = [threading.Thread(target=run) for _thread in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


class Worker:
    """Separate process with its own database connections."""

    def __init__(self, act: Callable[[Connection], None]) -> None:
        self.answers, theirs = PROCESSES.Pipe(duplex=False)
        self.process = PROCESSES.Process(target=self._run, args=(act, theirs), daemon=True)
        self.process.start()

    @staticmethod
    def _run(act: Callable[[Connection], None], answers: Connection) -> None:
        db.session.remove()
        db.engine.dispose(close=False)
        act(answers)

    def kill(self) -> None:
        self.process.kill()
        self.process.join()

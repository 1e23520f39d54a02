"""Run each job once, however many workers there are: the first to claim its row runs it.

A job stays due until it has run: after downtime it runs once, at the next look.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import Enum
from typing import cast

from flask import Flask, current_app
from sqlalchemy import ColumnElement, CursorResult, or_, select, update

from app.jobs.models import Job, Task
from app.web import metrics
from boards.database import now, read_session, restart_read, write_transaction
from boards.errors import Busy

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=1)
LEASE_RENEW_SECONDS = 20
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=10)
OUTCOME_MAX_CHARACTERS = 500


def enter(tasks: Iterable[Task]) -> None:
    """Create a row for each new job.

    No job is due later than its schedule says, even after a start with a clock that was far ahead.
    """
    with write_transaction() as session:
        rows = {job.name: job for job in session.scalars(select(Job).with_for_update())}
        for task in tasks:
            metrics.JOBS.labels(
                task.name, RunResult.WRONG.value
            )  # at zero, so that the first failure shows as an increase
            due_at = task.when(now())
            if task.name not in rows:
                session.add(Job(name=task.name, due_at=due_at))
            else:
                rows[task.name].due_at = min(rows[task.name].due_at, due_at)


def due(tasks: Iterable[Task]) -> list[Task]:
    """Return the jobs that are due and that no worker runs."""
    restart_read()  # the snapshot may be older than the last run
    names = set(read_session().scalars(select(Job.name).where(Job.due_at <= now(), _is_free())))
    return [task for task in tasks if task.name in names]


class RunResult(Enum):
    """Say how a worker's attempt to run a job ended."""

    WELL = "well"
    WRONG = "wrong"
    ELSEWHERE = "elsewhere"  # another worker runs it, or has just run it


def run_job(task: Task, *, even_early: bool = False) -> RunResult:
    """Run the job if it is due and free; with `even_early`, if it is free.

    A failure is kept with the job, which is tried again after a growing pause.
    """
    began, holder = now(), f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
    if not _claim(task, holder, began, even_early):
        return RunResult.ELSEWHERE
    restart_read()  # the work reads the latest commit
    try:
        with _claimed(task, holder):
            count = task.work()
    except Exception as error:
        log.exception("job %s failed", task.name)
        _release(task, holder, began, f"{type(error).__name__}: {error}", well=False)
        return _counted(task, RunResult.WRONG)
    log.log(logging.INFO if count else logging.DEBUG, "job %s: %s", task.name, count)
    _release(task, holder, began, f"{task.done} : {count}", well=True)
    return _counted(task, RunResult.WELL)


def _counted(task: Task, went: RunResult) -> RunResult:
    metrics.JOBS.labels(task.name, went.value).inc()
    return went


def _is_free() -> ColumnElement[bool]:
    return or_(Job.taken_until.is_(None), Job.taken_until < now())


def _claim(task: Task, holder: str, moment: datetime, even_early: bool) -> bool:
    """Claim the job in one statement, so that only one of two workers gets it."""
    free = update(Job).where(Job.name == task.name, _is_free())
    claiming = free if even_early else free.where(Job.due_at <= moment)
    with write_transaction() as session:
        claimed = session.execute(
            claiming.values(taken_by=holder, taken_until=moment + LEASE, started_at=moment, runs=Job.runs + 1)
        )
    return bool(cast("CursorResult[None]", claimed).rowcount)


@contextmanager
def _claimed(task: Task, holder: str) -> Iterator[None]:
    """Renew the claim while the job runs; a worker that dies keeps it no longer than LEASE."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # Flask's documented way to the object itself
    done = threading.Event()
    keeper = threading.Thread(target=_renew, args=(app, task, holder, done), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()


def _renew(app: Flask, task: Task, holder: str, done: threading.Event) -> None:
    while not done.wait(LEASE_RENEW_SECONDS):
        try:
            with app.app_context(), write_transaction() as session:
                held = (Job.name == task.name) & (Job.taken_by == holder)
                session.execute(update(Job).where(held).values(taken_until=now() + LEASE))
        except Busy:
            log.warning("job %s: the database was busy; its claim was not renewed this time", task.name)


def _release(task: Task, holder: str, began: datetime, outcome: str, *, well: bool) -> None:
    with write_transaction() as session:
        job = session.scalar(select(Job).where(Job.name == task.name, Job.taken_by == holder).with_for_update())
        if job is None:
            log.warning("job %s outlived its claim: another worker has it now", task.name)
            return
        job.taken_by = job.taken_until = None
        job.finished_at, job.outcome = now(), outcome[:OUTCOME_MAX_CHARACTERS]
        job.failures = 0 if well else job.failures + 1
        # From when it began: what became due meanwhile, such as at midnight, is not passed over.
        job.due_at = task.when(began) if well else now() + _pause(job.failures)


def _pause(failures: int) -> timedelta:
    return min(FIRST_PAUSE * (1 << min(failures - 1, 10)), LONGEST_PAUSE)

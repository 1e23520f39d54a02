"""The look at the jobs, every two seconds, in a process that serves."""

from __future__ import annotations

import logging

from apscheduler.schedulers.gevent import GeventScheduler
from flask import Flask

from app.extensions import socketio
from app.jobs import runner
from app.jobs.models import Task
from app.scheduled_tasks import TASKS
from boards.database import system_clock

log = logging.getLogger(__name__)

LOOK_SECONDS = 2
_at_work: set[str] = set()  # the jobs that this process carries out right now


def start(app: Flask) -> GeventScheduler:
    """Begin to carry out what is due; `shutdown` of what is returned ends it."""
    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # it would tell of every look
    with app.app_context():
        runner.enter(TASKS)
    scheduler = GeventScheduler(timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None})
    scheduler.add_job(look, "interval", seconds=LOOK_SECONDS, args=[app], next_run_time=system_clock())
    scheduler.start()
    return scheduler


def look(app: Flask) -> None:
    """Carry out what is due, each job in a greenlet of its own: one that sends mail must not hold up midnight."""
    try:
        with app.app_context():
            for task in runner.due(TASKS):
                socketio.start_background_task(_carry_out, app, task)
    except Exception:
        log.exception("could not look at the jobs; the next look will")


def is_at_work() -> bool:
    return bool(_at_work)


def _carry_out(app: Flask, task: Task) -> None:
    _at_work.add(task.name)
    try:
        with app.app_context():
            runner.run_job(task)
    except Exception:
        log.exception("job %s could not be taken or let go", task.name)
    finally:
        _at_work.discard(task.name)

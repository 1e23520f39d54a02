"""Look for due jobs every two seconds, in a process that serves."""

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
_running: set[str] = set()  # names of the jobs that this process runs right now


def start(app: Flask) -> GeventScheduler:
    """Begin to run due jobs; `shutdown` of the returned scheduler ends it."""
    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # below it logs every look
    with app.app_context():
        runner.enter(TASKS)
    scheduler = GeventScheduler(timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None})
    scheduler.add_job(run_due_jobs, "interval", seconds=LOOK_SECONDS, args=[app], next_run_time=system_clock())
    scheduler.start()
    return scheduler


def run_due_jobs(app: Flask) -> None:
    """Run each due job in a greenlet of its own: one that sends mail must not delay midnight's."""
    try:
        with app.app_context():
            for task in runner.due(TASKS):
                socketio.start_background_task(_run, app, task)
    except Exception:
        log.exception("could not look for due jobs; the next time will")


def is_busy() -> bool:
    """Return whether this process runs a job right now."""
    return bool(_running)


def _run(app: Flask, task: Task) -> None:
    _running.add(task.name)
    try:
        with app.app_context():
            runner.run_job(task)
    except Exception:
        log.exception("job %s could not be claimed or released", task.name)
    finally:
        _running.discard(task.name)
